"""Files called off: refunds sent anew by another person; what the bank executes is never lost."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from payments.enums import BankLineState, BatchState, DebitState, RefundState
from payments.models import CalledOffTransfer, Debit, DebitBatch, Refund, RefundBatch
from payments.services.automatic import reconcile
from payments.services.closing import close_month
from payments.services.collecting import cancel_debits, send_debits
from payments.services.reconciling import tie_line, undo_line
from payments.services.refund_calling_off import call_off_sending
from payments.services.refund_sending import send_refunds
from payments.services.refunding import RefundRefused, cancel_refund
from payments.services.sepa_lines import SepaSettler
from tests import factories
from tests.payments.lines import make_line
from tests.payments.sepa.conftest import (
    DAY,
    IBANS,
    MONTH,
    TODAY,
    collected,
    debited,
    in_transit,
    owed,
    pay_more,
    prepared,
    report,
    suspense,
    told,
)
from tests.payments.sepa.test_refunding import due, sent
from tests.payments.sepa.test_returning import credit_line, returned_line, tie

D = Decimal
LATER = date(2026, 12, 11)


@pytest.fixture
def rich(contract, actor):
    """150 € in advance, a refund of it sent to the bank."""
    pay_more(contract, actor)
    return contract


@pytest.fixture
def second():
    return factories.make_user(Role.DIRECTOR, "*")


def call_off(director, reason="fichier déposé deux fois"):
    batch = RefundBatch.objects.get(state=BatchState.SENT)
    return call_off_sending(batch=batch, reason=reason, today=TODAY, actor=director)


def offered(line):
    return SepaSettler().offers([line]).get(line.pk)


def accept(line, actor):
    offer = offered(line)
    assert offer.certainty == "proposed", offer
    return tie_line(
        line=line, settler="sepa", ref=offer.ref, reason=offer.reason, actor=actor, today=LATER
    )


def left(refund, actor):
    """The bank's debit of a transfer, by its reference in the file called off."""
    name = CalledOffTransfer.objects.get().end_to_end_id
    return make_line(actor, "-150.00", on=DAY, end_to_end_id=name)


# --- Refunds --------------------------------------------------------------------------------------
def test_a_sending_called_off_leaves_its_refunds_approved(rich, actor, director, second):
    """Another person makes the new file; its references are new, its money leaves once."""
    first = sent(rich, actor, director)
    batch = call_off(director)
    refund = Refund.objects.get()
    assert (batch.state, batch.cancelled_by, batch.cancelled_on) == ("CANCELLED", director, TODAY)
    assert (refund.state, refund.batch, refund.approved_by) == ("APPROVED", None, director)
    assert due(rich) == D(150)
    with pytest.raises(RefundRefused, match="une autre personne fait le nouveau fichier"):
        send_refunds(today=TODAY, actor=director)
    again = send_refunds(today=TODAY, actor=second)
    refund.refresh_from_db()
    assert again.reference != batch.reference
    assert refund.end_to_end_id != first.end_to_end_id
    tie(make_line(actor, "-150.00", on=DAY, end_to_end_id=refund.end_to_end_id), actor)
    assert (due(rich), in_transit(), suspense()) == (0, 0, 0)


def test_only_the_direction_calls_off_with_a_reason_and_once(rich, actor, director):
    sent(rich, actor, director)
    with pytest.raises(RefundRefused, match="direction annule"):
        call_off(actor)
    with pytest.raises(RefundRefused, match="pourquoi"):
        call_off(director, "  ")
    batch = call_off(director)
    with pytest.raises(RefundRefused, match="déjà annulé"):
        call_off_sending(batch=batch, reason="x", today=TODAY, actor=director)


def test_what_the_bank_has_shown_is_not_called_off(rich, actor, director):
    """Settled or not yet: its line is enough."""
    refund = sent(rich, actor, director)
    RefundBatch.objects.update(sent_at="2026-11-24T10:00:00Z")
    line = make_line(actor, "-150.00", on=DAY, end_to_end_id=refund.end_to_end_id)
    with pytest.raises(RefundRefused, match="rapprochez-le"):
        call_off(director)
    tie(line, actor)
    with pytest.raises(RefundRefused, match="déjà exécuté"):
        call_off(director)


