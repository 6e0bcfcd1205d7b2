"""Whether a room may take a contract: open, fit to live in, large enough (RULEBOOK 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.money import number
from caracol.core.periods import Span, french_day
from residents.calculations.verdicts import Verdict, doubtful, refused

UNFIT, FREE = "UNFIT", "TO_LET"
DECENT = "logement décent : CCH L822-9 ; sans risque manifeste : décret 2019-497, art. 2"


@dataclass(frozen=True)
class Void:
    """Days when a room was said to house nobody, and why."""

    starts_on: date
    ends_on: date | None
    cause: str
    words: str
    expected_on: date | None = None
    """When its works should end, if nobody said when it does."""

    @property
    def until(self) -> str:
        """Say until when."""
        if self.ends_on:
            return f"jusqu'au {french_day(self.ends_on)}"
        if self.expected_on:
            return f"fin des travaux prévue le {french_day(self.expected_on)}"
        return "sans date de fin"


@dataclass(frozen=True)
class RoomFacts:
    """What of a room a contract depends on; the days of the home bound those of its rooms."""

    name: str
    opens_on: date | None = None
    closes_on: date | None = None
    surface: Decimal | None = None
    capacity: int = 1
    voids: tuple[Void, ...] = ()


@dataclass(frozen=True)
class Surfaces:
    """The least surfaces in m² for one person, for two, and for each one more, by law that day."""

    one: Decimal
    two: Decimal
    more: Decimal
    source: str = ""

    def least(self, people: int) -> Decimal:
        """Return the least surface for so many people."""
        if people <= 1:
            return self.one
        return self.two + self.more * (people - 2)


def check_room(
    room: RoomFacts, days: Span, people: int, surfaces: Surfaces | None
) -> list[Verdict]:
    """Judge a room for a household over some days."""
    found = _check_opening(room, days)
    found += _check_voids(room.voids, days)
    if people > room.capacity:
        text = (
            f"La chambre est prévue pour {room.capacity} personne{_s(room.capacity)}, pas {people}."
        )
        found.append(doubtful("capacity", text, topic="room"))
    if surfaces and room.surface is not None and room.surface < surfaces.least(people):
        text = (
            f"{number(room.surface)} m² : moins des {number(surfaces.least(people), 0)} m² exigés "
            f"pour {people} personne{_s(people)}. Les pièces communes comptent aussi : vérifiez "
            "avant de demander l'aide au logement."
        )
        found.append(doubtful("surface", text, surfaces.source, "room"))
    return found


def _check_opening(room: RoomFacts, days: Span) -> list[Verdict]:
    found = []
    if room.opens_on and days.first < room.opens_on:
        text = f"{room.name} n'ouvre que le {french_day(room.opens_on)}."
        found.append(refused("room-not-open", text, topic="room"))
    if room.closes_on and days.last > room.closes_on:
        text = f"{room.name} ferme le {french_day(room.closes_on)} : le contrat ne va pas au-delà."
        found.append(refused("room-closed", text, topic="room"))
    return found


def _check_voids(voids: Sequence[Void], days: Span) -> list[Verdict]:
    found = []
    for void in voids:
        if void.cause == FREE or void.starts_on > days.last:
            continue
        if void.ends_on is not None and void.ends_on < days.first:
            continue
        text = f"La chambre est notée « {void.words} », {void.until}."
        code = f"void-{void.cause.lower()}"
        if void.cause == UNFIT:
            text = f"{text[:-1]} : elle n'accueille personne tant qu'elle l'est."
            found.append(refused(code, text, DECENT, "room"))
        else:
            found.append(doubtful(code, text, topic="room"))
    return found


def _s(count: int) -> str:
    return "s" if count > 1 else ""
