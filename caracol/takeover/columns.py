"""What a sheet and a column of the takeover workbook are. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caracol.takeover import cells
from caracol.takeover.cells import Reader

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Column:
    """One column: its heading, the field it fills, how a cell is read, what an empty one means."""

    name: str
    field: str
    read: Reader
    blank: Any = ""
    required: bool = False
    note: str = ""
    example: Any = None
    offered: tuple[str, ...] = ()
    format: str = "text"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the rows it makes, its columns, whether it may hold no row."""

    name: str
    collection: str
    row_type: type
    columns: tuple[Column, ...]
    note: str
    may_be_empty: bool = False


def text_column(name: str, field: str, limit: int, note: str, example: str, **more: Any) -> Column:
    """Return a column of text."""
    return Column(name, field, cells.text(limit), note=note, example=example, **more)


def day_column(name: str, field: str, note: str, example: date | None, **more: Any) -> Column:
    """Return a column of dates."""
    blank = date.min if more.get("required") else None
    return Column(name, field, cells.day, blank, note=note, example=example, format="date", **more)


def euros_column(name: str, field: str, note: str, example: int, **more: Any) -> Column:
    """Return a column of amounts that are not negative."""
    read = cells.positive_amount
    return Column(name, field, read, NOTHING, note=note, example=example, format="euros", **more)


def choice_column(
    name: str, field: str, words: dict[str, Any], offered: Iterable[str], note: str, **more: Any
) -> Column:
    """Return a column of one word among some."""
    offered = tuple(offered)
    read = cells.choice(words, ", ".join(offered))
    return Column(name, field, read, note=note, offered=offered, **more)
