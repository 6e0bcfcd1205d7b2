"""Headings, dates, amounts and codes as people write them; files that are no workbook."""

import io
import os
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.money import euros
from caracol.takeover import cells, files
from caracol.takeover.cells import Cell, Wrong
from caracol.takeover.files import NotAWorkbook, open_path
from caracol.takeover.reader import read_workbook
from tests.takeover.workbooks import file_of, findings_of, lines_of, raw_file, small_book


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (150, "150.00"),
        (137.37, "137.37"),
        (0.1 + 0.2, "0.30"),
        (1234.56, "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\N{NO-BREAK SPACE}234,56\N{NO-BREAK SPACE}€", "1234.56"),
        ("1\N{NARROW NO-BREAK SPACE}234,5", "1234.50"),
        ("1.234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("-40", "-40.00"),
        ("\N{MINUS SIGN}40,10 €", "-40.10"),
        ("12 EUR", "12.00"),
    ],
)
def test_amounts_are_exact(value, expected):
    assert cells.amount(Cell(value)) == Decimal(expected)


@pytest.mark.parametrize(
    "value", ["1.234", "12,345", 12.345, "1,234.56", "12h", "", True, "1e5", "NaN"]
)
def test_amounts_that_cannot_be_read_are_refused(value):
    with pytest.raises(Wrong):
        cells.amount(Cell(value))


@given(st.decimals(min_value=-99999, max_value=99999, places=2))
def test_an_amount_written_by_the_product_is_read_back(value):
    assert cells.amount(Cell(euros(value))) == value
    assert cells.amount(Cell(float(value))) == value


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 10, 31),
        datetime(2026, 10, 31, 12, 30),
        "31/10/2026",
        " 31-10-2026 ",
        "2026-10-31",
    ],
)
def test_dates_are_read_as_people_write_them(value):
    assert cells.day(Cell(value)) == date(2026, 10, 31)


@pytest.mark.parametrize("value", ["31/10/26", "10/31/2026", "31 octobre", 46326, "01/01/0026"])
def test_dates_that_cannot_be_read_are_refused(value):
    with pytest.raises(Wrong):
        cells.day(Cell(value))


def test_headings_and_sheets_match_without_accents_case_or_underscores():
    lines = lines_of(small_book())
    titles = {"Residents": "RÉSIDENTS ", "Contrats": "contrats"}
    lines["Residents"][0] = [
        name.replace("e", "é").replace("_", " ").upper() for name in lines["Residents"][0]
    ]
    renamed = {titles.get(name, name): rows for name, rows in lines.items()}
    book, found = read_workbook(raw_file(renamed))
    assert found.errors == []
    assert book.residents[0].reference == "R1"


def test_codes_that_excel_made_numbers_are_found_again():
    lines = lines_of(small_book())
    stream = raw_file(lines)
    workbook = openpyxl.load_workbook(stream)
    workbook["Chambres"]["B2"].value = 1
    workbook["Chambres"]["B2"].number_format = "00"
    workbook["Sites"]["D2"].value = 93100
    workbook["Residents"]["I2"].value = 612345678
    workbook["Residents"]["K2"].value = 123456
    workbook["Residents"]["L2"].value = 1
    changed = io.BytesIO()
    workbook.save(changed)
    book, found = read_workbook(changed)
    assert found.errors == []
    assert (book.rooms[0].number, book.sites[0].postcode) == ("01", "93100")
    person = book.residents[0]
    assert (person.phone, person.caf_number, person.caf_department) == (
        "0612345678",
        "0123456",
        "01",
    )


def test_a_room_written_1_is_the_room_01(rules):
    assert findings_of(file_of(Contrats_0_chambre=1), rules).errors == []


def test_extra_columns_sheets_blank_rows_and_the_example_are_left_out_with_a_note(rules):
    lines = lines_of(small_book())
    lines["Soldes"] = [
        [*lines["Soldes"][0], "remarque"],
        *([*row, "?"] for row in lines["Soldes"][1:]),
    ]
    lines["Sites"] = [lines["Sites"][0], [], ["EXEMPLE : S0"], *lines["Sites"][1:]]
    lines["Brouillon"] = [["x"]]
    found = findings_of(raw_file(lines), rules)
    assert found.errors == []
    places = {(one.sheet, one.row) for one in found.remarks}
    assert {("Soldes", 1), ("Sites", 3), ("Brouillon", 0)} <= places


