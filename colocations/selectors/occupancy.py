"""Who lives in a room: asked here, answered by the application of the contracts.

That application stands above this one; it registers the one object that answers. Without it
every room is empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


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

    def moves(self, user: Any, home: int, since: date, until: date) -> list[Move]:
        """Who came to and left the home, latest first, as far as the user may know."""


_registered: list[Occupancy] = []


def register(occupancy: Occupancy) -> None:
    """Say who answers."""
    _registered[:] = [occupancy]


def contracts() -> Occupancy:
    """Return who answers."""
    return _registered[0]
