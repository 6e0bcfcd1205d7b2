"""The blank workbook: headings with their notes, lists to choose from, one example greyed."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from caracol.takeover.columns import Column, Sheet
from caracol.takeover.reader import EXAMPLE
from caracol.takeover.sheets import SHEETS

ROWS = 2000
_NUMBERS = {"date": "dd/mm/yyyy", "euros": "# ##0.00", "number": "0", "area": "0.0", "text": "@"}
_GUIDE = (
    "Une feuille par sujet. La ligne 1 porte les titres : ne les changez pas.",
    "Un titre foncé est obligatoire, un titre clair est facultatif.",
    "Passez la souris sur un titre pour lire ce qu'il attend.",
    "La ligne grise est un exemple : elle n'est jamais reprise.",
    "Les dates s'écrivent 31/10/2026, les montants 1 234,56.",
    "Les codes (site, colocation, matricule, contrat) relient les feuilles entre elles.",
    "solde_du est positif quand la personne doit, négatif quand elle est en avance ; il est net "
    "de l'aide au logement attendue et pas encore reçue.",
    "Tous les soldes sont au même jour : celui de la reprise.",
)


def write_model(territories: Sequence[str]) -> bytes:
    """Return the blank workbook, whose list of territories is the network's."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        styles = _Styles(book)
        guide = book.add_worksheet("Lisez-moi")
        guide.set_column(0, 0, 100, styles.plain("text"))
        guide.write_string(0, 0, "Classeur de reprise de Caracol", styles.title)
        for index, line in enumerate(_GUIDE, start=2):
            guide.write_string(index, 0, line, styles.wrapped)
        for sheet in SHEETS:
            _write_sheet(book.add_worksheet(sheet.name), sheet, styles, territories)
    return buffer.getvalue()


class _Styles:
    """The formats of the workbook, each made once."""

    def __init__(self, book: Any) -> None:
        heading = {"bold": True, "bottom": 1, "valign": "top"}
        self._book = book
        self._made: dict[tuple[str, bool], Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.must = book.add_format(heading | {"bg_color": "#3F2B56", "font_color": "#FFFFFF"})
        self.may = book.add_format(heading | {"bg_color": "#E9E3F0"})

    def plain(self, form: str) -> Any:
        """Return the format of a column's cells."""
        return self._get(form, example=False)

    def example(self, form: str) -> Any:
        """Return the format of the example's cells."""
        return self._get(form, example=True)

    def _get(self, form: str, *, example: bool) -> Any:
        if (form, example) not in self._made:
            facts: dict[str, Any] = {"num_format": _NUMBERS[form], "align": "left"}
            if example:
                facts |= {"italic": True, "font_color": "#6B6B6B", "bg_color": "#F2F2F2"}
            self._made[form, example] = self._book.add_format(facts)
        return self._made[form, example]


def _write_sheet(page: Any, sheet: Sheet, styles: _Styles, territories: Sequence[str]) -> None:
    page.freeze_panes(1, 1)
    page.set_row(0, 20)
    for index, column in enumerate(sheet.columns):
        width = max(len(column.name) + 4, len(_example_text(column, index)) + 2, 10)
        page.set_column(index, index, min(width, 40), styles.plain(column.format))
        page.write_string(0, index, column.name, styles.must if column.required else styles.may)
        page.write_comment(0, index, _note(sheet, column, index), {"x_scale": 1.6, "y_scale": 1})
        _write_example(page, index, column, styles)
        offered = territories if column.name == "territoire" else column.offered
        if offered:
            _offer(page, index, offered)


def _note(sheet: Sheet, column: Column, index: int) -> str:
    needed = "Obligatoire." if column.required else "Facultatif."
    intro = f"{sheet.note}\n" if index == 0 else ""
    return f"{intro}{column.note} {needed}".strip()


def _example_text(column: Column, index: int) -> str:
    text = "" if column.example is None else str(column.example)
    return f"{EXAMPLE.upper()} {text}" if index == 0 else text


def _write_example(page: Any, index: int, column: Column, styles: _Styles) -> None:
    style = styles.example(column.format)
    value = column.example
    if index == 0:
        page.write_string(1, index, _example_text(column, index), style)
    elif isinstance(value, date):
        page.write_datetime(1, index, value, style)
    elif isinstance(value, int | float):
        page.write_number(1, index, value, style)
    elif value:
        page.write_string(1, index, value, style)
    else:
        page.write_blank(1, index, None, style)


def _offer(page: Any, index: int, words: Iterable[str]) -> None:
    page.data_validation(
        1,
        index,
        ROWS,
        index,
        {
            "validate": "list",
            "source": list(words),
            "error_title": "Valeur inconnue",
            "error_message": "Choisissez dans la liste.",
        },
    )
