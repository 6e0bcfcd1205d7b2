"""The books in other tools' formats: same entries, same totals, nothing armed."""

import csv
import io
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import Sum

from caracol.core.periods import Month
from payments.calculations.fec import check_fec
from payments.enums import PaymentMeans
from payments.models import Entry, EntryNumber, Posting, TermPaper
from payments.services.books import FEC_COLUMNS, HLEDGER_ROOTS, export_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices
from payments.services.line_parts import LinePart
from payments.services.numbering import number_entries
from payments.services.receiving import record_payment, reverse_payment
from payments.services.reconciling import settle_line
from residents.enums import ContractKind
from tests import factories
from tests.payments.lines import make_line

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
    report = check_fec(part.getvalue().encode())
    assert (report.errors, report.remarks, report.entries) == ([], [], 2)


def period(form, first, last):
    stream = io.StringIO(newline="")
    export_ledger(stream, form, first=first, last=last)
    return stream.getvalue()


def fec_lines(text):
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def fec_sums(text):
    """What each account, or auxiliary account, of a file comes to."""
    sums = defaultdict(Decimal)
    for line in fec_lines(text):
        amount = D(line["Debit"].replace(",", ".")) - D(line["Credit"].replace(",", "."))
        sums[line["CompteNum"], line["CompAuxNum"]] += amount
    return {account: total for account, total in sums.items() if total}


def hledger_sums(text):
    sums = defaultdict(Decimal)
    for match in re.finditer(r"^    (\S.*)  (-?\d+\.\d\d) EUR$", text, re.MULTILINE):
        sums[match[1]] += D(match[2])
    return {account: total for account, total in sums.items() if total}


