"""Read the sheets of a workbook into rows, noting every cell that cannot be read."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook as Book

from caracol.core.text import plain
from caracol.takeover.cells import Cell, Doubtful, Wrong, refuse_computed, shown
from caracol.takeover.columns import Column, Sheet
from caracol.takeover.files import NotAWorkbook, open_book
from caracol.takeover.findings import Findings, Spot
from caracol.takeover.oddities import note_oddities
from caracol.takeover.rows import TakeoverBook
from caracol.takeover.sheets import SHEETS

MAX_ROWS = 50_000
MAX_COLUMNS = 100
EXAMPLE = "exemple :"
GUIDE = "lisez_moi"  # the model's own page of advice
MODEL = "Téléchargez le modèle vierge pour la retrouver."


def read_workbook(stream: BinaryIO) -> tuple[TakeoverBook, Findings]:
    """Return the rows of a workbook and what is wrong with its cells. Raises NotAWorkbook."""
    found = Findings()
    with open_book(stream) as book:
        try:
            names = _match_sheets(book, found)
            return TakeoverBook(
                **{sheet.collection: _read_sheet(book, names, sheet, found) for sheet in SHEETS}
            ), found
        except (KeyError, ValueError, TypeError, AttributeError, OSError, SyntaxError) as error:
            raise NotAWorkbook(
                "Ce classeur est abîmé : une de ses feuilles ne peut pas être lue. Ouvrez-le dans "
                "Excel ou LibreOffice, puis enregistrez-le à nouveau en .xlsx."
            ) from error


def heading(text: object) -> str:
    """Return what a heading or a sheet's name is compared by."""
    return re.sub(r"[^a-z0-9]+", "_", plain(str(text))).strip("_")


def _match_sheets(book: Book, found: Findings) -> dict[str, str]:
    """Return the workbook's own name of each sheet expected."""
    expected = {heading(sheet.name): sheet.name for sheet in SHEETS}
    names: dict[str, str] = {}
    for title in book.sheetnames:
        name = expected.get(heading(title))
        if heading(title) == GUIDE:
            continue
        if name is None:
            found.warn(Spot(title), "", "Cette feuille n'est pas lue.")
        elif name in names:
            found.misshapen(name, 1, "", f"Deux feuilles se nomment {name}.", "N'en gardez qu'une.")
        else:
            names[name] = title
    return names


def _read_sheet(book: Book, names: dict[str, str], sheet: Sheet, found: Findings) -> list[Any]:
    found.place_column(sheet.name, "", "")
    if sheet.name not in names:
        found.misshapen(sheet.name, 1, "", f"La feuille « {sheet.name} » manque.", MODEL)
        return []
    title = names[sheet.name]
    if not hasattr(book[title], "iter_rows"):
        found.misshapen(sheet.name, 1, "", f"« {title} » est un graphique.", MODEL)
        return []
    lines = _lines(book, title)
    number, titles = next(lines, (1, []))
    if not titles:
        found.misshapen(sheet.name, 1, "", f"La feuille « {title} » est vide.", MODEL)
        return []
    places = _match_columns(sheet, number, titles, found)
    rows = [
        _read_row(sheet, number, cells, places, found)
        for number, cells in lines
        if not _is_example(sheet.name, number, cells, found)
    ]
    note_oddities(book, title, sheet.name, found)
    if not rows:
        _note_empty(sheet, found)
    return rows


def _lines(book: Book, title: str) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the rows that hold something, with their number."""
    worksheet = book[title]
    worksheet.reset_dimensions()
    kept = 0
    for number, cells in enumerate(worksheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        line = [_cell(cell) for cell in cells]
        if all(cell.is_empty for cell in line):
            continue
        kept += 1
        if kept > MAX_ROWS:
            raise NotAWorkbook(
                f"La feuille « {title} » a plus de {MAX_ROWS} lignes : reprenez en plusieurs fois, "
                "ou retirez ce qui n'est pas à reprendre."
            )
        yield number, line


def _cell(cell: Any) -> Cell:
    if cell.value is None:
        return Cell(None)
    return Cell(cell.value, cell.data_type, cell.number_format or "General")


def _match_columns(
    sheet: Sheet, row: int, titles: Sequence[Cell], found: Findings
) -> dict[str, int]:
    """Return the index of each column; say which headings miss, are doubled or are not read."""
    expected = {column.name for column in sheet.columns}
    places: dict[str, int] = {}
    for index, cell in enumerate(titles):
        if cell.is_empty:
            continue
        name, letter = heading(cell.value), get_column_letter(index + 1)
        if name not in expected:
            why = f"La colonne {letter} ({shown(cell.value)}) n'est pas lue."
            found.warn(Spot(sheet.name, row), "", why)
        elif name in places:
            why = f"La colonne « {name} » figure deux fois."
            found.misshapen(sheet.name, row, name, why, "N'en gardez qu'une.")
        else:
            places[name] = index
            found.place_column(sheet.name, name, letter)
    for column in sheet.columns:
        if column.name not in places:
            found.misshapen(
                sheet.name,
                row,
                column.name,
                f"La colonne « {column.name} » manque.",
                "Ajoutez ce titre ; la colonne reste vide s'il n'y a rien à y dire.",
            )
    return places


def _is_example(sheet: str, row: int, cells: Sequence[Cell], found: Findings) -> bool:
    first = next(cell for cell in cells if not cell.is_empty)
    if plain(str(first.value)).startswith(EXAMPLE):
        found.warn(Spot(sheet, row), "", "La ligne d'exemple du modèle n'est pas lue.")
        return True
    return False


def _read_row(
    sheet: Sheet, number: int, cells: Sequence[Cell], places: dict[str, int], found: Findings
) -> Any:
    spot = Spot(sheet.name, number)
    values = {
        column.field: _value(spot, column, cells[places[column.name]], found)
        if column.name in places and places[column.name] < len(cells)
        else _missing(spot, column, found, told=column.name not in places)
        for column in sheet.columns
    }
    return sheet.row_type(row=number, **values)


def _value(spot: Spot, column: Column, cell: Cell, found: Findings) -> Any:
    if cell.is_empty:
        return _missing(spot, column, found)
    try:
        refuse_computed(cell)
        return column.read(cell)
    except Wrong as wrong:
        found.error(spot, column.name, wrong.why, wrong.remedy)
    except Doubtful as doubtful:
        found.warn(spot, column.name, doubtful.why, doubtful.remedy)
        return doubtful.value
    return column.blank


def _missing(spot: Spot, column: Column, found: Findings, *, told: bool = False) -> Any:
    if column.required and not told:
        found.error(
            spot,
            column.name,
            "La cellule est vide.",
            f"Renseignez-la : {_first_lower(column.note)}",
        )
    return column.blank


def _first_lower(note: str) -> str:
    return note[:1].lower() + note[1:] if note[1:2].islower() else note


def _note_empty(sheet: Sheet, found: Findings) -> None:
    why = f"La feuille « {sheet.name} » n'a aucune ligne."
    if sheet.may_be_empty:
        found.warn(Spot(sheet.name), "", why)
    else:
        found.misshapen(sheet.name, 2, "", why, "Remplissez-la sous ses titres.")
