"""Two people do the same act at the same moment: the books take it once."""

import threading
import time
from datetime import date
from decimal import Decimal

import pytest
from django.db import connections, transaction

from caracol.core.periods import Month
from caracol.parameters.models import Association
from payments.enums import AccountKind, EntryKind, LockState, PaperKind, Payer, PaymentMeans
from payments.models import Account, Entry, PeriodLock, Term, TermPaper
from payments.services.accounts import account_of, lock_account, shared_account
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices, issue_receipts
from payments.services.locking import lock_period
from payments.services.posting import Line, MonthLocked, post
from payments.services.receiving import record_payment, reverse_payment
from payments.services.withdrawing import withdraw_paper
from tests import factories
from tests.helpers.threads import at_once

D = Decimal
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
TODAY = date(2026, 11, 23)


@pytest.fixture
def actor(real_db):
    Association.objects.create(
        name="Association Exemple",
        address="24 quai de l'Exemple, 75013 Paris",
        siret="12345678200010",
        creditor_id="FR72ZZZ123456",
        iban="FR7642559100000801234567862",
        bic="CCOPFRPPXXX",
        signatory="Claire Exemple, directrice GLA",
        valid_from=date(2020, 1, 1),
    )
    yield factories.make_user()
    report = check_ledger()
    assert report.ok, report.failures


@pytest.fixture
def contract(actor):
    found = factories.make_contract(
        starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28), fee="200.00"
    )
    close_month(month=OCTOBER, actor=actor)
    return found


def pay(contract, actor, amount=200, key="k", on=date(2026, 11, 10)):
    return record_payment(
        key=key,
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=on,
        today=TODAY,
        actor=actor,
    )


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_the_same_payment_from_four_windows_is_one_entry(contract, actor):
    outcomes = at_once(*[lambda: pay(contract, actor).new] * 4)
    assert sorted(outcomes) == [False, False, False, True]
    assert Entry.objects.filter(kind=EntryKind.PAYMENT).count() == 1
    assert account_of(contract, AccountKind.RECEIVABLE).balance == 0


def test_the_same_key_for_two_amounts_takes_one_and_refuses_the_other(contract, actor):
    outcomes = at_once(lambda: pay(contract, actor, 50), lambda: pay(contract, actor, 60))
    assert kinds(outcomes) == ["KeyReusedForAnotherFact", "Received"]


def test_the_same_key_for_two_contracts_takes_one_and_refuses_the_other(contract, actor):
    other = factories.make_contract(starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28))
    outcomes = at_once(lambda: pay(contract, actor), lambda: pay(other, actor))
    assert kinds(outcomes) == ["KeyReusedForAnotherFact", "Received"]
    assert Entry.objects.filter(kind=EntryKind.PAYMENT).count() == 1


def test_two_payments_of_one_contract_at_once_settle_both_terms(contract, actor):
    close_month(month=NOVEMBER, actor=actor)
    at_once(*[lambda key=key: pay(contract, actor, 100, key) for key in "abcd"])
    assert set(Term.objects.values_list("paid_amount", flat=True)) == {D(200)}


def test_a_payment_taken_back_from_three_windows_is_reversed_once(contract, actor):
    entry = pay(contract, actor).entry

    def take_back():
        return reverse_payment(entry=entry, on=TODAY, today=TODAY, reason="rejet", actor=actor).new

    assert sorted(at_once(*[take_back] * 3)) == [False, False, True]
    assert Entry.objects.filter(reverses=entry).count() == 1


def test_the_accounts_of_a_new_contract_are_opened_once(actor):
    contract = factories.make_contract(starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28))

    def lock():
        with transaction.atomic():
            return lock_account(contract).pk

    assert len(set(at_once(*[lock] * 4))) == 1
    assert Account.objects.filter(contract=contract).count() == 4


