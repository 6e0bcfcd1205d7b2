"""Homes with their occupation of a day, in one query whatever their number."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    DateField,
    F,
    OuterRef,
    Q,
    Subquery,
)

from caracol.core.expressions import RowCount
from caracol.core.periods import Span, add_months
from colocations.models import Colocation, OwnerAgreement, Room
from colocations.selectors.occupancy import contracts

# From how far the end of an agreement shows itself (RULEBOOK 1.1: the notice, then the moves).
AGREEMENT_NEAR_MONTHS = 6
AGREEMENT_SEEN_MONTHS = 12


def agreements_in_force(day: date) -> Any:
    """Agreements that cover a day, or the last ones before it: the latest end first."""
    return OwnerAgreement.objects.filter(starts_on__lte=day).order_by("-ends_on")


def homes_on(day: date, queryset: Any) -> Any:
    """Annotate homes with what the list shows: rooms, occupied, free, ends, officer."""
    agreement = agreements_in_force(day).filter(site=OuterRef("site"))
    rooms = Room.objects.filter(rooms_open_on(day), colocation=OuterRef("pk"))
    return (
        queryset.select_related("site__territory", "mission_officer")
        .annotate(
            room_count=RowCount(rooms.values("pk")),
            occupied_count=RowCount(rooms.filter(contracts().occupied(day)).values("pk")),
            next_end=contracts().next_home_end(day),
            agreement_end=Subquery(agreement.values("ends_on")[:1], output_field=DateField()),
            agreement_undocumented=Subquery(agreement.values("extension_undocumented")[:1]),
        )
        .annotate(free_count=F("room_count") - F("occupied_count"))
    )


def open_on(day: date) -> Q:
    """Condition on homes: open on the day."""
    return Q(opens_on__lte=day) & (Q(closes_on=None) | Q(closes_on__gte=day))


def rooms_open_on(day: date) -> Q:
    """Condition on rooms: open on the day, their home aside."""
    return (Q(opens_on=None) | Q(opens_on__lte=day)) & (Q(closes_on=None) | Q(closes_on__gte=day))


def during(window: Span) -> Q:
    """Condition on homes: open on a day of the window at least."""
    return Q(opens_on__lte=window.last) & (Q(closes_on=None) | Q(closes_on__gte=window.first))


def matching(queryset: Any, words: str) -> Any:
    """Keep the homes whose name, site, city or code holds every word, accents aside."""
    for word in words.split():
        queryset = queryset.filter(
            Q(search_key__contains=word) | Q(site__search_key__contains=word)
        )
    return queryset


@dataclass(frozen=True)
class Term:
    """How near an end is: a tone and the words that say it."""

    tone: str
    words: str


def nearness(ends_on: date | None, day: date) -> Term:
    """Return how an agreement's end is to be read on a day."""
    if ends_on is None:
        return Term("danger", "aucune convention")
    if ends_on < day:
        return Term("danger", "convention échue")
    if ends_on <= add_months(day, AGREEMENT_NEAR_MONTHS):
        return Term("warning", f"dans {_months(day, ends_on)}")
    return Term("", "")


def _months(day: date, ends_on: date) -> str:
    days = (ends_on - day).days
    return f"{days} jours" if days < 60 else f"{days // 30} mois"


@dataclass(frozen=True)
class Occupation:
    """The figures of a set of homes on a day."""

    homes: int
    rooms: int
    occupied: int

    @property
    def free(self) -> int:
        """Rooms nobody lives in."""
        return self.rooms - self.occupied

    @property
    def percent(self) -> int:
        """Occupation, in whole per cents; a room free is never rounded away."""
        return self.occupied * 100 // self.rooms if self.rooms else 0


def occupation(user: Any, roles: frozenset[Any], day: date) -> Occupation:
    """Count the open homes the user sees, their rooms and those lived in: three queries.

    Rooms lived in are counted alone: as a part of another count, each room would be looked up.
    """
    homes = Colocation.objects.visible_to(user, roles).filter(open_on(day))
    rooms = Room.objects.filter(rooms_open_on(day), colocation__in=homes.values("pk"))
    lived = rooms.filter(contracts().occupied(day))
    return Occupation(homes.count(), rooms.count(), lived.count())


def free_since(last_end: date | None, opens_on: date, day: date) -> date:
    """The first day a free room was free: after its last contract, or since it opened."""
    return min(max(last_end + timedelta(days=1), opens_on) if last_end else opens_on, day)
