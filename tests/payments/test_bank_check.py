"""What the bank says and what the account 512 holds, compared on imported files."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.services import system_user
from payments.calculations.bank_gap import Why
from payments.enums import AccountKind, BankLineState, PaymentMeans
from payments.models import BankAccount, BankLine, PeriodLock, Posting
from payments.selectors.bank_check import bank_checks
from payments.services.bank_accounts import (
    BankAccountFacts,
    post_bank_opening,
    save_bank_account,
)
from payments.services.checking import check_ledger
from payments.services.held import discard_held
from payments.services.receiving import record_payment
from tests import factories
from tests.payments.lines import OWN_IBAN
from tests.payments.test_banking import entry, imported, statement

pytestmark = pytest.mark.django_db
D = Decimal
ON = date(2026, 12, 31)
TODAY = date(2026, 12, 31)
OTHER = "FR1420041010050500013M02606"


def bring(*entries, **balances):
    return imported(statement(*entries, iban=balances.pop("iban", OWN_IBAN), **balances))


def october(*entries, **balances):
    """Import a statement of October."""
    data = statement(*entries, iban=OWN_IBAN, name="10", **balances)
    imported(data.replace(b"2026-11-01", b"2026-10-01").replace(b"2026-11-30", b"2026-10-31"))


def check(on=ON):
    [found] = bank_checks(on)
    total = sum((told.amount for told in found.reasons), D(0))
    if found.said is not None:
        assert total == found.said - found.ledger
        assert found.unexplained == 0
    return found


def whys(on=ON):
    return [(told.why, told.amount) for told in check(on).reasons]


def post_opening():
    return post_bank_opening(account=BankAccount.objects.get(), today=TODAY, actor=system_user())


def test_an_opening_that_is_not_posted_is_said_and_mended(association):
    """Once posted, bank and books agree to the cent; again changes nothing."""
    bring(entry("200.00"), opening="1000.00", closing="1200.00")
    assert check().ledger == D("200.00")
    assert whys() == [(Why.OPENING, D("1000.00"))]
    assert post_opening().date == date(2026, 11, 1)
    assert post_opening() is None
    assert check().ledger == D("1200.00")
    assert whys() == []
    assert check_ledger().ok


def test_an_older_statement_moves_the_opening(association):
    """The one posted is reversed, that of the older statement takes its place."""
    bring(entry("200.00"), opening="1000.00", closing="1200.00")
    post_opening()
    october = statement(
        entry("40.00", "2026-10-05"), iban=OWN_IBAN, name="10", opening="960.00", closing="1000.00"
    )
    imported(october.replace(b"2026-11-01", b"2026-10-01").replace(b"2026-11-30", b"2026-10-31"))
    assert whys() == [(Why.OPENING, D("-40.00"))]
    assert post_opening().date == date(2026, 10, 1)
    assert (whys(), check_ledger().failures) == ([], [])


def test_the_opening_of_a_locked_month_is_posted_in_the_next_open_one(association):
    bring(entry("200.00"), opening="1000.00", closing="1200.00")
    PeriodLock.objects.create(month=date(2026, 11, 1), state="LOCKED", changed_by=system_user())
    assert post_opening().date == date(2026, 12, 1)
    assert whys() == []


def test_held_lines_count_once_and_twins_not_at_all(association):
    """A line in another currency waits; the same month of another format is the same money."""
    bring(entry("200.00"), entry("5.00", money="CHF"), opening="0.01", closing="205.01")
    imported("Date;Libellé;Montant(EUROS)\n05/11/2026;VIR;200,00\n".encode(), "releve.csv")
    post_opening()
    assert BankLine.objects.filter(state=BankLineState.HELD).count() == 2
    assert [why for why, _amount in whys()] == [Why.WAITING]
    held = BankLine.objects.get(state=BankLineState.HELD, currency="CHF")
    discard_held(line=held, actor=system_user(), reason="étrangère")
    assert [told.line for told in check().reasons] == [held.pk]


def test_a_file_without_balances_may_come_first(association):
    """Its lines are in the books; those of the statement are held as their twins."""
    imported("Date;Libellé;Montant(EUROS)\n05/11/2026;VIR;200,00\n".encode(), "releve.csv")
    bring(entry("200.00"), entry("50.00"), opening="0.01", closing="250.01")
    assert BankLine.objects.filter(state=BankLineState.HELD).count() == 1
    assert whys() == [(Why.OPENING, D("0.01"))]


def test_a_hole_between_statements_and_lines_after_are_told(association):
    bring(entry("200.00"), opening="0.01", closing="200.01")
    bring(entry("7.00", "2026-12-03", ref="X"), name="12")
    post_opening()
    assert whys() == [(Why.AFTER, D("-7.00"))]
    assert whys(date(2026, 11, 30)) == []


def test_a_line_of_a_locked_month_is_posted_later(association):
    PeriodLock.objects.create(month=date(2026, 11, 1), state="LOCKED", changed_by=system_user())
    bring(entry("200.00"), opening="0.01", closing="200.01")
    assert whys(date(2026, 11, 30)) == [(Why.OPENING, D("0.01")), (Why.POSTED_LATER, D("200.00"))]
    assert whys() == [(Why.OPENING, D("0.01"))]


def test_each_bank_account_has_its_own_account_of_the_books(association):
    """The first is 512000, the next 512001: lines, held ones and openings go to theirs."""
    bring(entry("200.00"), opening="0.01", closing="200.01")
    second = save_bank_account(
        account=None, facts=BankAccountFacts(OTHER, "Livret"), actor=system_user()
    )
    assert second.account.code == "512001"
    bring(
        entry("30.00", ref="L"),
        entry("9.00", "2026-11-06", money="CHF"),
        iban=OTHER,
        name="livret",
        opening="70.00",
        closing="100.00",
    )
    own = Posting.objects.filter(account=second.account)
    assert [row.amount for row in own] == [D("30.00")]
    post_bank_opening(account=second, today=TODAY, actor=system_user())
    first, other = bank_checks(ON)
    assert (first.ledger, other.ledger) == (D("200.00"), D("100.00"))
    assert other.shares_with == []
    assert check_ledger().ok


def test_accounts_that_share_one_are_told_apart_by_their_lines(association):
    """As they were before each had its own: both sides add up to the account of the books."""
    bring(entry("200.00"), opening="0.01", closing="200.01")
    first = BankAccount.objects.get()
    BankAccount.objects.create(number=OTHER, label="Livret", account=first.account)
    bring(entry("30.00", ref="L"), iban=OTHER, name="livret", opening="70.00", closing="100.00")
    checks = bank_checks(ON)
    assert [one.ledger for one in checks] == [D("200.00"), D("30.00")]
    assert checks[1].shares_with == [first]
    total = Posting.objects.filter(account__kind=AccountKind.BANK).values_list("amount", flat=True)
    assert sum(total) == D("230.00")


def test_the_page_says_what_to_do_and_what_never_came(association, client_for):
    """Who decides posts the opening; a cheque of long ago is listed with its age."""
    october(entry("200.00", "2026-10-05"), opening="1000.00", closing="1200.00")
    contract = factories.make_contract(number="C9001")
    manager = factories.make_user(Role.DIRECTOR, "*")
    today = date(2026, 11, 23)
    record_payment(
        key="old",
        contract=contract,
        amount=D("31.00"),
        means=PaymentMeans.CHEQUE,
        received_on=today - timedelta(days=40),
        today=today,
        actor=manager,
    )
    client = client_for(manager)
    text = client.get(reverse("payments:bank-check")).content.decode()
    assert "est pas inscrit" in text
    assert "jamais vu par la banque" in text
    assert "/comptes/C9001/" in text
    account = BankAccount.objects.get()
    answer = client.post(reverse("payments:bank-opening-post"), {"compte": account.pk}, follow=True)
    assert "Solde de départ inscrit au 01/10/2026" in answer.content.decode()
    other = client_for(factories.make_user(Role.GLA_MANAGER, "HDF", email="hdf@example.org"))
    text = other.get(reverse("payments:bank-check")).content.decode()
    assert "C9001" not in text
    assert "Et 1 d" in text
