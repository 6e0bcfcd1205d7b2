"""What each day of a room is, and what the days without a contract cost. Pure.

A day of a room is lived in, or empty for a cause that somebody wrote, or empty without one, or
outside the dates at which the room is open. Days both included everywhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from caracol.core.money import ZERO, round_half_up
from caracol.core.periods import Month, Span

_DAY = timedelta(days=1)
UNSAID = "UNSAID"
"""The cause of days that nobody explained."""
OVERDUE = "OVERDUE"
"""The cause of days after the term of a contract that nobody ended."""


class State(StrEnum):
    """What a span of days of a room is."""

    SHUT = "shut"
    LIVED = "lived"
    NOTICE = "notice"
    ARRIVING = "arriving"
    VOID = "void"
    AHEAD = "ahead"
    GONE = "gone"


OCCUPIED = frozenset({State.LIVED, State.NOTICE})
COUNTED = OCCUPIED | {State.VOID}


@dataclass(frozen=True)
class Stay:
    """A contract's days in a room. `key` tells which stay it is to whoever asked."""

    first: date
    last: date
    key: int = 0
    notice_from: date | None = None
    unfinished: bool = False
    """Its term has passed and nobody has ended it."""


@dataclass(frozen=True)
class Gap:
    """Days for which somebody wrote why the room houses nobody; open-ended without a last day."""

    first: date
    last: date | None
    cause: str
    key: int = 0


