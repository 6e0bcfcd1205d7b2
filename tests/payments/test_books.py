"""The books in other tools' formats: same entries, same totals, nothing armed."""

import csv
import io
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from caracol.core.periods import Month
from payments.calculations.fec import check_fec
from payments.enums import PaymentMeans
from payments.models import Entry, Posting
from payments.services.books import FEC_COLUMNS, export_ledger
from payments.services.closing import close_month
from payments.services.receiving import record_payment, reverse_payment
from residents.enums import ContractKind
from tests import factories

D = Decimal


@pytest.fixture
def books(association):
    actor = factories.make_user()
    contract = factories.make_contract(
        kind=ContractKind.SUBLET_SOCIAL,
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        fee="390.00",
        charges="45.00",
    )
    close_month(month=Month(2026, 11), actor=actor)
    received = record_payment(
        key="k",
        contract=contract,
        amount=D("100.10"),
        means=PaymentMeans.CASH,
        received_on=date(2026, 11, 6),
        today=date(2026, 11, 23),
        actor=actor,
        note='=HYPERLINK("x");\tlu',
    )
    reverse_payment(
        entry=received.entry,
        on=date(2026, 11, 9),
        today=date(2026, 11, 23),
        reason="erreur",
        actor=actor,
    )
    return contract


def exported(form):
    stream = io.StringIO(newline="")
    counts = export_ledger(stream, form)
    assert (counts.entries, counts.postings) == (Entry.objects.count(), Posting.objects.count())
    return stream.getvalue()


def test_the_hledger_journal_balances_entry_by_entry(books):
    sums, current = defaultdict(Decimal), None
    for line in exported("hledger").splitlines():
        if re.match(r"\d{4}-\d\d-\d\d \* ", line):
            current = line
        elif match := re.fullmatch(r"    (\S.*)  (-?\d+\.\d\d) EUR", line):
            sums[current] += D(match[2])
    assert len(sums) == Entry.objects.count()
    assert set(sums.values()) == {D(0)}


def test_the_beancount_file_opens_each_account_once_before_use(books):
    text = exported("beancount")
    opened = re.findall(r"^\S+ open (\S+) EUR$", text, re.MULTILINE)
    used = re.findall(r"^  ([A-Z]\S+)  -?\d", text, re.MULTILINE)
    assert len(opened) == len(set(opened)) > 0
    assert set(used) == set(opened)


def test_the_fec_has_its_eighteen_columns_and_balances(books):
    rows = list(csv.reader(io.StringIO(exported("fec")), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert tuple(rows[0]) == FEC_COLUMNS
    assert {len(row) for row in rows} == {18}
    debit = sum(D(row[11].replace(",", ".")) for row in rows[1:])
    credit = sum(D(row[12].replace(",", ".")) for row in rows[1:])
    assert debit == credit > 0
    assert [row[2] for row in rows[1:]] == sorted((row[2] for row in rows[1:]), key=int)
    assert {row[6] for row in rows[1:] if row[4] == "411000"} == {books.number}


def test_the_csv_carries_no_formula(books):
    rows = list(csv.DictReader(io.StringIO(exported("csv"))))
    assert sum(D(row["amount"]) for row in rows) == 0
    assert not [row for row in rows if row["label"][:1] in "=+-@\t"]


def test_the_fec_of_the_books_passes_the_checker(books):
    """Every rule of the text, whatever was billed ahead; a period keeps its own entries."""
    stream = io.StringIO()
    export_ledger(stream, "fec")
    report = check_fec(stream.getvalue().encode(), "123456782FEC20261231.txt")
    assert (report.errors, report.remarks) == ([], [])
    part = io.StringIO()
    export_ledger(part, "fec", first=date(2026, 11, 6), last=date(2026, 11, 6))
    assert check_fec(part.getvalue().encode()).entries == 1
