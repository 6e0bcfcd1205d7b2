"""What becomes of a bank line: settled, split, set aside, left to wait, and taken back."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from caracol.core.money import ZERO, split
from caracol.core.periods import Month
from payments.enums import (
    AccountKind,
    BankLineState,
    EntryKind,
    MatchRule,
    PartKind,
    Payer,
    PaymentMeans,
)
from payments.models import Entry, KnownPayer, PeriodLock, Posting, Reconciliation, Term
from payments.services import settlers as registry
from payments.services.accounts import ContractClosed, account_of, shared_account
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.known_payers import revoke_payer
from payments.services.line_parts import LinePart, LineRefused
from payments.services.posting import Line, post, reverse
from payments.services.receiving import PaymentRefused, record_payment, reverse_payment
from payments.services.reconciling import (
    LineTaken,
    leave_in_suspense,
    set_aside,
    settle_line,
    tie_line,
    undo_line,
)
from tests import factories
from tests.payments.lines import make_line

D = Decimal
OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
TODAY = date(2026, 11, 24)
ON = date(2026, 11, 5)


@pytest.fixture
def actor(association):
    return factories.make_user()


@pytest.fixture
def amina(actor):
    return _contract(actor, "200.00")


@pytest.fixture
def yusuf(actor):
    return _contract(actor, "150.00")


def _contract(actor, fee):
    found = factories.make_contract(
        starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28), fee=D(fee)
    )
    close_month(month=OCTOBER, actor=actor)
    close_month(month=NOVEMBER, actor=actor)
    return found


def held(kind):
    """What an account of the association holds."""
    lines = Posting.objects.filter(account__kind=kind, account__contract=None)
    return sum(lines.values_list("amount", flat=True), ZERO)


def owed(contract):
    return account_of(contract, AccountKind.RECEIVABLE).balance


def settle(line, actor, *parts, **facts):
    return settle_line(line=line, parts=parts, actor=actor, today=TODAY, **facts)


def test_a_line_settles_the_oldest_month_and_leaves_the_suspense_account(amina, actor):
    line = make_line(actor, "200.00", on=ON)
    assert held(AccountKind.SUSPENSE) == D("-200.00")
    done = settle(line, actor, LinePart(D("200.00"), amina))
    assert (held(AccountKind.SUSPENSE), owed(amina)) == (ZERO, D("200.00"))
    assert Term.objects.get(contract=amina, month=OCTOBER.first).is_paid
    line.refresh_from_db()
    assert (line.state, done.entry.date, done.entry.kind) == (
        BankLineState.SETTLED,
        ON,
        EntryKind.PAYMENT,
    )
    assert check_ledger().failures == []


def test_the_month_that_the_payer_names_comes_first(amina, actor):
    line = make_line(actor, "200.00", on=ON)
    settle(line, actor, LinePart(D("200.00"), amina, NOVEMBER))
    assert Term.objects.get(contract=amina, month=NOVEMBER.first).is_paid
    assert Term.objects.get(contract=amina, month=OCTOBER.first).paid_amount == ZERO


@pytest.mark.parametrize("month", [Month(2019, 1), Month(2035, 1)])
def test_a_month_that_the_contract_never_has_is_refused(amina, actor, month):
    """A mistyped year; a month to come of the contract may be paid ahead."""
    line = make_line(actor, "200.00", on=ON)
    with pytest.raises(LineRefused, match="n'a pas d'échéance de janvier"):
        settle(line, actor, LinePart(D("200.00"), amina, month))
    assert not Reconciliation.objects.exists()
    settle(line, actor, LinePart(D("200.00"), amina, Month(2026, 12)))


def test_one_transfer_pays_for_two_residents_and_two_months(amina, yusuf, actor):
    line = make_line(actor, "500.00", on=ON)
    parts = (
        LinePart(D("200.00"), amina, OCTOBER),
        LinePart(D("200.00"), amina, NOVEMBER),
        LinePart(D("100.00"), yusuf),
    )
    done = settle(line, actor, *parts)
    assert (owed(amina), owed(yusuf)) == (ZERO, D("200.00"))
    assert sum(done.parts.values_list("amount", flat=True)) == D("500.00")


def test_what_is_paid_too_much_stays_as_the_accounts_credit(amina, actor):
    settle(make_line(actor, "450.00", on=ON), actor, LinePart(D("450.00"), amina))
    assert owed(amina) == D("-50.00")
    assert check_ledger().failures == []


@pytest.mark.parametrize("amounts", [["199.99"], ["100.00", "100.01"], ["300.00", "-100.00"], []])
def test_parts_that_are_not_the_line_are_refused(amina, actor, amounts):
    line = make_line(actor, "200.00", on=ON)
    with pytest.raises(LineRefused):
        settle(line, actor, *(LinePart(D(amount), amina) for amount in amounts))
    assert not Reconciliation.objects.exists()


def test_the_same_answer_again_changes_nothing(amina, actor):
    line = make_line(actor, "200.00", on=ON)
    first = settle(line, actor, LinePart(D("200.00"), amina))
    again = settle(line, actor, LinePart(D("200.00"), amina))
    assert again == first
    assert Entry.objects.filter(kind=EntryKind.PAYMENT).count() == 1


def test_another_answer_is_refused_with_the_name_of_who_was_first(amina, yusuf, actor):
    line = make_line(actor, "200.00", on=ON)
    settle(line, actor, LinePart(D("200.00"), amina))
    with pytest.raises(LineTaken, match="déjà été traitée par Camille"):
        settle(line, factories.make_user(), LinePart(D("200.00"), yusuf))
    assert owed(yusuf) == D("300.00")


def test_undoing_puts_everything_back_and_keeps_the_history(amina, actor):
    line = make_line(actor, "200.00", on=ON)
    before = (owed(amina), held(AccountKind.SUSPENSE))
    done = settle(line, actor, LinePart(D("200.00"), amina))
    for _again in range(2):
        undo_line(reconciliation=done, actor=actor, today=TODAY, reason="mauvaise personne")
    assert (owed(amina), held(AccountKind.SUSPENSE)) == before
    line.refresh_from_db()
    assert (line.state, line.note) == (BankLineState.TO_SETTLE, "")
    done.refresh_from_db()
    assert (done.undone_by, done.undone_why) == (actor, "mauvaise personne")
    assert done.entry.reversed_by.date == ON
    again = settle(line, actor, LinePart(D("200.00"), amina))
    assert again != done
    assert check_ledger().failures == []


def test_undoing_wants_a_reason(amina, actor):
    done = settle(make_line(actor, "200.00", on=ON), actor, LinePart(D("200.00"), amina))
    with pytest.raises(LineRefused, match="pourquoi"):
        undo_line(reconciliation=done, actor=actor, today=TODAY, reason=" ")


def test_a_line_out_of_rental_management_is_set_aside_and_comes_back(actor):
    line = make_line(actor, "-18.40", on=ON, text="FRAIS BANCAIRES")
    done = set_aside(line=line, actor=actor, today=TODAY, reason="Frais de la banque.")
    assert (held(AccountKind.SUSPENSE), held(AccountKind.OUT_OF_SCOPE)) == (ZERO, D("18.40"))
    assert done.outcome == BankLineState.SET_ASIDE
    undo_line(reconciliation=done, actor=actor, today=TODAY, reason="erreur")
    assert held(AccountKind.OUT_OF_SCOPE) == ZERO


def test_unknown_money_waits_with_what_is_to_be_done_then_is_settled(amina, actor):
    line = make_line(actor, "200.00", on=ON)
    waiting = leave_in_suspense(
        line=line,
        actor=actor,
        today=TODAY,
        follow_up="Demander à la banque qui a payé",
        follow_up_on=date(2026, 12, 1),
    )
    assert (waiting.entry, held(AccountKind.SUSPENSE)) == (None, D("-200.00"))
    settle(line, actor, LinePart(D("200.00"), amina))
    waiting.refresh_from_db()
    assert waiting.undone_at is not None
    assert held(AccountKind.SUSPENSE) == ZERO


def test_what_is_left_of_a_line_may_wait(amina, actor):
    line = make_line(actor, "230.00", on=ON)
    done = settle(
        line, actor, LinePart(D("200.00"), amina), LinePart(D("30.00"), kind=PartKind.SUSPENSE)
    )
    assert (done.outcome, held(AccountKind.SUSPENSE)) == (BankLineState.SUSPENSE, D("-30.00"))
    assert check_ledger().failures == []


def test_a_line_clears_the_transfer_recorded_by_hand_and_pays_once(amina, actor):
    recorded = record_payment(
        key="k",
        contract=amina,
        amount=D("200.00"),
        means=PaymentMeans.TRANSFER,
        received_on=ON,
        today=TODAY,
        actor=actor,
    ).entry
    line = make_line(actor, "200.00", on=ON)
    settle(line, actor, LinePart(D("200.00"), recorded=recorded))
    assert (owed(amina), held(AccountKind.IN_TRANSIT)) == (D("200.00"), ZERO)
    other = make_line(actor, "200.00", on=ON, text="une autre")
    with pytest.raises(LineRefused, match="déjà pointé"):
        settle(other, actor, LinePart(D("200.00"), recorded=recorded))
    with pytest.raises(LineRefused, match="en entier"):
        smaller = make_line(actor, "50.00", on=ON)
        settle(smaller, actor, LinePart(D("50.00"), recorded=_recorded(amina, actor)))


def _recorded(contract, actor):
    return record_payment(
        key="other",
        contract=contract,
        amount=D("80.00"),
        means=PaymentMeans.CHEQUE,
        received_on=ON,
        today=TODAY,
        actor=actor,
    ).entry


def test_a_returned_debit_reopens_the_month(amina, actor):
    settle(make_line(actor, "200.00", on=ON), actor, LinePart(D("200.00"), amina))
    line = make_line(actor, "-200.00", on=date(2026, 11, 12))
    settle(line, actor, LinePart(D("-200.00"), amina), rule=MatchRule.RETURN)
    assert owed(amina) == D("400.00")
    assert Term.objects.get(contract=amina, month=OCTOBER.first).paid_amount == ZERO


def test_aid_goes_to_its_month(amina, actor):
    line = make_line(actor, "120.00", on=ON, payer="CAF")
    done = settle(line, actor, LinePart(D("120.00"), amina, NOVEMBER, Payer.CAF))
    assert done.entry.kind == EntryKind.AID
    assert Term.objects.get(contract=amina, month=NOVEMBER.first).paid_amount == D("120.00")
    assert not KnownPayer.objects.exists()


def test_a_person_teaches_who_pays_and_may_take_it_back(amina, actor):
    line = make_line(actor, "200.00", on=ON, payer="M BERNARD HOTE", iban="FR7699999000010001")
    done = settle(line, actor, LinePart(D("200.00"), amina))
    payer = KnownPayer.objects.get()
    assert (payer.contract, payer.iban_index, payer.source) == (amina, line.payer_index, done)
    settle(
        make_line(actor, "50.00", on=ON, payer="M BERNARD HOTE", iban="FR7699999000010001"),
        actor,
        LinePart(D("50.00"), amina),
    )
    assert KnownPayer.objects.count() == 1
    revoke_payer(payer=payer, actor=actor, reason="ne paie plus")
    assert not KnownPayer.objects.alive().exists()


def test_what_an_undone_line_taught_is_forgotten(amina, actor):
    line = make_line(actor, "200.00", on=ON, payer="BERNARD", iban="FR7699999000010001")
    done = settle(line, actor, LinePart(D("200.00"), amina))
    undo_line(reconciliation=done, actor=actor, today=TODAY, reason="erreur")
    assert not KnownPayer.objects.alive().exists()


def test_a_locked_month_takes_the_decision_of_today(amina, actor):
    line = make_line(actor, "200.00", on=date(2026, 10, 30))
    PeriodLock.objects.create(month=OCTOBER.first, state="LOCKED", changed_by=actor, reason="bilan")
    done = settle(line, actor, LinePart(D("200.00"), amina))
    assert done.entry.date == TODAY


def test_a_closed_contract_takes_nothing(actor):
    gone = factories.make_contract(
        starts_on=date(2025, 3, 1), ends_on=date(2026, 2, 28), status="CLOSED"
    )
    with pytest.raises(ContractClosed):
        settle(make_line(actor, "20.00", on=ON), actor, LinePart(D("20.00"), gone))


def test_a_payment_of_the_bank_is_undone_at_the_bank(amina, actor):
    done = settle(make_line(actor, "200.00", on=ON), actor, LinePart(D("200.00"), amina))
    with pytest.raises(PaymentRefused, match="défaites son rapprochement"):
        reverse_payment(entry=done.entry, on=TODAY, today=TODAY, reason="rejet", actor=actor)


class Example:
    """A settler as another module writes one: it posts its own entry and reverses it."""

    key = "example"
    rule = MatchRule.CAF

    def offers(self, lines):
        return {}

    def settle(self, *, line, ref, on, today, actor):
        account = account_of(factories.Contract.objects.get(number=ref), AccountKind.RECEIVABLE)
        lines = [
            Line(shared_account(AccountKind.SUSPENSE), line.amount),
            Line(account, -line.amount, Payer.CAF, NOVEMBER.first),
        ]
        return post(
            key=f"ex:{line.pk}", kind=EntryKind.AID, on=on, label="x", lines=lines, author=actor
        )[0]

    def undo(self, *, line, ref, entry, on, today, actor, reason):
        reverse(entry=entry, on=on, author=actor, reason=reason)


def test_another_module_settles_a_line_and_takes_it_back(amina, actor, monkeypatch):
    monkeypatch.setattr("payments.services.reconciling.settlers", lambda: {"example": Example()})
    assert registry.settlers() is not None
    line = make_line(actor, "120.00", on=ON)
    done = tie_line(
        line=line, settler="example", ref=amina.number, actor=actor, today=TODAY, reason="x"
    )
    assert Term.objects.get(contract=amina, month=NOVEMBER.first).paid_amount == D("120.00")
    assert [(p.contract, p.amount, p.payer) for p in done.parts.all()] == [
        (amina, D("120.00"), "CAF")
    ]
    undo_line(reconciliation=done, actor=actor, today=TODAY, reason="erreur")
    assert Term.objects.get(contract=amina, month=NOVEMBER.first).paid_amount == ZERO
    assert check_ledger().failures == []


class TestWhateverTheParts(HypothesisCase):
    """Parts always equal the line; undoing returns to the state before."""

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.integers(1, 300_000),
        st.lists(st.integers(0, 9), min_size=2, max_size=2).filter(any),
        st.booleans(),
    )
    def test_a_line_split_by_any_weights_is_the_line(self, cents, weights, waits):
        actor = factories.make_user()
        contracts = [factories.make_contract() for _one in weights]
        amount = D(cents) / 100
        line = make_line(actor, str(amount), on=ON)
        parts = [
            LinePart(share, contract)
            for contract, share in zip(contracts, split(amount, weights), strict=True)
            if share
        ]
        if waits:
            parts[0] = LinePart(parts[0].amount, kind=PartKind.SUSPENSE)
        done = settle(line, actor, *parts)
        assert sum(done.parts.values_list("amount", flat=True)) == amount
        undo_line(reconciliation=done, actor=actor, today=TODAY, reason="essai")
        assert [owed(contract) for contract in contracts] == [ZERO, ZERO]
        assert held(AccountKind.SUSPENSE) == -amount