@dataclass(frozen=True)
class RoomDays:
    """All that is known of the days of a room: when it is open, who has it, why it is empty."""

    opens_on: date
    closes_on: date | None = None
    held_until: date | None = None
    """The last day of the owner's agreement: nothing is to let after it."""
    stays: tuple[Stay, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Piece:
    """Days of one kind within a window."""

    state: State
    span: Span
    cause: str = ""
    stay: Stay | None = None
    gap: Gap | None = None
    begun_before: bool = False
    """It began before the window, nobody knows when."""


def pieces(room: RoomDays, window: Span, today: date) -> list[Piece]:
    """Cut a window into what the room is on each of its days, in order, without a hole."""
    opening = Span(room.opens_on, room.closes_on or window.last).within(window)
    stays = sorted(room.stays, key=lambda stay: stay.first)
    found = [piece for stay in stays for piece in _lived(stay, window, today)]
    taken = [piece.span for piece in found]
    outside = _without(window, [opening] if opening else [])
    for span in outside:
        found += [Piece(State.SHUT, part) for part in _without(span, taken)]
    if opening:
        found += _empty(room, opening, taken, stays, today)
    return sorted(found, key=lambda piece: piece.span.first)


def _lived(stay: Stay, window: Span, today: date) -> list[Piece]:
    span = Span(stay.first, stay.last).within(window)
    if span is None:
        return []
    if stay.first > today:
        return [Piece(State.ARRIVING, span, stay=stay)]
    before, after = _cut(span, stay.notice_from)
    parts = [Piece(State.LIVED, before, stay=stay)] if before else []
    return parts + ([Piece(State.NOTICE, after, stay=stay)] if after else [])


def _empty(
    room: RoomDays, opening: Span, taken: list[Span], stays: list[Stay], today: date
) -> list[Piece]:
    found: list[Piece] = []
    taken = list(taken)
    for gap in sorted(room.gaps, key=lambda gap: gap.first):
        said = Span(gap.first, gap.last or opening.last).within(opening)
        for part in _without(said, taken) if said else []:
            found.append(Piece(State.VOID, part, cause=gap.cause, gap=gap))
            taken.append(part)
    for part in _without(opening, taken):
        found += _unexplained(part, opening, stays, today)
    return [piece for each in found for piece in _given_back(each, room.held_until)]


def _given_back(piece: Piece, held_until: date | None) -> list[Piece]:
    """Tell the free days to come from those after the owner's end."""
    if piece.state != State.AHEAD or held_until is None:
        return [piece]
    before, after = _cut(piece.span, held_until + _DAY)
    parts = [(State.AHEAD, before), (State.GONE, after)]
    return [replace(piece, state=state, span=span) for state, span in parts if span]


def _unexplained(part: Span, opening: Span, stays: list[Stay], today: date) -> list[Piece]:
    """Tell the days nobody explained from those to come, and from a contract left unended."""
    past, coming = _cut(part, today + _DAY)
    found = []
    if past:
        before = [stay for stay in stays if stay.last < part.first]
        last = max(before, key=lambda stay: stay.last, default=None)
        late = last is not None and last.unfinished
        unknown = part.first == opening.first and opening.first > (
            last.last + _DAY if last else date.min
        )
        found.append(
            Piece(
                State.VOID,
                past,
                cause=OVERDUE if late else UNSAID,
                stay=last if late else None,
                begun_before=unknown and not late,
            )
        )
    if coming:
        found.append(Piece(State.AHEAD, coming))
    return found


def _cut(span: Span, day: date | None) -> tuple[Span | None, Span | None]:
    """Cut a span into what comes before a day, and from that day on."""
    if day is None:
        return span, None
    before = Span(span.first, min(span.last, day - _DAY))
    after = Span(max(span.first, day), span.last)
    return before if before.days else None, after if after.days else None


def _without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what remains of a span once others are taken away."""
    left, free = span.first, []
    for other in sorted(taken, key=lambda other: other.first):
        if other.last < left or other.first > span.last:
            continue
        if other.first > left:
            free.append(Span(left, other.first - _DAY))
        left = max(left, other.last + _DAY)
    if left <= span.last:
        free.append(Span(left, span.last))
    return free


# --- Days and euros -----------------------------------------------------------------------------
def lost(monthly: Decimal, span: Span) -> Decimal:
    """Return what a room would have brought over a span, month by month, by exact days.

    The rule of a bill (RULEBOOK 2.3): `monthly × days ÷ days of the month`, rounded half up.
    """
    if not span.days:
        return ZERO
    total = ZERO
    for month in Month.of(span.first).until(Month.of(span.last)):
        part = span.within(Span(month.first, month.last))
        if part:
            total += round_half_up(Fraction(monthly) * part.days / month.days)
    return total


@dataclass(frozen=True)
class Loss:
    """Empty days: how many and what they cost until today, and from tomorrow on."""

    days: int = 0
    cost: Decimal = ZERO
    days_ahead: int = 0
    cost_ahead: Decimal = ZERO

    def __add__(self, other: "Loss") -> "Loss":
        return Loss(
            self.days + other.days,
            self.cost + other.cost,
            self.days_ahead + other.days_ahead,
            self.cost_ahead + other.cost_ahead,
        )


def loss_of(span: Span, monthly: Decimal, today: date) -> Loss:
    """Return what some empty days cost, until today and afterwards."""
    past, coming = _cut(span, today + _DAY)
    return Loss(
        past.days if past else 0,
        lost(monthly, past) if past else ZERO,
        coming.days if coming else 0,
        lost(monthly, coming) if coming else ZERO,
    )


@dataclass(frozen=True)
class Tally:
    """Days of rooms until today: available, lived in, empty by cause. Sums to the day."""

    available: int = 0
    occupied: int = 0
    losses: dict[str, Loss] = field(default_factory=dict)

    @property
    def empty(self) -> Loss:
        """All causes together."""
        return sum(self.losses.values(), Loss())

    @property
    def rate(self) -> Decimal | None:
        """Occupied of available, in per cents with one decimal; full only when it is."""
        if not self.available:
            return None
        return Decimal(self.occupied * 1000 // self.available) / 10

    def __add__(self, other: "Tally") -> "Tally":
        losses = dict(self.losses)
        for cause, loss in other.losses.items():
            losses[cause] = losses.get(cause, Loss()) + loss
        available = self.available + other.available
        return replace(
            self, available=available, occupied=self.occupied + other.occupied, losses=losses
        )


def tally(room: RoomDays, found: Sequence[Piece], monthly: Decimal, today: date) -> Tally:
    """Count the days of a room's pieces. Days outside its opening count for nothing."""
    known = Tally()
    for piece in found:
        opening = Span(room.opens_on, room.closes_on or piece.span.last).within(piece.span)
        if opening is None or piece.state not in COUNTED:
            continue
        if piece.state in OCCUPIED:
            lived, _coming = _cut(opening, today + _DAY)
            days = lived.days if lived else 0
            known += Tally(days, days)
        else:
            loss = loss_of(opening, monthly, today)
            known += Tally(loss.days, 0, {piece.cause: loss})
    return known
