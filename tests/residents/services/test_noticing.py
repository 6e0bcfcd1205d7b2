"""Notices given, received, withdrawn: from receipt the contract ends earlier, at the rule's day."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core.periods import Month
from caracol.core.versions import ChangedMeanwhile
from payments.enums import AccountKind, LockState
from payments.models import PeriodLock
from payments.services.accounts import account_of
from payments.services.closing import close_month
from payments.services.posting import MonthLocked
from residents.enums import ContractStatus, DeliveryOutcome, NoticeBasis, NoticeDelivery
from residents.models import AcceptedWarning, Contract, Notice
from residents.selectors.notices import effects_of_end, notice_state
from residents.selectors.states import contract_version
from residents.services.accepting import LawForbids, ReasonNeeded
from residents.services.holding import ContractRefused
from residents.services.lifecycle import TransitionRefused, advance_contracts
from residents.services.noticing import (
    NoticeRefused,
    prepare_notice,
    receive_resident_notice,
    record_receipt,
    send_notice,
    withdraw_notice,
)
from residents.services.spans import SpanRefused
from tests import factories
from tests.helpers.databases import check_constraints

D = Decimal
LRAR = NoticeDelivery.LRAR
TODAY = date(2026, 11, 23)
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


@pytest.fixture
def contract(manager):
    """A CRT of 200 € from March 2026 to February 2027."""
    return factories.make_contract(
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        fee="200.00",
        objective_causes="restitution du bâtiment",
    )


def by_resident(contract, actor, received_on=date(2026, 11, 10), **facts):
    return receive_resident_notice(
        contract=contract,
        received_on=received_on,
        actor=actor,
        **{"delivery": LRAR, "today": TODAY, **facts},
    )


def prepared(contract, actor, basis=NoticeBasis.OBJECTIVE_CAUSE, **facts):
    return prepare_notice(
        contract=contract,
        basis=basis,
        actor=actor,
        **{"delivery": LRAR, "reason": "le bâtiment est rendu", "today": TODAY, **facts},
    ).notice


def sent(contract, actor, on=date(2026, 11, 5), **facts):
    notice = prepared(contract, actor, **facts)
    return send_notice(notice=notice, sent_on=on, actor=actor, today=TODAY)


def receipt(notice, actor, received_on=date(2026, 11, 10), **facts):
    known = {"outcome": DeliveryOutcome.SIGNED, "delivery": LRAR, "today": TODAY}
    return record_receipt(notice=notice, received_on=received_on, actor=actor, **{**known, **facts})


def state(contract):
    check_constraints()
    contract.refresh_from_db()
    ends = (contract.terms.order_by("-starts_on").first(), contract.holders.first())
    assert {row.ends_on for row in ends} == {contract.ends_on}
    return contract.status, contract.ends_on


def balance(contract):
    return account_of(contract, AccountKind.RECEIVABLE).balance


# --- The resident's -----------------------------------------------------------------------------
def test_the_resident_leaves_fifteen_days_after_receipt(contract, manager):
    done = by_resident(contract, manager)
    assert done.notice.effective_on == date(2026, 11, 25)
    assert "15 jours" in done.notice.rule
    assert state(contract) == ("NOTICE_GIVEN", date(2026, 11, 25))


def test_months_billed_are_put_right_and_the_preview_said_so(contract, manager):
    close_month(month=NOVEMBER, actor=manager)
    tried = effects_of_end(contract, date(2026, 11, 25), TODAY)
    done = by_resident(contract, manager)
    assert tried.adjustment == done.effects.adjustment == D("-33.33")
    assert balance(contract) == D("166.67")


def test_a_second_notice_is_refused_while_one_stands(contract, manager):
    by_resident(contract, manager)
    with pytest.raises(TransitionRefused):
        by_resident(contract, manager)


def test_a_hand_delivery_is_doubtful_for_a_crt_and_its_reason_is_kept(contract, manager):
    with pytest.raises(ReasonNeeded, match="recommandée"):
        by_resident(contract, manager, delivery=NoticeDelivery.HAND)
    by_resident(
        contract,
        manager,
        delivery=NoticeDelivery.HAND,
        reasons={"hand-delivery": "récépissé signé devant nous"},
    )
    assert AcceptedWarning.objects.get().reason == "récépissé signé devant nous"


def test_why_the_usual_notice_applies_is_asked_once_a_contract(contract, manager):
    Contract.objects.filter(pk=contract.pk).update(kind="COP", is_tacitly_renewed=False)
    with pytest.raises(ReasonNeeded, match="l'usage de ce type"):
        by_resident(contract, manager)
    done = by_resident(contract, manager, reasons={"notice-unsaid": "repris du tableur"})
    withdraw_notice(notice=done.notice, reason="il reste", agreed=True, actor=manager, today=TODAY)
    again = by_resident(contract, manager)
    assert again.notice.effective_on == done.notice.effective_on


def test_a_letter_to_come_and_another_version_are_refused(contract, manager):
    with pytest.raises(NoticeRefused, match="avenir"):
        by_resident(contract, manager, received_on=date(2026, 11, 24))
    seen = contract_version(contract)
    contract.due_day = 7
    contract.save()
    with pytest.raises(ChangedMeanwhile):
        by_resident(contract, manager, seen=seen)


def test_a_locked_day_refuses_and_nothing_is_half_done(contract, manager):
    close_month(month=NOVEMBER, actor=manager)
    PeriodLock.objects.create(month=NOVEMBER.first, state=LockState.LOCKED, changed_by=manager)
    with pytest.raises(MonthLocked):
        by_resident(contract, manager)
    assert state(contract) == ("IN_FORCE", date(2027, 2, 28))
    assert not Notice.objects.exists()


# --- The association's --------------------------------------------------------------------------
def test_a_notice_prepared_and_sent_ends_nothing_before_its_receipt(contract, manager):
    assistant = factories.make_user(Role.GLA_ASSISTANT)
    notice = prepared(contract, assistant)
    assert notice_state(notice)[0] == "à valider et à envoyer"
    with pytest.raises(NoticeRefused, match="valide"):
        send_notice(notice=notice, sent_on=TODAY, actor=assistant, today=TODAY)
    notice = send_notice(notice=notice, sent_on=TODAY, actor=manager, today=TODAY)
    assert notice_state(notice)[0] == "réception attendue"
    assert state(contract) == ("IN_FORCE", date(2027, 2, 28))


def test_received_it_ends_the_contract_a_month_later(contract, manager):
    done = receipt(sent(contract, manager), manager)
    assert done.notice.effective_on == date(2026, 12, 10)
    assert state(contract) == ("NOTICE_GIVEN", date(2026, 12, 10))


@pytest.mark.parametrize("outcome", [DeliveryOutcome.REFUSED, DeliveryOutcome.UNCLAIMED])
def test_a_letter_not_delivered_is_served_by_a_commissaire(contract, manager, outcome):
    notice = sent(contract, manager)
    done = receipt(notice, manager, received_on=None, outcome=outcome)
    assert done.answer.must_be_served
    assert notice_state(done.notice) == ("à faire signifier", "danger")
    assert state(contract)[0] == "IN_FORCE"
    served = receipt(done.notice, manager, date(2026, 11, 20), delivery=NoticeDelivery.BAILIFF)
    assert served.notice.effective_on == date(2026, 12, 20)


def test_a_receipt_is_recorded_once_and_not_before_sending(contract, manager):
    notice = prepared(contract, manager)
    with pytest.raises(NoticeRefused, match="pas encore parti"):
        receipt(notice, manager)
    notice = send_notice(notice=notice, sent_on=date(2026, 11, 5), actor=manager, today=TODAY)
    receipt(notice, manager)
    with pytest.raises(NoticeRefused, match="n'attend plus"):
        receipt(notice, manager)


def test_what_the_law_forbids_is_refused_with_its_article(contract, manager):
    contract.starts_on = date(2026, 10, 1)
    contract.terms.update(starts_on=contract.starts_on)
    contract.holders.update(starts_on=contract.starts_on)
    contract.save()
    notice = sent(
        contract, manager, on=date(2026, 11, 20), reasons={}, basis=NoticeBasis.OBJECTIVE_CAUSE
    )
    with pytest.raises(LawForbids, match=r"2 premiers mois.*décret 2019-497"):
        receipt(notice, manager, date(2026, 11, 21))


# --- Withdrawn ----------------------------------------------------------------------------------
def withdraw(notice, actor, *, agreed=True, reason="il reste"):
    return withdraw_notice(notice=notice, reason=reason, agreed=agreed, actor=actor, today=TODAY)


def test_a_notice_withdrawn_gives_the_end_and_the_account_back(contract, manager):
    factories.make_amendment(contract, effective_on=date(2026, 12, 1), fee=D(190))
    close_month(month=NOVEMBER, actor=manager)
    before = [(t.starts_on, t.ends_on, t.fee) for t in contract.terms.order_by("starts_on")]
    done = by_resident(contract, manager)
    withdraw(done.notice, manager)
    assert state(contract) == ("IN_FORCE", date(2027, 2, 28))
    assert before == [(t.starts_on, t.ends_on, t.fee) for t in contract.terms.order_by("starts_on")]
    assert balance(contract) == D(200)
    again = by_resident(contract, manager)
    assert again.notice.effective_on == date(2026, 11, 25)


def test_a_notice_received_needs_both_parties_and_a_reason(contract, manager):
    notice = by_resident(contract, manager).notice
    with pytest.raises(NoticeRefused, match="accord des deux parties"):
        withdraw(notice, manager, agreed=False)
    with pytest.raises(NoticeRefused, match="Dites pourquoi"):
        withdraw(notice, manager, reason=" ")
    withdraw(notice, manager)
    with pytest.raises(NoticeRefused, match="déjà retiré"):
        withdraw(notice, manager)


def test_a_letter_not_received_is_withdrawn_alone(contract, manager):
    withdraw(sent(contract, manager), manager, agreed=False)
    assert state(contract) == ("IN_FORCE", date(2027, 2, 28))


def test_the_end_is_not_given_back_when_the_room_is_promised_since(contract, manager):
    notice = by_resident(contract, manager).notice
    room = contract.terms.get().room
    factories.make_contract(room, starts_on=date(2026, 12, 1), ends_on=date(2027, 2, 28))
    with pytest.raises(ContractRefused, match="prise par un autre contrat"):
        withdraw(notice, manager)
    assert state(contract) == ("NOTICE_GIVEN", date(2026, 11, 25))


def test_the_end_is_not_given_back_when_it_moved_since(contract, manager):
    notice = by_resident(contract, manager).notice
    contract.refresh_from_db()
    contract.terms.update(ends_on=date(2026, 11, 20))
    contract.holders.update(ends_on=date(2026, 11, 20))
    contract.ends_on = date(2026, 11, 20)
    contract.save()
    with pytest.raises(SpanRefused, match="a changé depuis"):
        withdraw(notice, manager)


def test_the_night_ends_it_the_day_after(contract, manager):
    by_resident(contract, manager)
    assert advance_contracts(on=date(2026, 11, 25), actor=manager).ended == 0
    assert advance_contracts(on=date(2026, 11, 26), actor=manager).ended == 1
    assert state(contract)[0] == ContractStatus.ENDED