def test_a_lock_waits_for_the_payment_in_flight_and_refuses_the_next(contract, actor):
    written, locked = threading.Event(), threading.Event()

    def pay_slowly():
        with transaction.atomic():
            entry = pay(contract, actor, on=date(2026, 10, 20)).entry
            written.set()
            assert not locked.wait(0.5), "The month was locked while an entry was being written."
        return entry

    def lock():
        written.wait(10)
        lock_period(month=OCTOBER, today=NOVEMBER, actor=actor)
        locked.set()

    entry, failure = at_once(pay_slowly, lock)
    assert failure is None
    assert Entry.objects.filter(pk=entry.pk).exists()
    with pytest.raises(MonthLocked):
        pay(contract, actor, key="later", on=date(2026, 10, 21))


def test_a_payment_that_waits_for_a_lock_is_refused(contract, actor):
    locking = threading.Event()

    def lock_slowly():
        with transaction.atomic():
            lock_period(month=OCTOBER, today=NOVEMBER, actor=actor)
            locking.set()
            time.sleep(0.4)

    def pay_meanwhile():
        locking.wait(10)
        return pay(contract, actor, on=date(2026, 10, 20))

    _done, refusal = at_once(lock_slowly, pay_meanwhile)
    assert isinstance(refusal, MonthLocked)
    assert not Entry.objects.filter(kind=EntryKind.PAYMENT).exists()


def test_a_month_locked_by_two_people_has_one_lock(contract, actor):
    def lock():
        return lock_period(month=OCTOBER, today=NOVEMBER, actor=actor).pk

    assert len(set(at_once(*[lock] * 3))) == 1
    assert PeriodLock.objects.get().state == LockState.LOCKED


def test_receipts_asked_by_three_people_are_issued_once(contract, actor):
    pay(contract, actor)

    def issue():
        return issue_receipts(month=OCTOBER, on=TODAY, actor=actor).new

    outcomes = at_once(*[issue] * 3)
    assert sorted(outcomes, key=str) == [0, 0, 1], outcomes
    assert TermPaper.objects.count() == 1


def test_notices_asked_by_three_people_are_issued_once(contract, actor):
    def issue():
        return issue_due_notices(month=OCTOBER, on=TODAY, actor=actor).new

    outcomes = at_once(*[issue] * 3)
    assert sorted(outcomes, key=str) == [0, 0, 1], outcomes


def test_a_quittance_and_the_payment_that_leaves_never_stay_together(contract, actor):
    for turn in range(6):
        entry = pay(contract, actor, key=f"turn:{turn}").entry
        outcomes = at_once(
            lambda: issue_receipts(month=OCTOBER, on=TODAY, actor=actor),
            lambda entry=entry: reverse_payment(
                entry=entry, on=TODAY, today=TODAY, reason="rejet", actor=actor
            ),
        )
        assert not [each for each in outcomes if isinstance(each, Exception)], outcomes
        assert not TermPaper.objects.filter(cancelled_by=None).exists()


def test_a_paper_withdrawn_by_two_people_has_one_counter_document(contract, actor):
    pay(contract, actor)
    issue_receipts(month=OCTOBER, on=TODAY, actor=actor)
    paper = TermPaper.objects.get(kind=PaperKind.QUITTANCE)

    def withdraw():
        return withdraw_paper(paper=paper, reason="nom mal écrit", on=TODAY, actor=actor)

    assert kinds(at_once(withdraw, withdraw)) == ["Document", "PaperRefused"]


def test_aid_before_its_term_settles_it_though_an_older_month_was_taken_back(contract, actor):
    """What is owed back hides the aid in the balance; closing must see it all the same."""
    pay(contract, actor)
    receivable = account_of(contract, AccountKind.RECEIVABLE)
    for key, amount, month in (("undue", 80, OCTOBER), ("aid", -80, NOVEMBER)):
        post(
            key=key,
            kind=EntryKind.AID,
            on=TODAY,
            label="CAF",
            lines=[
                Line(receivable, D(amount), Payer.CAF, month.first),
                Line(shared_account(AccountKind.IN_TRANSIT), -D(amount)),
            ],
            author=actor,
        )
    close_month(month=NOVEMBER, actor=actor)
    assert Term.objects.get(month=NOVEMBER.first).paid_amount == D(80)
    connections.close_all()
