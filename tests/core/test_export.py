"""Lists as files: a text is never a formula, a date is a date, an amount a number."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from caracol.core.export import Column, answer, safe_text, write_csv, write_xlsx

COLUMNS = [
    Column("Nom"),
    Column("Début", "date"),
    Column("Solde", "money"),
    Column("Chambres", "number"),
]
ATTACKS = ["=1+1", "==cmd", "+33 6", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", "http://example.org"]


def sheet_of(content):
    return openpyxl.load_workbook(io.BytesIO(content)).active


@pytest.mark.parametrize("text", ATTACKS)
def test_a_text_is_written_as_a_text(text):
    """Neither a formula nor a link, and read again unchanged."""
    content = write_xlsx([Column("Nom")], [[text]])
    cell = sheet_of(content)["A2"]
    assert cell.data_type == "s"
    assert cell.value.replace("_x000D_", "\r") == text
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b"hyperlink" not in xml


def test_dates_and_amounts_keep_their_nature():
    """A spreadsheet can sort and add them; headings are French, frozen and filtered."""
    row = ["Amina DIALLO", date(2026, 11, 23), Decimal("1234.56"), 3]
    sheet = sheet_of(write_xlsx(COLUMNS, [row, [None, None, None, 0]]))
    assert [cell.value for cell in sheet[1]] == ["Nom", "Début", "Solde", "Chambres"]
    assert sheet["B2"].value == datetime(2026, 11, 23)
    assert sheet["B2"].is_date
    assert sheet["C2"].value == pytest.approx(1234.56)
    assert sheet["A3"].value is None
    assert sheet["D3"].value == 0
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D3"
    assert sheet.column_dimensions["A"].width > 10


def test_an_empty_list_is_a_workbook_with_its_headings():
    """Nothing to export is not an error."""
    assert sheet_of(write_xlsx(COLUMNS, []))["A1"].value == "Nom"


@pytest.mark.parametrize("text", [text for text in ATTACKS if not text.startswith("http")])
def test_csv_quotes_what_looks_like_a_formula(text):
    """Spreadsheets open CSV as they please: such a text carries an apostrophe."""
    assert safe_text(text) == f"'{text}"
    rows = csv.reader(
        io.StringIO(write_csv([Column("Nom")], [[text]]).decode("utf-8-sig")), delimiter=";"
    )
    assert list(rows)[1] == [f"'{text}"]


def test_csv_writes_as_french_spreadsheets_read():
    """Comma for cents, day first; a negative amount stays a number."""
    text = write_csv(COLUMNS, [["Zoé", date(2026, 1, 2), Decimal("-3.50"), 1]]).decode("utf-8-sig")
    assert text.splitlines()[1] == '"Zoé";"02/01/2026";"-3,50";"1"'


def test_the_answer_is_a_file_to_keep():
    """Named, never sniffed."""
    response = answer(COLUMNS, [], name="résidents-2026-11-23")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "r%C3%A9sidents-2026-11-23.xlsx" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