def test_what_the_bank_refused_stays_refused(rich, actor, director):
    refund = sent(rich, actor, director)
    told(report((refund.end_to_end_id, "AC04")), actor)
    with pytest.raises(RefundRefused, match="refusé toute"):
        call_off(director)


def test_executed_all_the_same_it_is_proposed_then_paid(rich, actor, director):
    """Never by itself; undone, it is called off as before."""
    refund = sent(rich, actor, director)
    call_off(director)
    line = left(refund, actor)
    reconcile(actor=actor, today=LATER)
    line.refresh_from_db()
    assert line.state == BankLineState.TO_SETTLE
    assert "annulée le 24 novembre 2026 (fichier déposé deux fois)" in offered(line).reason
    done = accept(line, actor)
    refund.refresh_from_db()
    assert (refund.state, due(rich), in_transit(), suspense()) == (RefundState.PAID, 0, 0, 0)
    undo_line(reconciliation=done, actor=actor, today=LATER, reason="erreur")
    refund.refresh_from_db()
    assert (refund.state, refund.batch, due(rich)) == (RefundState.APPROVED, None, D(150))
    line.refresh_from_db()
    accept(line, actor)
    assert (due(rich), in_transit()) == (0, 0)


def test_executed_all_the_same_then_come_back_it_is_due_again(rich, actor, director):
    refund = sent(rich, actor, director)
    call_off(director)
    accept(left(refund, actor), actor)
    name = CalledOffTransfer.objects.get().end_to_end_id
    back = make_line(actor, "150.00", on=DAY, end_to_end_id=name, return_reason="AC04")
    tie(back, actor)
    refund.refresh_from_db()
    assert (refund.state, due(rich), in_transit()) == (RefundState.RETURNED, D(150), 0)


def test_executed_by_both_files_the_second_is_on_the_account(rich, actor, director, second):
    """Money left twice: the person owes it back, and nothing is lost."""
    refund = sent(rich, actor, director)
    call_off(director)
    send_refunds(today=TODAY, actor=second)
    line = left(refund, actor)
    assert "annulez cet envoi aussi" in offered(line).reason
    accept(line, actor)
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID
    twice = make_line(actor, "-150.00", on=DAY, end_to_end_id=refund.end_to_end_id)
    assert "une fois de trop" in offered(twice).reason
    done = accept(twice, actor)
    assert (owed(rich), due(rich), in_transit(), suspense()) == (D(150), 0, 0, 0)
    undo_line(reconciliation=done, actor=actor, today=LATER, reason="erreur")
    assert (owed(rich), in_transit()) == (0, 0)


def test_executed_after_the_refund_itself_was_cancelled(rich, actor, director):
    """The advance came back to the account: the transfer takes it from there."""
    refund = sent(rich, actor, director)
    call_off(director)
    refund.refresh_from_db()
    cancel_refund(refund=refund, reason="renoncé", today=TODAY, actor=director)
    assert owed(rich) == D(-150)
    accept(left(refund, actor), actor)
    assert (owed(rich), due(rich), in_transit(), suspense()) == (0, 0, 0, 0)


def test_a_debit_of_its_amount_and_day_is_proposed_without_reference(rich, actor, director):
    refund = sent(rich, actor, director)
    call_off(director)
    batch = RefundBatch.objects.get()
    line = make_line(actor, "-150.00", on=batch.execute_on, text="VIR SEPA EMIS")
    assert "semble l'avoir exécutée" in offered(line).reason
    accept(line, actor)
    refund.refresh_from_db()
    assert refund.state == RefundState.PAID


def test_a_late_refusal_of_what_was_called_off_changes_nothing(rich, actor, director):
    refund = sent(rich, actor, director)
    call_off(director)
    done = told(report((refund.end_to_end_id, "AC04")), actor)
    assert (done.known, done.unknown) == (1, [])
    assert Refund.objects.get().state == RefundState.APPROVED


def test_the_page_asks_whether_the_bank_agrees(rich, actor, director, client_for):
    sent(rich, actor, director)
    client, batch = client_for(director), RefundBatch.objects.get()
    address = reverse("payments:refund-call-off", args=[batch.pk])
    assert address in client.get(reverse("payments:refund-list")).text
    page = client.post(address, {"reason": "doublon"})
    assert "Assurez-vous auprès de la banque" in page.text
    client.post(address, {"reason": "doublon", "is_stopped": "on"})
    page = client.get(reverse("payments:refund-list")).text
    assert "envoi annulé" in page
    assert address not in page
    assert client.get(reverse("payments:refund-file", args=[batch.pk])).status_code == 302


