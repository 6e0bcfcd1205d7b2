"""A locked month: who may lock it, who may reopen it, and what enters then."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core.periods import Month
from payments.enums import LockState, PaymentMeans
from payments.models import PeriodLock
from payments.services.locking import PeriodRefused, lock_period, reopen_period
from payments.services.posting import MonthLocked
from payments.services.receiving import record_payment, reverse_payment
from tests import factories

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)


@pytest.fixture
def manager(association):
    return factories.make_user(Role.GLA_MANAGER)


@pytest.fixture
def director(association):
    return factories.make_user(Role.DIRECTOR)


def pay(contract, actor, key="k"):
    return record_payment(
        key=key,
        contract=contract,
        amount=Decimal(10),
        means=PaymentMeans.CASH,
        received_on=date(2026, 10, 6),
        today=date(2026, 11, 23),
        actor=actor,
    )


def lock(actor):
    return lock_period(month=OCTOBER, today=NOVEMBER, actor=actor)


def test_a_month_that_is_not_over_is_not_locked(manager):
    with pytest.raises(PeriodRefused, match="n'est pas fini"):
        lock_period(month=NOVEMBER, today=NOVEMBER, actor=manager)


def test_a_locked_month_refuses_payments_in_words(manager):
    lock(manager)
    with pytest.raises(MonthLocked, match="verrouillés"):
        pay(factories.make_contract(), manager)


def test_locking_again_changes_nothing(manager):
    lock(manager)
    lock(manager)
    assert PeriodLock.objects.get().state == LockState.LOCKED


def test_only_the_director_reopens(manager):
    lock(manager)
    with pytest.raises(PeriodRefused, match="direction"):
        reopen_period(month=OCTOBER, actor=manager, reason="erreur de saisie")


def test_reopening_needs_a_reason_and_a_locked_month(director):
    with pytest.raises(PeriodRefused, match="pourquoi"):
        reopen_period(month=OCTOBER, actor=director, reason="")
    with pytest.raises(PeriodRefused, match="n'est pas verrouillé"):
        reopen_period(month=OCTOBER, actor=director, reason="erreur")


def test_a_reopened_month_takes_the_reversal_and_nothing_else(manager, director):
    contract = factories.make_contract()
    received = pay(contract, manager)
    lock(manager)
    reopen_period(month=OCTOBER, actor=director, reason="paiement saisi deux fois")
    with pytest.raises(MonthLocked):
        pay(contract, manager, key="other")
    outcome = reverse_payment(
        entry=received.entry,
        on=date(2026, 10, 31),
        today=date(2026, 11, 23),
        reason="doublon",
        actor=manager,
    )
    assert outcome.new
    assert lock(manager).state == LockState.LOCKED
