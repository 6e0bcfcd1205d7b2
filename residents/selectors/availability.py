"""Which rooms are free for some days, and until when their owner lends them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Length

from caracol.core.money import euros, number
from caracol.core.periods import Span, french_day
from colocations.models import OwnerAgreement, Room
from residents.models import ContractTerms

MOST_SHOWN = 400

Choices = list[tuple[str, Any]]


@dataclass(frozen=True)
class RoomList:
    """The rooms one may choose from, and the choice of a form: by home, with the owner's end."""

    rooms: dict[int, Room] = field(default_factory=dict)
    choices: Choices = field(default_factory=list)

    @property
    def seen(self) -> str:
        """What tells whether the list shown is still the right one."""
        return "-".join(str(pk) for pk in self.rooms)


def free_rooms(user: Any, roles: Any, span: Span, keep: int | None = None) -> RoomList:
    """Return the rooms open and free on all these days, whose owner lends at least the first.

    `keep` stays in the list whatever its state: the rules say what is wrong with it.
    """
    taken = ContractTerms.objects.filter(
        room=OuterRef("pk"), binding=True, starts_on__lte=span.last, ends_on__gte=span.first
    )
    ends = OwnerAgreement.objects.filter(site=OuterRef("colocation__site")).order_by("-ends_on")
    rooms = Room.objects.visible_to(user, roles).annotate(
        lent_until=Subquery(ends.values("ends_on")[:1]), is_taken=Exists(taken)
    )
    fits = (
        Q(is_taken=False, lent_until__gte=span.first)
        & (Q(opens_on=None) | Q(opens_on__lte=span.first))
        & (Q(closes_on=None) | Q(closes_on__gt=span.first))
        & Q(colocation__opens_on__lte=span.first)
        & (Q(colocation__closes_on=None) | Q(colocation__closes_on__gt=span.first))
    )
    found = (
        rooms.filter(fits | Q(pk=keep))
        .select_related("colocation__site__territory")
        .order_by("colocation__name", "colocation", Length("number"), "number")
    )
    rows = list(found.annotate(home=F("colocation__name"))[:MOST_SHOWN])
    return RoomList({room.pk: room for room in rows}, _choices(rows))


def _choices(rows: Sequence[Any]) -> Choices:
    choices: Choices = [("", "Choisir une chambre libre")]
    for home, group in groupby(rows, key=lambda room: room.colocation):
        rooms = list(group)
        label = f"{home.name}, {home.site.city} · {_lent(rooms[0].lent_until)}"
        choices.append((label, [(str(room.pk), _room_label(room)) for room in rooms]))
    return choices


def _lent(until: date | None) -> str:
    return f"prêtée jusqu'au {french_day(until)}" if until else "sans convention"


def _room_label(room: Any) -> str:
    parts = [f"Chambre {room.number}, {room.colocation.name}"]
    if room.surface_m2:
        parts.append(f"{number(room.surface_m2, 1)} m²")
    parts.append(euros(room.fee + room.charges))
    if room.capacity > 1:
        parts.append(f"{room.capacity} personnes")
    return " · ".join([*parts, *(["déjà prise"] if room.is_taken else [])])
