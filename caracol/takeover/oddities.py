"""Note what a sheet hides: merged cells, hidden rows, a hidden sheet."""

import re
from typing import Any

from openpyxl.workbook.workbook import Workbook as Book

from caracol.takeover.findings import Findings, Spot

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+\d+:[A-Z]+\d+)"')
_ROW = re.compile(rb"<(?:\w+:)?(?:row|col)\b[^>]*\bhidden=\"(?:1|true)\"")
_SHOWN_RANGES = 5


def note_oddities(book: Book, title: str, sheet: str, found: Findings) -> None:
    """Add a warning for each oddity of a sheet that its reader may not see."""
    worksheet: Any = book[title]
    if worksheet.sheet_state != "visible":
        found.warn(Spot(sheet), "", "Cette feuille est masquée ; elle est lue aussi.")
    content = _content(worksheet)
    if merged := [match.decode() for match in _MERGED.findall(content)]:
        ranges = ", ".join(merged[:_SHOWN_RANGES]) + ("…" if len(merged) > _SHOWN_RANGES else "")
        found.warn(
            Spot(sheet),
            "",
            f"Des cellules sont fusionnées ({ranges}) : seule la première de chacune est lue.",
            "Défusionnez-les et répétez la valeur sur chaque ligne.",
        )
    if hidden := len(_ROW.findall(content)):
        found.warn(
            Spot(sheet),
            "",
            f"{hidden} ligne(s) ou colonne(s) masquées sont lues aussi.",
            "Affichez-les pour les vérifier.",
        )


def _content(worksheet: Any) -> bytes:
    """Return the sheet's own part of the archive; empty when the library keeps it elsewhere."""
    source = getattr(worksheet, "_get_source", None)
    if source is None:
        return b""
    with source() as part:
        return bytes(part.read())
