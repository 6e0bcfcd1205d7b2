"""Bar charts as SVG made by the server: widths in percents, so that they fit any screen."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from caracol.core.money import NBSP, number
from caracol.ui.atoms import euros

HEIGHT = 200
TOP, BOTTOM = 12, 28
LEFT = 9.0
"""Percent kept at the left for the scale."""
MAX_LABELS = 6


@dataclass(frozen=True)
class Segment:
    """A rectangle of a bar."""

    x: str
    y: str
    width: str
    height: str
    series: int
    title: str


@dataclass(frozen=True)
class Label:
    """A text of the chart, and the line it stands on."""

    x: str
    y: str
    text: str
    extra: bool = False
    """Left out where room is short."""


@dataclass(frozen=True)
class Chart:
    """What `components/bar_chart.html` draws."""

    height: int
    base: str
    segments: list[Segment]
    labels: list[Label]
    scale: list[Label]
    legend: list[str]
    header: list[str]
    rows: list[tuple[str, list[str]]] = field(default_factory=list)


def _nice_step(top: Decimal) -> Decimal:
    raw = max(float(top), 1.0) / 4
    magnitude = 10 ** math.floor(math.log10(raw))
    factor = next(nice for nice in (1, 2, 2.5, 5, 10) if nice * magnitude >= raw)
    return Decimal(str(factor * magnitude))


def _write(value: Decimal, unit: str) -> str:
    if unit == "€":
        return euros(value)
    whole = number(value, 0 if value == value.to_integral_value() else 1)
    return f"{whole}{NBSP}{unit}".strip()


def _short(value: Decimal, unit: str) -> str:
    if abs(value) >= 1000:
        scaled = value / 1000
        text = number(scaled, 0 if scaled == scaled.to_integral_value() else 1)
        return f"{text}{NBSP}k{unit}" if unit == "€" else f"{text}{NBSP}k"
    return _write(value, unit) if unit != "€" else f"{number(value, 0)}{NBSP}€"


def _values(value: Any) -> list[Decimal]:
    parts: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return [Decimal(str(part)) for part in parts]


def _pixels(value: float) -> str:
    return f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{value:.2f}%"


def bar_chart(bars: Sequence[Any], *, unit: str = "€", legend: Sequence[str] = ()) -> Chart:
    """Lay out bars, stacked when a bar has several values; negative values count as zero height."""
    data = [(str(label), _values(value)) for label, value in bars]
    top = max((sum(max(v, Decimal(0)) for v in values) for _, values in data), default=Decimal(0))
    step = _nice_step(Decimal(top))
    steps = max(1, math.ceil(Decimal(top) / step))
    plot = HEIGHT - TOP - BOTTOM
    unit_height = plot / float(step * steps)
    slot = (100 - LEFT) / max(1, len(data))
    frame = _Frame(slot, unit_height, unit, legend)
    segments, labels = [], []
    every = math.ceil(len(data) / MAX_LABELS)
    for index, (label, values) in enumerate(data):
        left = LEFT + slot * index
        segments += frame.stack(label, values, left)
        extra = (len(data) - 1 - index) % every != 0
        labels.append(Label(_percent(left + slot / 2), str(HEIGHT - 8), label, extra))
    scale = [
        Label("0", _pixels(HEIGHT - BOTTOM - float(step * rank) * unit_height),
              _short(step * rank, unit))
        for rank in range(steps + 1)
    ]  # fmt: skip
    names = list(legend) or ["Valeur"]
    rows = [(label, [_write(value, unit) for value in values]) for label, values in data]
    return Chart(HEIGHT, _pixels(HEIGHT - BOTTOM), segments, labels, scale, list(legend),
                 names, rows)  # fmt: skip


@dataclass(frozen=True)
class _Frame:
    """Where bars stand: a slot's width in percents, a unit's height in pixels."""

    slot: float
    unit_height: float
    unit: str
    legend: Sequence[str]

    def stack(self, label: str, values: list[Decimal], left: float) -> list[Segment]:
        """Pile the values of one bar from the ground up."""
        floor = float(HEIGHT - BOTTOM)
        found = []
        for series, value in enumerate(values):
            height = max(float(value), 0.0) * self.unit_height
            if height <= 0:
                continue
            floor -= height
            name = f"{self.legend[series]}, " if series < len(self.legend) else ""
            title = f"{label} : {name}{_write(value, self.unit)}"
            x, width = _percent(left + self.slot * 0.18), _percent(self.slot * 0.64)
            found.append(Segment(x, _pixels(floor), width, _pixels(height), series + 1, title))
        return found
