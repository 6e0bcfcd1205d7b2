"""Money received and taken back, and the papers that follow it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from caracol.core.periods import Month
from payments.enums import AccountKind, EntryKind, PaperKind, Payer, PaymentMeans
from payments.models import Entry, Term, TermPaper
from payments.services.accounts import account_of, shared_account
from payments.services.allocating import reallocate
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices, issue_receipts
from payments.services.openings import OpeningBalance, take_over_balances
from payments.services.posting import KeyReusedForAnotherFact, Line, post
from payments.services.receiving import (
    NotAPayment,
    PaymentRefused,
    record_payment,
    reverse_payment,
)
from payments.services.withdrawing import PaperRefused, withdraw_paper
from residents.enums import AidEligibility
from tests import factories
from tests.helpers.databases import check_constraints

D = Decimal
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
TODAY = date(2026, 11, 23)


@pytest.fixture
def actor(association):
    return factories.make_user()


@pytest.fixture
def contract(actor):
    found = factories.make_contract(
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        fee="200.00",
        expected_aid="80.00",
        aid_eligible=AidEligibility.YES,
    )
    close_month(month=OCTOBER, actor=actor)
    close_month(month=NOVEMBER, actor=actor)
    return found


def pay(contract, actor, amount, key="k", **fields):
    fields = {"means": PaymentMeans.CASH, "received_on": date(2026, 11, 10), **fields}
    return record_payment(
        key=key, contract=contract, amount=D(amount), today=TODAY, actor=actor, **fields
    )


def receive_aid(contract, actor, amount, month, key="aid"):
    lines = [
        Line(shared_account(AccountKind.IN_TRANSIT), D(amount)),
        Line(account_of(contract, AccountKind.RECEIVABLE), -D(amount), Payer.CAF, month.first),
    ]
    post(
        key=key,
        kind=EntryKind.AID,
        on=date(2026, 11, 5),
        label="CAF",
        lines=lines,
        author=actor,
    )
    reallocate([contract.pk])


def paid(contract):
    return dict(Term.objects.filter(contract=contract).values_list("month", "paid_amount"))


def papers(kind, *, living=True):
    found = TermPaper.objects.filter(kind=kind)
    return found.filter(cancelled_by=None) if living else found


def issue(actor, month=OCTOBER):
    return issue_receipts(month=month, on=TODAY, actor=actor)


def test_a_payment_settles_the_oldest_term_first(contract, actor):
    pay(contract, actor, 250)
    assert paid(contract) == {OCTOBER.first: D(200), NOVEMBER.first: D(50)}


def test_the_month_that_the_payer_names_comes_first(contract, actor):
    pay(contract, actor, 200, month=NOVEMBER)
    assert paid(contract) == {OCTOBER.first: D(0), NOVEMBER.first: D(200)}


def test_the_same_payment_sent_twice_is_recorded_once(contract, actor):
    assert pay(contract, actor, 50).new
    assert not pay(contract, actor, 50).new
    assert Entry.objects.filter(kind=EntryKind.PAYMENT).count() == 1


def test_the_same_key_with_another_amount_is_refused(contract, actor):
    pay(contract, actor, 50)
    with pytest.raises(KeyReusedForAnotherFact):
        pay(contract, actor, 60)


@pytest.mark.parametrize("amount", ["0", "-5"])
def test_a_payment_of_nothing_is_refused(contract, actor, amount):
    with pytest.raises(PaymentRefused):
        pay(contract, actor, amount)


def test_a_payment_to_come_is_refused(contract, actor):
    with pytest.raises(PaymentRefused, match="avenir"):
        pay(contract, actor, 10, received_on=date(2026, 11, 24))


def test_a_term_paid_in_full_gets_a_quittance_and_one_paid_in_part_a_recu(contract, actor):
    pay(contract, actor, 250)
    first, second = issue(actor), issue(actor, NOVEMBER)
    check_constraints()
    assert (first.quittances, first.recus, second.quittances, second.recus) == (1, 0, 0, 1)
    assert (issue(actor).new, issue(actor, NOVEMBER).new) == (0, 0)


def test_aid_expected_and_not_received_makes_no_quittance(contract, actor):
    pay(contract, actor, 120)
    issue(actor)
    [recu] = papers(PaperKind.RECU)
    assert recu.document.data["aid_pending"] == "80.00"
    receive_aid(contract, actor, 80, OCTOBER)
    assert issue(actor).quittances == 1
    [quittance] = papers(PaperKind.QUITTANCE)
    assert [aid["amount"] for aid in quittance.document.data["aids"]] == ["80.00"]
    assert quittance.document.data["paid_total"] == "120.00"


def test_a_payment_taken_back_cancels_the_quittance_by_a_counter_document(contract, actor):
    received = pay(contract, actor, 200)
    issue(actor)
    outcome = reverse_payment(
        entry=received.entry, on=TODAY, today=TODAY, reason="chèque sans provision", actor=actor
    )
    check_constraints()
    [quittance] = papers(PaperKind.QUITTANCE, living=False)
    assert outcome.withdrawn == 1
    assert quittance.cancelled_by.number.startswith("AN-2026-")
    assert quittance.cancelled_by.data["left_due"] == "200.00"
    assert paid(contract)[OCTOBER.first] == 0
    pay(contract, actor, 200, key="again")
    assert issue(actor).new == 1


def test_a_payment_is_taken_back_once(contract, actor):
    received = pay(contract, actor, 200)
    first = reverse_payment(
        entry=received.entry, on=TODAY, today=TODAY, reason="erreur", actor=actor
    )
    second = reverse_payment(
        entry=received.entry, on=TODAY, today=TODAY, reason="erreur", actor=actor
    )
    assert (first.new, second.new) == (True, False)


def test_what_is_not_a_payment_is_not_taken_back(contract, actor):
    entry = Entry.objects.filter(kind=EntryKind.TERM).first()
    with pytest.raises(NotAPayment):
        reverse_payment(entry=entry, on=TODAY, today=TODAY, reason="x", actor=actor)


def test_the_database_refuses_a_quittance_for_a_term_not_paid(contract, actor):
    pay(contract, actor, 200)
    issue(actor)
    [quittance] = papers(PaperKind.QUITTANCE)
    unpaid = Term.objects.get(contract=contract, month=NOVEMBER.first)
    with pytest.raises(IntegrityError, match="not paid in full"), transaction.atomic():
        TermPaper.objects.create(
            term=unpaid,
            kind=PaperKind.QUITTANCE,
            document=quittance.document,
            paid_amount=0,
        )


def test_the_database_refuses_to_unpay_a_term_that_keeps_its_quittance(contract, actor):
    pay(contract, actor, 200)
    issue(actor)
    with pytest.raises(IntegrityError, match="keeps a quittance"), transaction.atomic():
        Term.objects.filter(month=OCTOBER.first).update(paid_amount=0)
        check_constraints()


def test_a_quittance_is_withdrawn_by_hand_with_a_reason(contract, actor):
    pay(contract, actor, 200)
    issue(actor)
    [quittance] = papers(PaperKind.QUITTANCE)
    with pytest.raises(PaperRefused):
        withdraw_paper(paper=quittance, reason=" ", on=TODAY, actor=actor)
    counter = withdraw_paper(paper=quittance, reason="nom mal écrit", on=TODAY, actor=actor)
    assert counter.cancels == quittance.document
    assert issue(actor).new == 1


def test_due_notices_deduct_the_aid_that_a_person_said_the_caf_pays(contract, actor):
    issue_due_notices(month=NOVEMBER, on=date(2026, 11, 1), actor=actor)
    [notice] = papers(PaperKind.DUE_NOTICE)
    data = notice.document.data
    assert (data["total"], data["net_due"], data["previous_balance"]) == (
        "200.00",
        "120.00",
        "120.00",
    )
    assert issue_due_notices(month=NOVEMBER, on=date(2026, 11, 1), actor=actor).new == 0


def test_papers_take_as_many_queries_for_two_contracts_as_for_twelve(actor, query_count):
    def issued(number, month):
        for index in range(number):
            contract = factories.make_contract(
                starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28), fee="200.00"
            )
            close_month(month=month, actor=actor)
            pay(contract, actor, 200, key=f"{month}:{index}")
        with query_count() as counted:
            issue(actor, month)
        return counted.value

    issued(1, Month(2026, 8))
    assert issued(2, Month(2026, 9)) == issued(10, OCTOBER)


def test_the_ledger_is_right_after_all_this(contract, actor):
    received = pay(contract, actor, 250)
    receive_aid(contract, actor, 80, OCTOBER)
    issue(actor)
    reverse_payment(entry=received.entry, on=TODAY, today=TODAY, reason="rejet", actor=actor)
    report = check_ledger()
    assert report.ok, report.failures
    assert report.checked["paid_amount"] == 2


def test_a_month_closed_after_a_later_one_takes_its_money_back(actor):
    contract = factories.make_contract(
        starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28), fee="200.00"
    )
    close_month(month=OCTOBER, actor=actor)
    close_month(month=Month(2026, 12), actor=actor)
    pay(contract, actor, 400)
    issue(actor, Month(2026, 12))
    close_month(month=NOVEMBER, actor=actor)
    check_constraints()
    assert paid(contract) == {
        OCTOBER.first: D(200),
        NOVEMBER.first: D(200),
        date(2026, 12, 1): D(0),
    }
    assert not papers(PaperKind.QUITTANCE).exists()
    assert check_ledger().ok
    assert pay(contract, actor, 200, key="later").new


def test_a_quittance_that_aid_has_made_false_is_cancelled_and_issued_again(contract, actor):
    pay(contract, actor, 200)
    issue(actor)
    outcome = pay(contract, actor, 80, key="caf", payer=Payer.CAF, month=OCTOBER)
    assert outcome.withdrawn == 1
    assert paid(contract) == {OCTOBER.first: D(200), NOVEMBER.first: D(80)}
    assert issue(actor).new == 1
    [quittance] = papers(PaperKind.QUITTANCE)
    assert (quittance.document.data["paid_total"], len(quittance.document.data["aids"])) == (
        "120.00",
        1,
    )


def test_a_recu_stays_true_when_more_money_comes(contract, actor):
    pay(contract, actor, 50)
    issue(actor)
    assert pay(contract, actor, 30, key="more").withdrawn == 0
    assert papers(PaperKind.RECU).count() == 1


def test_aid_of_before_the_takeover_settles_the_aid_awaited_then(actor):
    contract = factories.make_contract(
        starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28), fee="200.00"
    )
    take_over_balances(
        balances=[OpeningBalance(contract, D(50), aid_expected=D(80))],
        on=date(2026, 10, 31),
        actor=actor,
    )
    with pytest.raises(PaymentRefused, match="80,00"):
        pay(contract, actor, 81, payer=Payer.CAF, month=OCTOBER)
    outcome = pay(contract, actor, 80, payer=Payer.CAF, month=OCTOBER)
    assert account_of(contract, AccountKind.AID_AT_TAKEOVER).balance == 0
    assert account_of(contract, AccountKind.RECEIVABLE).balance == D(50)
    assert not pay(contract, actor, 80, payer=Payer.CAF, month=OCTOBER).new
    reverse_payment(entry=outcome.entry, on=TODAY, today=TODAY, reason="erreur", actor=actor)
    assert account_of(contract, AccountKind.AID_AT_TAKEOVER).balance == D(80)
    assert check_ledger().ok


def test_taking_back_is_not_dated_from_the_future_and_its_paper_is_dated_today(contract, actor):
    received = pay(contract, actor, 200)
    issue(actor)
    with pytest.raises(PaymentRefused, match="avenir"):
        reverse_payment(
            entry=received.entry, on=date(2099, 1, 1), today=TODAY, reason="x", actor=actor
        )
    reverse_payment(
        entry=received.entry, on=date(2026, 11, 12), today=TODAY, reason="rejet", actor=actor
    )
    [quittance] = papers(PaperKind.QUITTANCE, living=False)
    assert quittance.cancelled_by.issued_on == TODAY


def test_the_same_key_with_another_month_is_refused(contract, actor):
    pay(contract, actor, 50)
    with pytest.raises(KeyReusedForAnotherFact):
        pay(contract, actor, 50, month=NOVEMBER)