def ledger_sums(last):
    """What balance-sheet accounts hold at the end of a day: as a FEC and as hledger name them."""
    fec, hledger = {}, {}
    postings = Posting.objects.filter(entry__date__lte=last).exclude(account__code__regex="^[67]")
    facts = ("account__code", "account__kind", "account__contract__number")
    for code, kind, number, total in postings.values_list(*facts).annotate(total=Sum("amount")):
        general, _, auxiliary = code.partition("-")
        if total:
            fec[general.ljust(6, "0"), auxiliary] = total
            hledger[HLEDGER_ROOTS[kind] + (f":{number}" if number else "")] = total
    return fec, hledger


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 11, 6), date(2026, 11, 7)),
        (date(2026, 11, 9), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_ends_at_the_balances_of_the_ledger(books, first, last):
    """Receivables, deposits, cash: from the file alone, whatever came before it."""
    fec, hledger = ledger_sums(last)
    assert fec
    found = fec_sums(period("fec", first, last))
    own = {account: total for account, total in found.items() if account[0][0] not in "67"}
    result = {account: own.pop(account) for account in list(own) if account[0][:2] in {"11", "12"}}
    assert own == fec
    found = hledger_sums(period("hledger", first, last))
    assert {name: total for name, total in found.items() if name in hledger} == hledger
    if first.year == 2027:
        assert result == {("110000", ""): D("-435.00")}
        assert found["capitaux:report à nouveau"] == D("-435.00")
    elif first > date(2026, 11, 1):
        assert result == {("120000", ""): D("-435.00")}
    else:
        assert result == {}
    assert sum(found.values()) == 0


def test_the_opening_comes_first_and_carries_no_income(books):
    """In the journal of openings, on the first day, accepted by the checker."""
    text = period("fec", date(2027, 1, 1), date(2027, 12, 31))
    report = check_fec(text.encode(), "123456782FEC20271231.txt")
    assert (report.errors, report.remarks, report.entries) == ([], [], 1)
    lines = fec_lines(text)
    assert {line["JournalLib"] for line in lines} == {"À nouveaux"}
    assert {line["EcritureDate"] for line in lines} == {"20270101"}
    assert {line["CompteNum"] for line in lines} == {"411000", "110000"}


@pytest.mark.parametrize("form", ["csv", "beancount"])
def test_the_other_formats_open_too(books, form):
    assert "a-nouveaux:2027-01-01" in period(form, date(2027, 1, 1), date(2027, 12, 31))


def test_a_period_that_begins_with_the_books_has_no_opening(books):
    assert "a-nouveaux" not in period("csv", date(2026, 1, 1), date(2026, 12, 31))
    assert period("csv", date(2026, 11, 1), date(2026, 12, 31)) == exported("csv")


def test_cash_is_in_its_journal_and_residents_are_named(books):
    """What undoes a payment in cash moves cash too."""
    lines = fec_lines(exported("fec"))
    cash = {line["JournalCode"] for line in lines if line["CompteNum"] == "531000"}
    assert cash == {"CA"}
    assert {line["JournalCode"] for line in lines} == {"VE", "CA"}
    named = {line["CompAuxLib"] for line in lines if line["CompteNum"] == "411000"}
    assert named == {books.holders.get().person.sorted_name}


def numbers(text):
    """The number of each entry, by the paper and the label that tell it apart."""
    return {
        (line["EcritureLib"], line["EcritureDate"]): line["EcritureNum"] for line in fec_lines(text)
    }


def pay(contract, amount, on, key, **more):
    return record_payment(
        key=key,
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.TRANSFER,
        received_on=on,
        today=date(2026, 12, 23),
        actor=factories.make_user(email=f"{key}@example.org"),
        **more,
    )


def test_a_backdated_entry_takes_the_next_number_and_moves_none(books):
    """What was handed out stays true; the whole year is one series without a hole."""
    before = numbers(exported("fec"))
    pay(books, "20.00", date(2026, 11, 2), "late")
    pay(books, "30.00", date(2026, 12, 2), "next")
    text = exported("fec")
    after = numbers(text)
    assert {key: after[key] for key in before} == before
    given_now = sorted(int(number) for key, number in after.items() if key not in before)
    assert given_now == [2026000004, 2026000005]
    report = check_fec(text.encode())
    assert (report.errors, report.remarks, report.entries) == ([], [], 5)


def test_numbers_restart_each_year_and_are_never_changed(books):
    pay(books, "20.00", date(2026, 12, 2), "december")
    close_month(month=Month(2027, 1), actor=factories.make_user(email="j@example.org"))
    text = exported("fec")
    assert check_fec(text.encode()).remarks == []
    assert {line["EcritureNum"] for line in fec_lines(text) if line["EcritureDate"] >= "2027"} == {
        "2027000001"
    }
    assert number_entries() == 0
    with pytest.raises(ProgrammingError), transaction.atomic():
        EntryNumber.objects.update(number=99)


def test_what_settles_a_month_bears_one_letter(books):
    """The payment and what took it back; the month, once it is paid in full."""
    lines = [line for line in fec_lines(exported("fec")) if line["CompteNum"] == "411000"]
    assert [line["EcritureLet"] for line in lines] == ["", "A", "A"]
    assert {line["DateLet"] for line in lines if line["EcritureLet"]} == {"20261109"}
    pay(books, "35.00", date(2026, 11, 12), "first")
    pay(books, "400.00", date(2026, 11, 20), "second")
    lines = [line for line in fec_lines(exported("fec")) if line["CompteNum"] == "411000"]
    assert [line["EcritureLet"] for line in lines] == ["B", "A", "A", "B", "B"]
    assert lines[0]["DateLet"] == "20261120"
    part = fec_lines(period("fec", date(2026, 11, 10), date(2026, 12, 31)))
    assert {line["EcritureLet"] for line in part} == {""}
    assert check_fec(exported("fec").encode()).remarks == []


def test_each_entry_names_its_paper(books):
    """The due notice of a month; the bank's reference of a line, and of what it settled."""
    manager = factories.make_user(email="papers@example.org")
    issue_due_notices(month=Month(2026, 11), on=date(2026, 11, 23), actor=manager)
    line = make_line(manager, "435.00", on=date(2026, 11, 24), bank_ref="VIR777")
    settle_line(
        line=line, parts=[LinePart(D("435.00"), books)], actor=manager, today=date(2026, 11, 25)
    )
    lines = fec_lines(exported("fec"))
    notice = TermPaper.objects.get(kind="DUE_NOTICE").document
    assert {line["PieceRef"] for line in lines if line["JournalCode"] == "VE"} == {notice.number}
    bank = [line for line in lines if line["PieceRef"] == "VIR777"]
    assert {line["CompteNum"] for line in bank} == {"512000", "471000", "411000"}
    assert {line["PieceDate"] for line in bank} == {"20261124"}
    assert {line["EcritureLet"] for line in bank if line["CompteNum"] == "471000"} == {"A"}
    assert {line["CompteLib"] for line in lines if line["CompteNum"] == "411000"} == {
        "Compte du contrat"
    }
    cash = [line for line in lines if line["JournalCode"] == "CA"]
    assert all(line["PieceRef"].startswith("E") for line in cash)
