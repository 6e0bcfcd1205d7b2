"""One line of the report, and the report as a table."""

from dataclasses import dataclass
from itertools import starmap

HEADS = ("what", "ours", "reference", "ratio", "limit", "verdict")


@dataclass(frozen=True)
class Row:
    """A measure: ours beside its reference, their ratio, and the most it may be."""

    what: str
    ours: str
    reference: str = ""
    ratio: float | None = None
    limit: float | None = None
    unit: str = "×"

    @property
    def missed(self) -> bool:
        """Whether the ratio is above its limit."""
        return self.limit is not None and (self.ratio is None or self.ratio > self.limit)

    def cells(self) -> tuple[str, ...]:
        """What the table shows."""
        verdict = "" if self.limit is None else "MISSED" if self.missed else "ok"
        return (
            self.what,
            self.ours,
            self.reference,
            "" if self.ratio is None else f"{self.ratio:,.2f} {self.unit}",
            "" if self.limit is None else f"≤ {self.limit:,g} {self.unit}",
            verdict,
        )


def table(rows: list[Row]) -> str:
    """Return the rows as a table of fixed width."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    pads = ("<", ">", ">", ">", ">", "<")

    def line(*cells: str) -> str:
        shown = zip(cells, pads, widths, strict=True)
        return "  ".join(f"{cell:{pad}{width}}" for cell, pad, width in shown).rstrip()

    head, *body = starmap(line, lines)
    return "\n".join([head, "-" * len(head), *body])
