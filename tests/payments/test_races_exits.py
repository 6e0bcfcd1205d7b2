"""Two people end the same thing at the same moment: it ends once, and the books agree."""

import threading
import time
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from caracol.accounts.enums import Role
from caracol.core.periods import Month
from payments.enums import AccountKind, EntryKind, PaymentMeans
from payments.models import Entry, Term
from payments.services.accounts import account_of
from payments.services.adjusting import correct_term
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.depositing import record_deposit, record_refund
from payments.services.receiving import record_payment
from payments.services.settling import approve_settlement, prepare_settlement
from residents.enums import ContractStatus, ExitKind
from residents.models import Contract, Notice
from residents.selectors.leaving import Departure
from residents.services.leaving import close_contract, end_contract
from residents.services.noticing import receive_resident_notice, withdraw_notice
from tests import factories
from tests.helpers.threads import at_once
from tests.residents.services.conftest import make_association

D = Decimal
TODAY = date(2026, 11, 23)
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


@pytest.fixture
def actor(real_db):
    make_association()
    yield factories.make_user(Role.GLA_MANAGER)
    report = check_ledger()
    assert report.ok, report.failures


@pytest.fixture
def contract(actor):
    with transaction.atomic():
        found = factories.make_contract(
            starts_on=date(2026, 10, 1), ends_on=date(2027, 2, 28), fee="200.00", deposit=D(150)
        )
    close_month(month=OCTOBER, actor=actor)
    return found


def notice(contract, actor):
    return receive_resident_notice(
        contract=contract,
        delivery="LRAR",
        received_on=date(2026, 11, 5),
        actor=actor,
        today=TODAY,
    )


def leave(contract, actor):
    gone = date(2026, 11, 15)
    departure = Departure(ExitKind.AGREEMENT, gone, keys_returned_on=gone)
    return end_contract(contract=contract, departure=departure, actor=actor, today=TODAY)


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def balance(contract, kind=AccountKind.RECEIVABLE):
    return account_of(contract, kind).balance


def test_a_notice_received_by_three_people_is_written_once(contract, actor):
    outcomes = at_once(*[lambda: notice(contract, actor)] * 3)
    assert kinds(outcomes).count("Given") == 1
    assert Notice.objects.count() == 1


def test_a_notice_withdrawn_twice_gives_the_end_back_once(contract, actor):
    close_month(month=NOVEMBER, actor=actor)
    given = notice(contract, actor).notice

    def withdraw():
        return withdraw_notice(
            notice=given, reason="il reste", agreed=True, actor=actor, today=TODAY
        )

    assert kinds(at_once(withdraw, withdraw)) == ["Given", "NoticeRefused"]
    assert balance(contract) == D(400)


def test_a_departure_recorded_by_two_people_is_recorded_once(contract, actor):
    outcomes = at_once(*[lambda: leave(contract, actor)] * 2)
    assert kinds(outcomes) == ["ExitRefused", "Left"]


@pytest.mark.parametrize("closes_first", [True, False])
def test_an_end_while_the_month_closes_bills_the_days_lived(contract, actor, closes_first):
    """Whichever comes first waits for nothing but the other, and November owes fifteen days."""
    inside = threading.Event()

    def slowly(act):
        with transaction.atomic():
            act()
            inside.set()
            time.sleep(0.4)

    def after(act):
        inside.wait(10)
        act()

    def close():
        return close_month(month=NOVEMBER, actor=actor)

    def end():
        return leave(contract, actor)

    first, then = (close, end) if closes_first else (end, close)
    outcomes = at_once(lambda: slowly(first), lambda: after(then))
    assert outcomes == [None, None]
    assert balance(contract) == D(200) + D(100)


def test_ends_and_closings_at_once_never_wait_for_each_other(actor):
    with transaction.atomic():
        contracts = [
            factories.make_contract(
                starts_on=date(2026, 10, 1), ends_on=date(2027, 2, 28), fee="200.00"
            )
            for _ in range(6)
        ]
    acts = [lambda contract=contract: leave(contract, actor) for contract in contracts]
    outcomes = at_once(*acts, *[lambda: close_month(month=NOVEMBER, actor=actor)] * 2)
    assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
    assert {balance(contract) for contract in contracts} == {D(100)}


