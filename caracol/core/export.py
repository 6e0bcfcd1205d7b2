"""Lists as files: Excel with real dates and numbers, CSV; a text is never a formula (TRUST 2.2)."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# What a spreadsheet may take for the beginning of a formula, full-width forms included.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WIDEST = 60
_SAMPLE = 200

Kind = Literal["text", "date", "money", "number"]


@dataclass(frozen=True)
class Column:
    """A column of an export: its French heading, and how its values are written."""

    heading: str
    kind: Kind = "text"


def safe_text(text: str) -> str:
    """Return a text that a spreadsheet reading CSV shows as it is: a formula is quoted."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def write_xlsx(
    columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, sheet: str = "Liste"
) -> bytes:
    """Return a workbook: frozen bold headings, filters, widths, typed cells."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        page = book.add_worksheet(sheet[:31])
        formats = {
            "date": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
            "money": book.add_format({"num_format": "# ##0.00 €"}),
            "number": book.add_format({"num_format": "0"}),
            "text": None,
        }
        heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        widths = [len(column.heading) + 3 for column in columns]
        for index, column in enumerate(columns):
            page.write_string(0, index, column.heading, heading)
        last = 0
        for last, row in enumerate(rows, start=1):
            for index, (column, value) in enumerate(zip(columns, row, strict=True)):
                _write(page, last, index, value, formats[column.kind])
                if last <= _SAMPLE:
                    widths[index] = max(widths[index], min(len(_shown(value)) + 2, _WIDEST))
        for index, width in enumerate(widths):
            page.set_column(index, index, width)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(last, 1), len(columns) - 1)
    return buffer.getvalue()


def _write(page: Any, row: int, index: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_string(row, index, "oui" if value else "non")
    elif isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        page.write_datetime(row, index, local.replace(tzinfo=None), style)
    elif isinstance(value, date):
        page.write_datetime(row, index, value, style)
    elif isinstance(value, Decimal | int | float):
        page.write_number(row, index, value, style)
    else:
        page.write_string(row, index, str(value))


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return "00/00/0000"
    return "" if value is None else str(value)


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return the same list as CSV for French spreadsheets: `;`, decimal comma, UTF-8 with BOM."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.heading for column in columns])
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return "\ufeff".encode() + buffer.getvalue().encode()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal | int | float):
        return str(value).replace(".", ",")
    return safe_text(str(value))


def answer(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    name: str,
    form: str = "xlsx",
) -> HttpResponse:
    """Answer with the list as a file to keep; `form` is "xlsx" or "csv"."""
    if form == "csv":
        content, media = write_csv(columns, rows), CSV
    else:
        content, media, form = write_xlsx(columns, rows), XLSX, "xlsx"
    response = HttpResponse(content, content_type=media)
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{form}")
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