def test_merged_and_hidden_cells_are_noted(rules):
    workbook = openpyxl.load_workbook(file_of())
    workbook["Sites"].merge_cells("B2:C2")
    workbook["Contrats"].row_dimensions[3].hidden = True
    workbook["Assurances"].sheet_state = "hidden"
    stream = io.BytesIO()
    workbook.save(stream)
    found = findings_of(stream, rules)
    assert [(one.sheet, one.row, one.column) for one in found.errors] == [("Sites", 2, "adresse")]
    text = " ".join(one.message for one in found.remarks)
    assert "fusionnées (B2:C2)" in text
    assert "1 ligne(s) ou colonne(s) masquées" in text
    assert "Cette feuille est masquée" in text


def test_a_formula_is_an_error_with_its_cell(rules):
    [error] = findings_of(file_of(Contrats_1_redevance="=H2"), rules).errors
    assert (error.cell, error.column) == ("H3", "redevance")
    assert "formule" in error.why


# --- Files that are no workbook -----------------------------------------------------------------
def refuse(content):
    with pytest.raises(NotAWorkbook) as refusal:
        read_workbook(io.BytesIO(content))
    message = str(refusal.value)
    assert message.endswith(".")
    assert refusal.value.errors == [{"sheet": "", "row": 0, "column": "", "message": message}]
    return message


def zipped(members, **options):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"nom;prenom\n", "n'est pas un classeur"),
        (b"%PDF-1.7 ...", "n'est pas un classeur"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "mot de passe"),
        (b"PK\x03\x04" + b"\0" * 50, "abîmé"),
        (zipped({"a.txt": b"a"}), "archive"),
        (zipped(PARTS), "abîmé"),
        (zipped({**PARTS, "xl/sheet.xml": b"<x/>" * 6_000_000}), "trop de données"),
        (zipped({**PARTS, **{f"xl/{n}.xml": b"" for n in range(600)}}), "trop de données"),
        (zipped({**PARTS, "xl/zeros.bin": b"\0" * 15_000_000}), "trop de données"),
    ],
    ids=["empty", "csv", "pdf", "ole", "cut", "zip", "hollow", "bomb", "members", "ratio"],
)
def test_what_is_no_workbook_is_refused_in_a_sentence(content, words):
    assert words in refuse(content)


def test_a_workbook_cut_short_is_refused():
    content = file_of().getvalue()
    refuse(content[: len(content) // 2])


def test_a_workbook_with_a_broken_sheet_is_refused():
    source = zipfile.ZipFile(file_of())
    parts = {name: source.read(name) for name in source.namelist()}
    parts["xl/worksheets/sheet2.xml"] = parts["xl/worksheets/sheet2.xml"][:200]
    assert "abîmé" in refuse(zipped(parts))


def test_a_file_of_300_megabytes_is_refused_without_being_read(tmp_path, monkeypatch):
    path = tmp_path / "gros.xlsx"
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), 300 * files.MEGABYTE)
    monkeypatch.setattr("pathlib.Path.open", lambda *_: pytest.fail("The file was opened."))
    with pytest.raises(NotAWorkbook, match="300 Mo"), open_path(path):
        pass


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(NotAWorkbook, match="pas de fichier"), open_path(tmp_path / "rien.xlsx"):
        pass


@pytest.mark.parametrize("lines", [[], [["code"]]])
def test_an_empty_sheet_is_told(rules, lines):
    sheets = lines_of(small_book())
    sheets["Sites"] = lines or []
    found = findings_of(raw_file(sheets), rules)
    assert {one.sheet for one in found.errors} == {"Sites"}


def test_a_sheet_with_headings_only_is_told(rules):
    sheets = lines_of(small_book())
    sheets["Contrats"] = sheets["Contrats"][:1]
    [error] = findings_of(raw_file(sheets), rules).errors
    assert "aucune ligne" in error.why