def test_a_month_corrected_by_two_people_is_corrected_by_one_amount(contract, actor):
    term = Term.objects.get()

    def correct(key):
        return correct_term(
            term=term, fee=D(150), charges=D(0), reason="erreur", today=TODAY, actor=actor, key=key
        )

    outcomes = at_once(lambda: correct("a"), lambda: correct("b"))
    assert kinds(outcomes) == ["CorrectionRefused", "Effects"]
    assert balance(contract) == D(150)


# --- Deposits -----------------------------------------------------------------------------------
def deposit(contract, actor, key="d", amount="150.00"):
    return record_deposit(
        key=key,
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CHEQUE,
        received_on=TODAY,
        today=TODAY,
        actor=actor,
    )


@pytest.fixture
def left(contract, actor):
    """Somebody left; the deposit is held and everything is billed and paid."""
    deposit(contract, actor)
    leave(contract, actor)
    close_month(month=NOVEMBER, actor=actor)
    record_payment(
        key="all",
        contract=contract,
        amount=D(300),
        means=PaymentMeans.CASH,
        received_on=TODAY,
        today=TODAY,
        actor=actor,
    )
    return Contract.objects.get(pk=contract.pk)


def test_a_deposit_received_twice_is_held_once(contract, actor):
    outcomes = at_once(*[lambda: deposit(contract, actor).new] * 3)
    assert sorted(outcomes) == [False, False, True]
    outcomes = at_once(*[lambda key=key: deposit(contract, actor, key) for key in "xy"])
    assert kinds(outcomes) == ["DepositRefused"] * 2
    assert balance(contract, AccountKind.DEPOSIT_HELD) == D(-150)


def test_a_deposit_returned_by_two_directors_is_returned_once(left, actor):
    directors = [factories.make_user(Role.DIRECTOR, "*") for _ in range(2)]
    prepared = prepare_settlement(
        contract=left, deductions=(), set_off=D(0), today=TODAY, actor=actor
    )

    def approve(director):
        return approve_settlement(settlement=prepared, today=TODAY, actor=director)

    outcomes = at_once(*[lambda each=each: approve(each) for each in directors])
    assert kinds(outcomes) == ["DepositSettlement", "SettlementRefused"]
    assert balance(left, AccountKind.REFUND_DUE) == D(-150)
    assert balance(left, AccountKind.DEPOSIT_HELD) == 0


def refund(contract, actor, key="r"):
    return record_refund(
        key=key,
        contract=contract,
        payer="RESIDENT",
        amount=D(150),
        means=PaymentMeans.TRANSFER,
        paid_on=TODAY,
        today=TODAY,
        actor=actor,
    )


def test_a_refund_recorded_by_two_people_leaves_once_and_closing_waits_for_it(left, actor):
    director = factories.make_user(Role.DIRECTOR, "*")
    prepared = prepare_settlement(
        contract=left, deductions=(), set_off=D(0), today=TODAY, actor=actor
    )
    approve_settlement(settlement=prepared, today=TODAY, actor=director)
    outcomes = at_once(*[lambda key=key: refund(left, actor, key) for key in "ab"])
    assert kinds(outcomes) == ["DepositRefused", "Moved"]
    assert Entry.objects.filter(kind=EntryKind.REFUND).count() == 1

    def close():
        return close_contract(contract=left, actor=actor, today=TODAY)

    def pay():
        return record_payment(
            key="late",
            contract=left,
            amount=D(10),
            means=PaymentMeans.CASH,
            received_on=TODAY,
            today=TODAY,
            actor=actor,
        )

    outcomes = at_once(close, pay)
    # Either the contract closed and the payment was refused, or the payment kept it open.
    left.refresh_from_db()
    closed = left.status == ContractStatus.CLOSED
    assert balance(left) == (D(0) if closed else D(-10))
    assert isinstance(outcomes[1], Exception) == closed
