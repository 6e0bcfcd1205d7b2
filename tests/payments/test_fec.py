"""The checker of accounting files: good ones accepted, bad ones refused with line and rule."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from payments.calculations.fec import COLUMNS, check_fec

HEAD = "\t".join(COLUMNS)
GOOD = (
    "BQ\tBanque\t1\t20261105\t512000\tBanque\t\t\tR1\t20261105\tVirement\t200,00\t0,00\t\t\t20261105\t\t",
    "BQ\tBanque\t1\t20261105\t411000\tRésidents\tC1\tDiallo\tR1\t20261105\tVirement\t0,00\t200,00\ta\t20261106\t20261105\t\t",
)
OUTSIDE = [
    os.environ.get("CARACOL_SAMPLES", ""),
    str(settings.BASE_DIR.parent / "shared" / "samples"),
]


def file(*rows, head=HEAD):
    """A file of some rows."""
    return ("\r\n".join([head, *rows]) + "\r\n").encode()


def spoiled(position, value, row=0):
    """The good file with one cell changed."""
    rows = [line.split("\t") for line in GOOD]
    rows[row][position] = value
    return file(*("\t".join(cells) for cells in rows))


def test_a_good_file_is_accepted():
    report = check_fec(file(*GOOD), "123456789FEC20261231.txt")
    assert report.is_accepted
    assert report.remarks == []
    assert (report.lines, report.entries, report.debit) == (2, 1, Decimal("200.00"))


@pytest.mark.parametrize(
    ("data", "line", "rule"),
    [
        (b"", 0, "fichier"),
        (b"\x00\xff", 0, "codage"),
        (file(*GOOD, head=HEAD.replace("Idevise", "Devise")), 1, "titres"),
        (file(*GOOD, head=HEAD + "\tAutre"), 1, "titres"),
        (file(GOOD[0] + "\t", GOOD[1]), 2, "colonnes"),
        (spoiled(11, "200,01"), 2, "équilibre"),
        (spoiled(11, "200.00"), 2, "montant"),
        (spoiled(11, "1 200,00"), 2, "montant"),
        (spoiled(12, "5,00"), 2, "montants"),
        (spoiled(3, "2026-11-05"), 2, "date"),
        (spoiled(3, "20261301"), 2, "date"),
        (spoiled(3, "20261104", row=1), 3, "écriture"),
        (spoiled(4, "BANQUE"), 2, "compte"),
        (spoiled(10, ""), 2, "zone vide"),
        (spoiled(7, "", row=1), 3, "zones liées"),
        (spoiled(14, "", row=1), 3, "zones liées"),
        (spoiled(17, "USD"), 2, "zones liées"),
        (spoiled(15, "20261104"), 2, "validation"),
        (spoiled(15, "20261109", row=1), 3, "écriture"),
    ],
)
def test_a_bad_file_is_refused_with_its_line_and_rule(data, line, rule):
    found = [(one.line, one.rule) for one in check_fec(data).errors]
    assert (line, rule) in found


def test_what_a_reader_would_ask_about_is_remarked():
    """Lines of an entry apart, numbers with holes, a name: not errors."""
    other = [row.replace("\t1\t", "\t3\t", 1) for row in GOOD]
    report = check_fec(file(GOOD[0], other[0], GOOD[1], other[1]), "export.txt")
    assert report.is_accepted
    assert {one.rule for one in report.remarks} == {"nom", "suite", "numéros"}


def entry(number, on="20261105", valid="20261105", letter=""):
    """Two balanced lines of an entry."""
    rows = [line.split("\t") for line in GOOD]
    for row in rows:
        row[2], row[3], row[15] = number, on, valid
    rows[1][13], rows[1][14] = letter, on if letter else ""
    return ["\t".join(row) for row in rows]


def test_order_letters_and_closing_are_remarked():
    """Each year has its own series of numbers; a letter adds up to zero, in its account."""
    years = (*entry("20260001"), *entry("20260002"), *entry("20270001", "20270103", "20270103"))
    assert check_fec(file(*years)).remarks == []
    late = (*entry("1", valid="20261109"), *entry("2"))
    assert [one.rule for one in check_fec(file(*late)).remarks] == ["chronologie"]
    alone = check_fec(file(*entry("1", letter="A")), "123456789FEC20261031.txt")
    assert {one.rule for one in alone.remarks} == {"lettrage", "clôture"}
    assert check_fec(file(*entry("1", letter="a"))).remarks == []


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(data):
    check_fec(data)
    check_fec(HEAD.encode() + b"\r\n" + data)


def test_the_public_samples_are_accepted():
    """Their licence keeps them out of this repository: read where they are, if they are."""
    folders = [Path(one) / "bank" / "fec" for one in OUTSIDE if one]
    found = [path for folder in folders if folder.is_dir() for path in folder.glob("*.txt")]
    if not found:
        pytest.skip("no sample of accounting files here")
    for path in found:
        report = check_fec(path.read_bytes())
        assert report.is_accepted, [str(one) for one in report.errors]
        assert report.debit == report.credit
