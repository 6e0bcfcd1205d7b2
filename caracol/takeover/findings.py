"""What is found wrong, doubtful or to be done in a workbook. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from caracol.core.money import NBSP


class Weight(StrEnum):
    """An error stops the takeover; a warning is to be read; a task is to be done afterwards."""

    ERROR = "error"
    WARNING = "warning"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark about one place of the workbook: why, and how to mend it."""

    weight: Weight
    sheet: str
    row: int
    column: str
    cell: str
    why: str
    remedy: str = ""

    @property
    def message(self) -> str:
        """Why and how to mend, as one text."""
        return f"{self.why} {self.remedy}".strip()

    def as_json(self) -> dict[str, Any]:
        """Return the finding with the keys of the command's contract, and some more."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "message": self.message,
            "cell": self.cell,
            "why": self.why,
            "remedy": self.remedy,
            "kind": str(self.weight),
        }


class Placed(Protocol):
    """A row of a sheet: where it stands, and where its cells are."""

    @property
    def sheet(self) -> str:
        """The sheet's name."""

    @property
    def row(self) -> int:
        """The row's number in the sheet."""


class Spot(NamedTuple):
    """A row of a sheet, or the whole sheet (row 0), before it is read."""

    sheet: str
    row: int = 0


class Findings:
    """The remarks on a workbook. Rows already in error are known, so that no error follows."""

    def __init__(self) -> None:
        self._all: list[Finding] = []
        self._wrong: set[tuple[str, int, str]] = set()
        self._letters: dict[tuple[str, str], str] = {}
        self._order: dict[str, int] = {}
        self._lost: set[tuple[str, str]] = set()
        self.shapeless: set[str] = set()

    def place_column(self, sheet: str, column: str, letter: str) -> None:
        """Note the letter under which a column stands, for the addresses of cells."""
        self._letters[sheet, column] = letter
        self._order.setdefault(sheet, len(self._order))

    def _add(self, weight: Weight, place: Placed, column: str, why: str, remedy: str) -> None:
        letter = self._letters.get((place.sheet, column), "")
        cell = f"{letter}{place.row}" if letter and place.row else ""
        words = french(why), french(remedy)
        self._all.append(Finding(weight, place.sheet, place.row, column, cell, *words))
        if weight is Weight.ERROR:
            self._wrong.add((place.sheet, place.row, column))

    def error(self, place: Placed, column: str, why: str, remedy: str = "") -> None:
        """Add an error on a cell of a row."""
        self._add(Weight.ERROR, place, column, why, remedy)

    def warn(self, place: Placed, column: str, why: str, remedy: str = "") -> None:
        """Add a warning on a cell of a row."""
        self._add(Weight.WARNING, place, column, why, remedy)

    def task(self, place: Placed, column: str, why: str, remedy: str = "") -> None:
        """Add a task that comes from a cell of a row."""
        self._add(Weight.TASK, place, column, why, remedy)

    def misshapen(self, sheet: str, row: int, column: str, why: str, remedy: str = "") -> None:
        """Add an error on the shape of a sheet: nothing is concluded from what it lacks."""
        self._add(Weight.ERROR, Spot(sheet, row), column, why, remedy)
        self.shapeless.add(sheet)
        self._lost.add((sheet, column))

    def sound(self, place: Placed, *columns: str) -> bool:
        """Return whether all these cells of the row were there to read, and none is in error."""
        return not any(
            (place.sheet, column) in self._lost or (place.sheet, place.row, column) in self._wrong
            for column in columns
        )

    def of(self, *weights: Weight) -> list[Finding]:
        """Return the remarks of these weights, by sheet, row and column."""
        kept = (finding for finding in self._all if finding.weight in weights)
        return sorted(
            kept, key=lambda f: (self._order.get(f.sheet, 99), f.row, len(f.cell), f.cell)
        )

    @property
    def errors(self) -> list[Finding]:
        """What stops the takeover."""
        return self.of(Weight.ERROR)

    @property
    def remarks(self) -> list[Finding]:
        """Warnings and tasks."""
        return self.of(Weight.WARNING, Weight.TASK)


def french(text: str) -> str:
    """Return a sentence whose guillemets and double signs never part from their word."""
    text = text.replace("« ", f"«{NBSP}")
    return re.sub(r" (?=[»:;?!€])", NBSP, text)


def as_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return the findings as JSON values."""
    return [finding.as_json() for finding in findings]
