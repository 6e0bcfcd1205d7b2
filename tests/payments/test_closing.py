"""Closing a month: every contract once, to the cent, whatever runs twice."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from caracol.accounts.services import system_user
from caracol.core.periods import Month
from payments.enums import AccountKind, LockState, PaymentMeans
from payments.models import Entry, MonthClosing, PeriodLock, Term
from payments.services.accounts import account_of
from payments.services.closing import MonthBeforeTakeover, close_month, preview_month
from payments.services.openings import OpeningBalance, take_over_balances
from payments.services.posting import MonthLocked
from payments.services.receiving import record_payment
from residents.enums import ContractKind, ContractStatus
from tests import factories
from tests.helpers.databases import check_constraints

D = Decimal
NOVEMBER = Month(2026, 11)


@pytest.fixture
def actor(db):
    return factories.make_user()


def make_contract(**fields):
    fields = {"starts_on": date(2026, 3, 1), "ends_on": date(2027, 2, 28), **fields}
    return factories.make_contract(**fields)


def test_each_living_contract_gets_its_term(actor):
    whole = make_contract(fee="200.00")
    partial = make_contract(fee="75.00", starts_on=date(2026, 11, 12))
    make_contract(starts_on=date(2026, 12, 1))
    result = close_month(month=NOVEMBER, actor=actor)
    check_constraints()
    assert (result.terms, result.new, result.total) == (2, 2, D("247.50"))
    assert Term.objects.get(contract=whole).due_on == date(2026, 11, 5)
    assert Term.objects.get(contract=partial).due_on == date(2026, 11, 12)
    assert account_of(partial, AccountKind.RECEIVABLE).balance == D("47.50")


def test_closing_again_changes_nothing(actor):
    make_contract()
    close_month(month=NOVEMBER, actor=actor)
    again = close_month(month=NOVEMBER, actor=actor)
    assert (again.terms, again.new) == (1, 0)
    assert MonthClosing.objects.count() == 1


def test_a_contract_signed_after_closing_is_added_by_closing_again(actor):
    make_contract()
    close_month(month=NOVEMBER, actor=actor)
    make_contract()
    assert close_month(month=NOVEMBER, actor=actor).new == 1


def test_a_draft_owes_nothing(actor):
    make_contract(status=ContractStatus.DRAFT)
    assert close_month(month=NOVEMBER, actor=actor).terms == 0


def test_the_preview_says_what_closing_does_and_writes_nothing(actor):
    make_contract(fee="200.00")
    [draft] = preview_month(NOVEMBER)
    assert draft.bill.amount == D("200.00")
    assert not Term.objects.exists()


def test_one_territory_can_be_closed_alone(actor):
    lille = factories.make_room(factories.make_home("HDF"))
    make_contract(room=lille)
    make_contract()
    territory = factories.make_territory("HDF")
    assert close_month(month=NOVEMBER, actor=actor, territory=territory).terms == 1
    assert close_month(month=NOVEMBER, actor=actor).new == 1


def test_charges_are_apart_unless_the_type_is_all_in(actor):
    make_contract(kind=ContractKind.SUBLET_SOCIAL, fee="390.00", charges="45.00")
    make_contract(kind=ContractKind.CRT, fee="150.00")
    close_month(month=NOVEMBER, actor=actor)
    labels = [
        [line.label for line in term.lines.order_by("position")]
        for term in Term.objects.order_by("-amount")
    ]
    assert labels == [["Redevance", "Charges"], ["Redevance (charges comprises)"]]


def test_money_in_advance_settles_the_new_term(actor):
    contract = make_contract(fee="200.00")
    record_payment(
        key="a",
        contract=contract,
        amount=D(250),
        means=PaymentMeans.CASH,
        received_on=date(2026, 10, 30),
        today=date(2026, 11, 1),
        actor=actor,
    )
    close_month(month=NOVEMBER, actor=actor)
    assert Term.objects.get().paid_amount == D(200)


def test_a_credit_taken_over_settles_the_first_term(actor):
    contract = make_contract(fee="200.00")
    take_over_balances(
        balances=[OpeningBalance(contract, D("-150.00"))], on=date(2026, 10, 31), actor=actor
    )
    close_month(month=NOVEMBER, actor=actor)
    assert Term.objects.get(month=NOVEMBER.first).paid_amount == D(150)


def test_a_month_before_the_takeover_is_refused(actor):
    contract = make_contract()
    take_over_balances(
        balances=[OpeningBalance(contract, D(10))], on=date(2026, 10, 31), actor=actor
    )
    for month in (Month(2026, 9), Month(2026, 10)):
        with pytest.raises(MonthBeforeTakeover):
            close_month(month=month, actor=actor)


def test_a_locked_month_is_not_billed(actor):
    make_contract()
    PeriodLock.objects.create(month=NOVEMBER.first, state=LockState.LOCKED, changed_by=actor)
    with pytest.raises(MonthLocked, match="rien n'a été facturé"), transaction.atomic():
        close_month(month=NOVEMBER, actor=actor)


def test_an_amendment_in_the_month_bills_both_conditions(actor):
    contract = make_contract(fee="150.00")
    factories.make_amendment(contract, effective_on=date(2026, 11, 16), fee=D("180.00"))
    close_month(month=NOVEMBER, actor=actor)
    assert Term.objects.get().amount == D("165.00")


def test_a_free_month_is_a_term_without_entry(actor):
    make_contract(fee="0.00")
    close_month(month=NOVEMBER, actor=actor)
    check_constraints()
    assert Term.objects.get().entry is None
    assert not Entry.objects.exists()


def test_closing_takes_as_many_queries_for_three_contracts_as_for_thirty(actor, query_count):
    def closed(number, month):
        for _ in range(number):
            make_contract()
        with query_count() as counted:
            close_month(month=month, actor=actor)
        return counted.value

    closed(1, Month(2026, 9))
    assert closed(2, Month(2026, 10)) == closed(27, NOVEMBER)


def test_two_people_closing_at_once_bill_once(real_db):
    for _ in range(20):
        with transaction.atomic():
            make_contract()
    start = threading.Barrier(2)
    results = []

    def close():
        start.wait()
        try:
            results.append(close_month(month=NOVEMBER, actor=system_user()).new)
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [0, 20]
    assert Term.objects.count() == Entry.objects.count() == 20
