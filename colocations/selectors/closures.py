"""The homes that will be given back or closed: who must leave when, and who has no exit yet.

One fixed set of queries whatever the number of homes and households.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from caracol.core.periods import add_months
from colocations.models import Colocation, OwnerAgreement
from colocations.selectors.homes import AGREEMENT_SEEN_MONTHS, open_on
from colocations.selectors.occupancy import Leaver, contracts

SOON_DAYS, NEAR_DAYS = 60, 180


@dataclass(frozen=True)
class Closure:
    """A home with its end: by when everybody must have left, who is still there."""

    home: Any
    ends_on: date
    vacate_by: date
    cause: str
    today: date
    leavers: list[Leaver] = field(default_factory=list)

    @property
    def days_left(self) -> int:
        """Days until nobody should live there; negative once past."""
        return (self.vacate_by - self.today).days

    @property
    def tone(self) -> str:
        """How near it is."""
        if self.days_left < SOON_DAYS:
            return "danger"
        return "warning" if self.days_left < NEAR_DAYS else "info"

    @property
    def rooms(self) -> int:
        """How many rooms are still to be left."""
        return len({leaver.room_id for leaver in self.leavers})

    @property
    def knows_exits(self) -> bool:
        """Whether the reader may know where everybody goes."""
        return all(leaver.knows_exit for leaver in self.leavers)

    @property
    def without_exit(self) -> int:
        """How many households nobody knows the destination of."""
        return sum(leaver.knows_exit and not leaver.destination for leaver in self.leavers)

    @property
    def after(self) -> int:
        """How many contracts go on after the day."""
        return sum(self.too_long(leaver) > 0 for leaver in self.leavers)

    @property
    def after_words(self) -> str:
        """Say how many contracts go on after the day."""
        many = self.after > 1
        return f"{self.after} contrat{'s' if many else ''} {'vont' if many else 'va'} au-delà"

    @property
    def exit_words(self) -> str:
        """Say how many households have no exit yet."""
        return f"{self.without_exit} sans sortie connue"

    def too_long(self, leaver: Leaver) -> int:
        """The days a contract goes on after the day by which one must have left."""
        last = leaver.leaves_on or leaver.ends_on
        return max(0, (last - self.vacate_by).days) if last else 0

    @property
    def lines(self) -> list[tuple[Leaver, int]]:
        """Who must leave, with the days by which their contract goes on too long."""
        return [(leaver, self.too_long(leaver)) for leaver in self.leavers]


def closures(user: Any, homes: Any, today: date) -> list[Closure]:
    """Return the homes among these that end within a year, the nearest first."""
    until = add_months(today, AGREEMENT_SEEN_MONTHS)
    ending = agreements_ending(until).filter(site=OuterRef("site"))
    found = homes.filter(open_on(today)).filter(Q(closes_on__lte=until) | Exists(ending))
    rows = list(found.select_related("site__territory").order_by("name", "pk"))
    agreements = {
        agreement.site_id: agreement
        for agreement in agreements_ending(until)
        .filter(site__in=[home.site_id for home in rows])
        .order_by("ends_on")
    }
    leavers: dict[int, list[Leaver]] = defaultdict(list)
    for leaver in contracts().leavers(user, [home.pk for home in rows], today):
        leavers[leaver.home_id].append(leaver)
    ends = [_closure(home, agreements.get(home.site_id), leavers[home.pk], today) for home in rows]
    return sorted(ends, key=lambda closure: (closure.vacate_by, closure.home.name))


def closure_of(user: Any, home: Colocation, today: date) -> Closure | None:
    """Return the end of one home, or None when it is further than a year."""
    found = closures(user, Colocation.objects.filter(pk=home.pk), today)
    return found[0] if found else None


def agreements_ending(until: date) -> Any:
    """Agreements that end before a day, which no other follows."""
    later = OwnerAgreement.objects.filter(
        site=OuterRef("site"), starts_on__gt=OuterRef("starts_on")
    )
    return OwnerAgreement.objects.filter(~Exists(later), ends_on__lte=until)


def _closure(
    home: Colocation, agreement: OwnerAgreement | None, leavers: list[Leaver], today: date
) -> Closure:
    ends = []
    if agreement is not None:
        ends.append((agreement.vacate_by, agreement.ends_on, "fin de la convention"))
    if home.closes_on is not None:
        ends.append((home.closes_on, home.closes_on, "fermeture de la colocation"))
    vacate_by, ends_on, cause = min(ends)
    return Closure(home, ends_on, vacate_by, cause, today, leavers)
