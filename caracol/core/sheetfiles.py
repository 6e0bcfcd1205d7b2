"""Read a small table that somebody sends: .xlsx or .csv, first row of headings, all as text."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from caracol.core.errors import Refused
from caracol.core.workbooks import MEGABYTE, damaged, open_checked

MAX_FILE = 2 * MEGABYTE
MAX_ROWS = 2_000
MAX_COLUMNS = 60


class UnreadableTable(Refused):
    """The file is no table that can be read."""


@dataclass(frozen=True)
class SheetFile:
    """A table as it was sent: its headings, its rows, and the line of each in the file."""

    headings: list[str]
    rows: list[list[str]]
    lines: list[int]


def read_table(name: str, content: bytes) -> SheetFile:
    """Return the table of a file. Raises UnreadableTable or NotAWorkbook, in words."""
    if not content:
        raise UnreadableTable("Ce fichier est vide.")
    if len(content) > MAX_FILE:
        raise UnreadableTable(
            f"Ce fichier dépasse {MAX_FILE // MEGABYTE} Mo : retirez-en ce qui n'est pas la table."
        )
    lower = name.lower()
    if lower.endswith(".xlsx"):
        return _table(_workbook_rows(content))
    if lower.endswith(".csv"):
        return _table(_csv_rows(content))
    raise UnreadableTable("Un registre se lit d'un fichier .xlsx ou .csv, rien d'autre.")


def _workbook_rows(content: bytes) -> Iterable[list[str]]:
    with open_checked(io.BytesIO(content)) as book:
        sheet = next((book[title] for title in book.sheetnames), None)
        if sheet is None or not hasattr(sheet, "iter_rows"):
            raise damaged()
        try:
            for cells in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
                yield [_text(value) for value in cells]
        except (KeyError, ValueError, TypeError, AttributeError, OSError, SyntaxError) as error:
            raise damaged() from error


def _csv_rows(content: bytes) -> Iterable[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [_unquoted(cell) for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        raise UnreadableTable("Ce fichier .csv est abîmé : enregistrez-le en .xlsx.") from error


def _table(rows: Iterable[list[str]]) -> SheetFile:
    headings: list[str] = []
    kept: list[list[str]] = []
    lines: list[int] = []
    for line, cells in enumerate(rows, start=1):
        if not any(cells):
            continue
        if not headings:
            headings = cells
            continue
        if len(kept) == MAX_ROWS:
            raise UnreadableTable(f"Ce fichier a plus de {MAX_ROWS} lignes : coupez-le en deux.")
        wide = len(headings)
        kept.append([*cells[:wide], *[""] * (wide - len(cells))])
        lines.append(line)
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise UnreadableTable("Ce fichier ne contient aucune ligne.")
    return SheetFile(headings, [row[: len(headings)] for row in kept], lines)


def _text(value: Any) -> str:
    """Write a cell as people type it; a formula stays the text that it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _unquoted(cell: str) -> str:
    """Take back the quote by which our own exports keep a text from being a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and len(text) > 1 and not text[1].isalnum() else text
