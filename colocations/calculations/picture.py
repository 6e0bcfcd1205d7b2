"""The picture of the homes: rooms × months, as places on a sheet. Pure.

Abscissas and widths are percents of the drawing, so that it fits any screen; heights are pixels.
A text is given in as many lengths as needed: what a bar has room for on a wide sheet, on a middle
one, on a phone.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from caracol.core.periods import Month, Span

LEFT = 13.0
"""Percent kept at the left for the rooms."""
TITLE, AXIS, FLAG, ROW, BAR, GAP = 30, 22, 18, 30, 22, 26
SIZES = {"wide": 860.0, "middle": 560.0, "narrow": 330.0}
"""The least width, in pixels, of each kind of sheet."""
LETTER, PADDING = 6.6, 11.0
NAMED = 58
"""The pixels that a month and its year need."""
_SHORT = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A text for some kinds of sheets: `sizes` are those it is shown on."""

    text: str
    sizes: str


@dataclass(frozen=True)
class Mark:
    """Days of a room to be drawn: what they look like and what is said of them.

    `texts` are what may be written on it, the longest first.
    """

    span: Span
    look: str
    title: str
    texts: tuple[str, ...] = ()
    url: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class RoomMarks:
    """A room's line to be drawn."""

    label: str
    short: str
    url: str
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Moment:
    """A day that concerns a whole home: the owner's end, an opening, a closing."""

    on: date
    look: str
    title: str
    texts: tuple[str, ...]
    is_end: bool = False


@dataclass(frozen=True)
class HomeMarks:
    """A home to be drawn: its name, what is said beside it, its rooms, its days."""

    key: int
    name: str
    url: str
    detail: str
    figures: str
    short_figures: str
    rooms: Sequence[RoomMarks]
    moments: Sequence[Moment] = ()


@dataclass(frozen=True)
class Bar:
    """A mark in its place."""

    x: str
    width: str
    y: int
    look: str
    title: str
    url: str
    pattern: str
    texts: list[Text]


@dataclass(frozen=True)
class Row:
    """A room in its place."""

    y: int
    middle: int
    label: str
    short: str
    url: str
    bars: list[Bar]


@dataclass(frozen=True)
class Tick:
    """A month's first day on the axis."""

    x: str
    texts: list[Text]
    is_year: bool
    is_now: bool


@dataclass(frozen=True)
class Flag:
    """A day of the home in its place, with its words at the left or at the right of its line."""

    x: str
    y: int
    look: str
    title: str
    anchor: str
    texts: list[Text]
    rest: str
    """The percent from that day to the right edge."""
    is_end: bool = False
    """Nobody lives there any more from that day on."""


@dataclass(frozen=True)
class Block:
    """A home in its place: `y` is its top, what it holds is counted from there."""

    key: int
    y: int
    height: int
    rows_top: int
    rows_bottom: int
    rows_height: int
    axis: int
    name: str
    url: str
    detail: str
    figures: list[Text]
    rows: list[Row]
    flags: list[Flag]


@dataclass(frozen=True)
class Picture:
    """What `colocations/occupancy_picture.html` draws."""

    height: int
    left: str
    bar: int
    ticks: list[Tick]
    today: str
    blocks: list[Block]


class Axis:
    """Where days stand: a percent of the drawing's width."""

    def __init__(self, window: Span) -> None:
        self.window = window
        self.share = (100 - LEFT) / window.days

    def at(self, day: date) -> float:
        """The percent at which a day begins."""
        return LEFT + (day - self.window.first).days * self.share

    def width(self, span: Span) -> float:
        """The percent a span takes."""
        return span.days * self.share


def draw(homes: Iterable[HomeMarks], window: Span, today: date) -> Picture:
    """Lay homes out one under another over a window of days."""
    axis = Axis(window)
    blocks: list[Block] = []
    y = 0
    for home in homes:
        block = _block(home, axis, y)
        blocks.append(block)
        y += block.height + GAP
    inside = window.first <= today <= window.last
    return Picture(
        height=max(0, y - GAP),
        left=_percent(LEFT),
        bar=BAR,
        ticks=_ticks(axis, today),
        today=_percent(axis.at(today) + axis.share / 2) if inside else "",
        blocks=blocks,
    )


