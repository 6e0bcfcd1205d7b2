"""A CAF statement is read to the cent whatever its dress, or refused with its line and column."""

import csv
import io
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caracol.core.periods import Month
from payments.calculations.caf import Announced, allocataire_key, spread, tie_lines
from payments.enums import CafNature
from payments.readers.caf import CafLayout, CafLayoutUnknown, read_caf
from payments.readers.caf_columns import CafMapping, department_of, month_of, signature_of
from payments.readers.shapes import FileRefused
from tests.helpers.samples import KEPT, sample

D = Decimal
SAMPLES = Path(KEPT) / "bank" / "caf"
CSV = SAMPLES / "syn_caf_bordereau_2026-10.csv"
FIXED = SAMPLES / "syn_caf_fixed_APL_2026-10.txt"
HEAD = "NumAllocataire;Montant;MoisDu;NatureLigne\r\n"


def read(data, layouts=()):
    """Read bytes or text."""
    return read_caf(io.BytesIO(data.encode() if isinstance(data, str) else data), layouts)


def as_workbook(data):
    """The same table as Excel keeps it: real amounts, real days."""
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(data.decode("cp1252")), delimiter=";"):
        *cells, amount = row or [""]
        try:
            last = float(amount.replace(",", "."))
        except ValueError:
            last = amount
        book.active.append([*cells, last])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_the_sample_is_read_line_by_line():
    """Six lines of every kind and their total."""
    found = read(CSV.read_bytes())
    assert [(row.number, row.amount, row.nature) for row in found.rows] == [
        ("0123456", D("241.00"), CafNature.CURRENT),
        ("0123457", D("187.00"), CafNature.CURRENT),
        ("0123458", D("612.00"), CafNature.BACKPAY),
        ("0123458", D("204.00"), CafNature.CURRENT),
        ("0123459", D("-98.50"), CafNature.RECOVERY),
        ("0123460", D("0.00"), CafNature.END),
    ]
    assert (found.totals[0].amount, found.totals[0].lines) == (D("1145.50"), 6)
    assert (found.rows[2].month_from, found.rows[2].month_to) == (Month(2026, 7), Month(2026, 9))
    assert found.rows[0].paid_on == date(2026, 10, 5)


def test_the_fixed_width_sample_is_read():
    """What is withheld lowers what is paid; the total says both."""
    found = read(FIXED.read_bytes())
    assert len(found.rows) == 6
    assert found.total == found.totals[0].amount == D("1092.50")
    assert (found.rows[4].amount, found.rows[4].withheld) == (D("105.50"), D("98.50"))
    assert found.rows[5].first_name == "INÉS"
    assert found.rows[0].paid_on == date(2026, 10, 5)


@pytest.mark.parametrize("name", [f"caf-{d}-2026-{m}.csv" for m in (11, 12)
                                  for d in (59, 75, 77, 78, 91, 92, 93, 94, 95)])  # fmt: skip
def test_every_month_sample_ties(name):
    """Its lines make its total, and are as many as it says."""
    found = read(sample(name).read_bytes())
    [total] = found.totals
    assert (found.total, len(found.rows)) == (total.amount, total.lines)


@pytest.mark.parametrize(
    "dress",
    [
        lambda data: data.decode("cp1252").encode("utf-8"),
        lambda data: data.decode("cp1252").encode("utf-8-sig"),
        lambda data: data.decode("cp1252").encode("utf-16"),
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b";", b"\t"),
        as_workbook,
    ],
)
def test_its_dress_changes_nothing(dress):
    """Encoding, mark, line ends, separator, Excel."""
    data = CSV.read_bytes()
    plain, dressed = read(data), read(dress(data))
    strip = [
        (r.number.lstrip("0"), r.amount, r.month_from, r.nature, r.paid_on) for r in plain.rows
    ]
    assert strip == [
        (r.number.lstrip("0"), r.amount, r.month_from, r.nature, r.paid_on) for r in dressed.rows
    ]
    assert dressed.totals[0].amount == D("1145.50")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("123;abc;10/2026;DROIT\r\n", "Ligne 2, montant"),
        ("123;1,234;10/2026;DROIT\r\n", "Ligne 2, montant"),
        (";12,00;10/2026;DROIT\r\n", "Ligne 2, N° allocataire"),
        ("123;12,00;13/2026;DROIT\r\n", "Ligne 2, mois de droit"),
        ("123;12,00;10/2026;CADEAU\r\n", "Ligne 2, nature"),
        ("TOTAL;douze;;\r\n", "Ligne 2, total"),
        ("", "aucune ligne d'aide"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_place(body, words):
    """Line and column, and what was read there."""
    with pytest.raises(FileRefused, match=words):
        read(HEAD + body)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "vide"),
        (b" \r\n ", "vide"),
        (b"<?xml version='1.0'?><Document/>", "relevé de banque"),
        (b"%PDF-1.7", "pas un bordereau"),
        (b"PK\x03\x04trop court", "abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "mot de passe"),
        (b"\x00\x01\x02\x03", "pas un texte"),
        (b"0302900751P1234   991326CAF", "date de paiement"),
    ],
)
def test_what_is_no_statement_is_refused_in_words(data, words):
    """Never a trace-back."""
    with pytest.raises(FileRefused, match=words):
        read(data)


