"""Who lives in a room: asked here, answered by the application of the contracts.

That application stands above this one; it registers the one object that answers. Without it
every room is empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from caracol.core.periods import french_day

UNNAMED = "Résident·e"


@dataclass(frozen=True)
class Stay:
    """A household in a room over a span of days, as far as the reader may know it."""

    label: str
    url: str = ""
    phone: str = ""
    contract: str = ""
    contract_url: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    state: str = ""
    tone: str = "neutral"
    fee: Any = None
    known: bool = True
    """Whether the reader may know anything of it."""


@dataclass(frozen=True)
class Bound:
    """A contract that binds a room over some days, as far as the reader may know it."""

    key: str
    """What tells it apart from the others: never shown."""
    room_id: int
    room: str
    label: str
    url: str = ""
    contract: str = ""
    contract_url: str = ""
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def words(self) -> str:
        """The contract in a sentence."""
        who = self.label if self.label != UNNAMED else "un contrat"
        number = f" (contrat {self.contract})" if self.contract else ""
        if self.starts_on is None or self.ends_on is None:
            return f"chambre {self.room} : {who}{number}"
        span = f"du {french_day(self.starts_on)} au {french_day(self.ends_on)}"
        return f"chambre {self.room} : {who}{number}, {span}"


@dataclass(frozen=True)
class Household:
    """Who a contract houses, as far as the reader may know it."""

    contract: str
    label: str
    url: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Lodging:
    """A contract's days in a room, as far as the reader may know it: without a name for some.

    Days follow one another whatever the amendments; `key` tells contracts apart, or tells nothing
    (0) to a reader who may not know where one ends and the next begins.
    """

    room_id: int
    first: date
    last: date
    key: int = 0
    label: str = ""
    url: str = ""
    contract: str = ""
    state: str = ""
    notice_from: date | None = None
    leaves_on: date | None = None
    unfinished: bool = False
    """Its term has passed and nobody has ended it."""


@dataclass(frozen=True)
class Leaver:
    """A household that will have to leave a home, as far as the reader may know."""

    home_id: int
    room_id: int
    room: str
    label: str = ""
    url: str = ""
    contract: str = ""
    ends_on: date | None = None
    leaves_on: date | None = None
    """When it leaves by notice given."""
    knows_exit: bool = False
    """Whether the reader may know where it goes."""
    destination: str = ""


@dataclass(frozen=True)
class Move:
    """Somebody who came to or left a room."""

    on: date
    room_id: int
    label: str
    url: str
    arrives: bool


class Occupancy(Protocol):
    """What the contracts answer about rooms."""

    def occupied(self, day: date) -> Any:
        """SQL condition on rooms: a contract binds the room on the day."""

    def last_end(self, day: date) -> Any:
        """SQL expression on rooms: the last day lived in before the day."""

    def next_start(self, day: date) -> Any:
        """SQL expression on rooms: the first day of the next contract after the day."""

    def next_home_end(self, day: date) -> Any:
        """SQL expression on homes: the nearest end of the contracts in force on the day."""

    def stays_on(self, user: Any, rooms: Iterable[int], day: date) -> dict[int, Stay]:
        """Who lives in the rooms on the day, as far as the user may know."""

    def stays_in(self, user: Any, room: int) -> list[Stay]:
        """Everybody who lived in the room, latest first, as far as the user may know."""

    def lodgings(
        self, user: Any, rooms: Iterable[int], first: date, last: date, day: date
    ) -> list[Lodging]:
        """Who has the rooms between two days, a fixed number of queries whatever their number.

        A contract past its term that nobody ended on the day is given too, however old.
        """

    def leavers(self, user: Any, homes: Iterable[int], day: date) -> list[Leaver]:
        """Who lives, or will live, in the homes from a day on, in the order of the rooms."""

    def moves(self, user: Any, home: int, since: date, until: date) -> list[Move]:
        """Who came to and left the home, latest first, as far as the user may know."""

    def bound(self, user: Any, rooms: Any, first: date, last: date | None) -> list[Bound]:
        """The contracts that bind rooms on some days (no end: from then on), first to end first.

        Each is told from its first to its last day there; `rooms` are ids, or a query of them.
        """

    def begun(self, rooms: Any) -> bool:
        """Whether a contract binds, or bound, one of the rooms."""

    def living(self, rooms: Any) -> int:
        """How many contracts are signed or in force in the rooms."""

    def households(self, user: Any, numbers: Iterable[str]) -> dict[str, Household]:
        """Who the contracts of these numbers house, as far as the user may know."""

    def present(self, user: Any, home: int, day: date) -> list[Household]:
        """The households of a home on a day, those who arrive within a month included."""


_registered: list[Occupancy] = []


def register(occupancy: Occupancy) -> None:
    """Say who answers."""
    _registered[:] = [occupancy]


def contracts() -> Occupancy:
    """Return who answers."""
    return _registered[0]