def _block(home: HomeMarks, axis: Axis, y: int) -> Block:
    flags = _flags(home.moments, axis)
    top = TITLE + AXIS + (FLAG * (1 + max((flag.y for flag in flags), default=-1)))
    rows = [_row(room, axis, top + ROW * rank) for rank, room in enumerate(home.rooms)]
    bottom = top + ROW * len(rows)
    base = TITLE + AXIS
    return Block(
        key=home.key,
        y=y,
        height=bottom,
        rows_top=top,
        rows_bottom=bottom,
        rows_height=bottom - top,
        axis=base - 7,
        name=home.name,
        url=home.url,
        detail=home.detail,
        figures=_fitting((home.figures, home.short_figures), 50),
        rows=rows,
        flags=[replace(flag, y=base + FLAG * flag.y + 12) for flag in flags],
    )


def _row(room: RoomMarks, axis: Axis, y: int) -> Row:
    top = y + (ROW - BAR) // 2
    bars = [_bar(mark, axis, top) for mark in room.marks]
    return Row(y, y + ROW // 2 + 4, room.label, room.short, room.url, bars)


def _bar(mark: Mark, axis: Axis, y: int) -> Bar:
    width = axis.width(mark.span)
    return Bar(
        x=_percent(axis.at(mark.span.first)),
        width=_percent(width),
        y=y,
        look=mark.look,
        title=mark.title,
        url=mark.url,
        pattern=mark.pattern,
        texts=_fitting(mark.texts, width),
    )


def _fitting(texts: Sequence[str], width: float) -> list[Text]:
    """Choose for each kind of sheet the longest text that it has room for."""
    chosen: dict[str, list[str]] = {}
    for size, pixels in SIZES.items():
        room = width / 100 * pixels
        fit = next((text for text in texts if _needs(text) <= room), "")
        if fit:
            chosen.setdefault(fit, []).append(size)
    return [Text(text, " ".join(f"at-{size}" for size in sizes)) for text, sizes in chosen.items()]


def _needs(text: str) -> float:
    # A letter or two stand in the middle of a bar, closer to its edges.
    return len(text) * LETTER + (PADDING if len(text) > 2 else 3)


def _flags(moments: Sequence[Moment], axis: Axis) -> list[Flag]:
    """Stand the days of a home side by side; on another line when their words would meet."""
    found: list[Flag] = []
    lines: list[float] = []
    for moment in sorted(moments, key=lambda moment: moment.on):
        if not axis.window.first <= moment.on <= axis.window.last + timedelta(days=1):
            continue
        x = axis.at(moment.on)
        words = len(moment.texts[0]) * LETTER / SIZES["narrow"] * 100
        after = x + words <= 100
        begins, ends = (x, x + words) if after else (x - words, x)
        line = next((rank for rank, end in enumerate(lines) if end + 1 <= begins), len(lines))
        lines[line : line + 1] = [ends]
        anchor = "start" if after else "end"
        texts = _fitting(moment.texts, 100)
        found.append(
            Flag(
                x=_percent(x),
                y=line,
                look=moment.look,
                title=moment.title,
                anchor=anchor,
                texts=texts,
                rest=_percent(100 - x),
                is_end=moment.is_end,
            )
        )
    return found


def _ticks(axis: Axis, today: date) -> list[Tick]:
    months = list(Month.of(axis.window.first).until(Month.of(axis.window.last)))
    named = {size: _named(months, pixels) for size, pixels in SIZES.items()}
    firsts = {size: min(ranks) for size, ranks in named.items()}
    ticks = []
    for rank, month in enumerate(months):
        is_year = month.number == 1
        texts: dict[str, list[str]] = {}
        for size in SIZES:
            if rank in named[size]:
                year = f" {month.year}" if is_year or rank == firsts[size] else ""
                texts.setdefault(f"{_SHORT[month.number - 1]}{year}", []).append(f"at-{size}")
        ticks.append(
            Tick(
                x=_percent(axis.at(month.first)),
                texts=[Text(text, " ".join(sizes)) for text, sizes in texts.items()],
                is_year=is_year or rank == 0,
                is_now=month == Month.of(today),
            )
        )
    return ticks


def _named(months: Sequence[Month], pixels: float) -> set[int]:
    """Choose the months whose name there is room for: all, or one in two, three, six…"""
    slot = (100 - LEFT) / 100 * pixels / len(months)
    step = next(step for step in itertools.chain((1, 2, 3, 6, 12), (24,)) if slot * step >= NAMED)
    if step == 1:
        return set(range(len(months)))
    first = next((rank for rank, month in enumerate(months) if (month.number - 1) % step == 0), 0)
    return set(range(first, len(months), step))


def _percent(value: float) -> str:
    return f"{value:.3f}%"