def test_an_unknown_layout_is_mapped_once():
    """It is refused with its first rows; once a person has said, it is read."""
    data = "Dossier;Net;Periode\r\n123;12,50;oct. 2026\r\n"
    with pytest.raises(CafLayoutUnknown) as refusal:
        read(data)
    assert refusal.value.rows[0] == ["Dossier", "Net", "Periode"]
    mapping = CafMapping({"number": 0, "amount": 1, "month_from": 2})
    layout = CafLayout(signature_of(["Dossier", "Net", "Periode"]), mapping)
    [row] = read(data, [layout]).rows
    assert (row.number, row.amount, row.month_from) == ("123", D("12.50"), Month(2026, 10))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=600), st.text(max_size=600).map(str.encode)))
def test_no_bytes_make_it_fail(data):
    """Read or refused, nothing else."""
    for prefix in (b"", HEAD.encode(), b"0302900751P1234   051026CAF\n0602"):
        with suppress(FileRefused):
            read(prefix + data)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_spoiled_sample_is_read_or_refused(data):
    """Any byte changed, cut anywhere."""
    raw = bytearray(data.draw(st.sampled_from([CSV, FIXED])).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileRefused):
        read(bytes(raw[: data.draw(st.integers(1, len(raw)))]))


# --- What it comes to -----------------------------------------------------------------------------
AMOUNTS = st.lists(st.decimals(-500, 500, places=2), min_size=1, max_size=20)


@given(AMOUNTS)
def test_lines_tie_to_their_sum_and_to_nothing_else(amounts):
    """One cent is enough to refuse."""
    backs = [False] * len(amounts)
    total = sum(amounts, D(0))
    assert not tie_lines(amounts, backs, [Announced(total, len(amounts))]).why_not
    assert "écart" in tie_lines(amounts, backs, [Announced(total + D("0.01"))]).why_not
    assert "lignes" in tie_lines(amounts, backs, [Announced(total, len(amounts) + 1)]).why_not


def test_what_is_taken_back_without_a_sign_follows_the_total():
    """Read as negative because the total says so."""
    found = tie_lines([D("200"), D("50")], [False, True], [Announced(D("150"))])
    assert found.amounts == (D("200"), D("-50"))


@given(
    st.decimals(-2000, 2000, places=2).filter(bool),
    st.integers(1, 12),
    st.dictionaries(st.integers(1, 12), st.decimals(0, 300, places=2)),
)
def test_a_rappel_shared_adds_up_and_stays_in_its_months(amount, count, expected):
    """No cent appears, disappears or leaves the months named that were lived in."""
    months = [Month(2026, number).first for number in range(1, count + 1)]
    aid = {Month(2026, number).first: euros for number, euros in expected.items()}
    parts = spread(amount, months, aid)
    assert sum((part for _month, part in parts), D(0)) == amount
    assert {month for month, _part in parts} <= ({*months} & {*aid} or {*months})
    assert all(part * amount > 0 for _month, part in parts)
    assert spread(-amount, months, aid) == [(month, -part) for month, part in parts]


@pytest.mark.parametrize(
    ("amount", "expected", "parts"),
    [
        ("630.00", {1: "210", 2: "210", 3: "210"}, ["210.00", "210.00", "210.00"]),
        ("650.00", {1: "210", 2: "210", 3: "230"}, ["210.00", "210.00", "230.00"]),
        ("100.00", {1: "0", 2: "0", 3: "210"}, ["33.34", "33.33", "33.33"]),
        ("-100.01", {1: "0", 2: "0", 3: "0"}, ["-33.34", "-33.34", "-33.33"]),
        ("100.01", {2: "0", 3: "0"}, ["50.01", "50.00"]),
        ("100.00", {}, ["33.34", "33.33", "33.33"]),
        ("0.01", {1: "5", 2: "5", 3: "5"}, ["0.01"]),
    ],
)
def test_a_rappel_follows_the_aid_expected_or_is_the_same_each_month(amount, expected, parts):
    """By the aid that each month expects, else even; the odd cents on the first months."""
    months = [Month(2026, number).first for number in (1, 2, 3)]
    aid = {Month(2026, number).first: D(euros) for number, euros in expected.items()}
    assert [str(part) for _month, part in spread(D(amount), months, aid)] == parts


@pytest.mark.parametrize(
    "written", ["0123456", "123456", " 123456 A", "00000000123456A", "0123456a"]
)
def test_a_number_is_one_whatever_its_zeros_and_key(written):
    """The key letter and leading zeros do not make another person."""
    assert allocataire_key(written) == "123456"


@pytest.mark.parametrize(
    ("written", "month"),
    [
        ("10/2026", Month(2026, 10)),
        ("2026-10", Month(2026, 10)),
        ("01/10/2026", Month(2026, 10)),
        ("202610", Month(2026, 10)),
        ("octobre 2026", Month(2026, 10)),
        ("août 2026", Month(2026, 8)),
        ("juin 2026", Month(2026, 6)),
        ("13/2026", None),
        ("", None),
    ],
)
def test_months_are_read_as_people_write_them(written, month):
    """And nothing else is one."""
    assert month_of(written) == month


def test_the_departement_of_a_caf_is_in_its_code():
    """Three digits of a code are a département and a counter, overseas they are the département."""
    assert [department_of(code) for code in ("751", "75", "974", "931")] == [
        "75",
        "75",
        "974",
        "93",
    ]
