"""The hours of a week: where each appointment stands, side by side where two are at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from caracol.core.money import NBSP
from caracol.deadlines.selectors.agenda import APPOINTMENT, Day, Event

# What is shown at least, in hours; a box is half an hour high at least.
FIRST, LAST = 8, 19
HALF = 30
LANES = 3


@dataclass
class Slot:
    """An appointment in its day: its first row, its height in rows, its lane."""

    event: Event
    row: int
    rows: int
    lane: int = 1


@dataclass
class HourDay:
    """A day of the grid: what has no hour above, appointments at theirs, how many at once."""

    day: Day
    whole: list[Event] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)

    @property
    def lanes(self) -> int:
        """How many appointments stand side by side at most."""
        return max((slot.lane for slot in self.slots), default=1)


@dataclass(frozen=True)
class HourLabel:
    """An hour written beside its row."""

    row: int
    words: str


@dataclass(frozen=True)
class HourWeek:
    """A week by hours; each hour is two rows."""

    days: list[HourDay]
    hours: list[HourLabel]


def by_hours(days: Iterable[Day]) -> HourWeek:
    """Return the days of a week by hours: from eight to seven, more if something is beyond."""
    kept = list(days)
    spans = [_span(event, day.date) for day in kept for event in day.events if _has_hours(event)]
    first = min([FIRST, *(start // 60 for start, _end in spans)])
    last = max([LAST, *(-(-end // 60) for _start, end in spans)])
    labels = [HourLabel(1 + 2 * (hour - first), f"{hour}{NBSP}h") for hour in range(first, last)]
    return HourWeek([_placed(day, first * 60) for day in kept], labels)


def _has_hours(event: Event) -> bool:
    return event.kind == APPOINTMENT and event.starts_at is not None and event.ends_at is not None


def _span(event: Event, day: date) -> tuple[int, int]:
    """Return the minutes of the day between which an appointment lasts on it."""
    start, end = _minutes(event.starts_at, day), _minutes(event.ends_at, day)
    return start, max(end, start + HALF)


def _minutes(at: datetime | None, day: date) -> int:
    if at is None:
        return 0
    local = timezone.localtime(at)
    if local.date() < day:
        return 0
    return 24 * 60 if local.date() > day else local.hour * 60 + local.minute


def _placed(day: Day, first: int) -> HourDay:
    placed = HourDay(day)
    free_at: list[int] = []
    for event in day.events:
        if not _has_hours(event):
            placed.whole.append(event)
            continue
        start, end = _span(event, day.date)
        row = (start - first) // HALF
        slot = Slot(event, row + 1, max(1, -(-(end - first) // HALF) - row))
        slot.lane = _lane(free_at, start, end)
        placed.slots.append(slot)
    return placed


def _lane(free_at: list[int], start: int, end: int) -> int:
    """Return the first lane that is free; beyond the last, they share it."""
    for number, until in enumerate(free_at):
        if until <= start:
            free_at[number] = end
            return number + 1
    if len(free_at) < LANES:
        free_at.append(end)
        return len(free_at)
    return LANES