# --- Debits ---------------------------------------------------------------------------------------
def cancelled(actor, **wish):
    """A file of debits handed to the bank, then called off."""
    batch = send_debits(batch=prepared(actor, **wish), today=TODAY, actor=actor)
    return cancel_debits(batch=batch, reason="erreur de jour", today=TODAY, actor=actor)


def test_a_file_called_off_and_credited_all_the_same_waits_for_a_person(contract, actor):
    """Accepted, its debits are collected; undone, they are called off again."""
    batch = cancelled(actor)
    line = credit_line(batch, actor)
    reconcile(actor=actor, today=LATER)
    line.refresh_from_db()
    assert line.state == BankLineState.TO_SETTLE
    assert "annulée le 24 novembre 2026 (erreur de jour)" in offered(line).reason
    done = accept(line, actor)
    assert (owed(contract), in_transit(), suspense()) == (0, 0, 0)
    assert DebitBatch.objects.get().state == BatchState.SENT
    undo_line(reconciliation=done, actor=actor, today=LATER, reason="erreur")
    assert (owed(contract), in_transit()) == (D(200), 0)
    assert Debit.objects.get().state == DebitState.CANCELLED
    line.refresh_from_db()
    accept(line, actor)
    assert (owed(contract), in_transit(), suspense()) == (0, 0, 0)


def test_a_credit_that_names_one_debit_called_off_is_never_settled_as_a_payment(contract, actor):
    """Its reference bears the contract's number: it stays a debit, for a person to accept."""
    cancelled(actor)
    debit = Debit.objects.get()
    line = make_line(actor, "200.00", on=DAY, text="PRLV", end_to_end_id=debit.end_to_end_id)
    reconcile(actor=actor, today=LATER)
    line.refresh_from_db()
    assert line.state == BankLineState.TO_SETTLE
    accept(line, actor)
    assert (owed(contract), in_transit()) == (0, 0)


def test_debited_again_meanwhile_both_credits_stand(contract, actor):
    """The same amount: each line goes to the file it names; without a name, to the living one."""
    dead = cancelled(actor)
    living = send_debits(batch=prepared(actor), today=TODAY, actor=actor)
    nameless = make_line(actor, "200.00", on=DAY, text="REMISE DE PRELEVEMENTS")
    assert living.reference in offered(nameless).reason
    tie(credit_line(living, actor), actor)
    assert dead.reference in offered(nameless).reason
    accept(nameless, actor)
    assert (owed(contract), in_transit(), suspense()) == (D(-200), 0, 0)


def test_a_return_of_what_was_called_off_is_known_once_its_credit_is(contract, actor):
    batch = cancelled(actor)
    back = returned_line(Debit.objects.get(), actor)
    assert offered(back) is None
    accept(credit_line(batch, actor), actor)
    tie(back, actor)
    assert (owed(contract), in_transit(), suspense()) == (D(200), 0, 0)


def test_a_file_credited_without_what_came_back(actor):
    """All, without the refused, or without a part of them, which a person then confirms."""
    people = [debited(IBANS[rank], fee=f"{rank + 2}00.00") for rank in range(3)]
    close_month(month=MONTH, actor=actor)
    batch = collected(actor)
    debits = {debit.contract_id: debit for debit in Debit.objects.all()}
    gone = [debits[one.pk].end_to_end_id for one in people[1:]]
    told(report(*[(name, "AM04") for name in gone]), actor)
    whole = credit_line(batch, actor, amount=D(900))
    assert offered(whole).certainty == "auto"
    assert offered(credit_line(batch, actor, amount=D(200))).certainty == "auto"
    assert offered(credit_line(batch, actor, amount=D(201))) is None
    part = credit_line(batch, actor, amount=D(600))
    assert offered(part).certainty == "proposed"
    accept(part, actor)
    assert owed(people[0]) == 0


def test_a_name_is_whole(contract, actor):
    """PRLV2612-1 is not PRLV2612-10."""
    batch = collected(actor)
    line = credit_line(batch, actor, text=f"REMISE {batch.reference}0")
    assert offered(line).certainty == "proposed"
