"""Departures recorded, completed, taken back; contracts closed once all is settled."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core.periods import Month
from payments.enums import AccountKind, Payer, PaymentMeans
from payments.services.accounts import ContractClosed, account_of
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.depositing import record_deposit, record_refund
from payments.services.receiving import record_payment
from payments.services.settling import approve_settlement, prepare_settlement
from residents.enums import ContractKind, ContractStatus, ExitKind, NoticeGiver, OccupantKind
from residents.models import Notice, Occupant
from residents.selectors.leaving import Departure, expected_kind, judge_departure
from residents.selectors.notices import notice_state
from residents.services.accepting import LawForbids, ReasonNeeded
from residents.services.holding import ContractRefused
from residents.services.leaving import (
    ClosingRefused,
    ExitRefused,
    close_contract,
    complete_exit,
    end_contract,
    reopen_exit,
    unclose_contract,
)
from residents.services.lifecycle import TransitionRefused
from tests import factories
from tests.helpers.databases import check_constraints

D = Decimal
TODAY = date(2026, 11, 23)
NOVEMBER = Month(2026, 11)
LEFT = date(2026, 11, 20)


@pytest.fixture
def director(db):
    return factories.make_user(Role.DIRECTOR, "*")


@pytest.fixture
def contract(manager):
    """A CRT of 200 € from March 2026 to February 2027."""
    return make()


def make(**fields):
    dates = {"starts_on": date(2026, 3, 1), "ends_on": date(2027, 2, 28)}
    return factories.make_contract(**{**dates, "fee": "200.00", **fields})


def under_notice(contract, giver=NoticeGiver.MANAGER, effective_on=date(2026, 12, 10)):
    """Put a contract under a notice that ends it on a day."""
    factories.make_notice(
        contract, given_by=giver, received_on=date(2026, 11, 10), effective_on=effective_on
    )
    contract.terms.update(ends_on=effective_on)
    contract.holders.update(ends_on=effective_on)
    contract.ends_on, contract.status = effective_on, ContractStatus.NOTICE_GIVEN
    contract.save()
    return contract


def leave(contract, actor, kind=ExitKind.AGREEMENT, left_on=LEFT, reasons=None, **facts):
    departure = Departure(kind, left_on, **{"keys_returned_on": left_on, **facts})
    return end_contract(
        contract=contract, departure=departure, actor=actor, today=TODAY, reasons=reasons or {}
    )


def state(contract):
    check_constraints()
    contract.refresh_from_db()
    return contract.status, contract.ends_on


def balance(contract, kind=AccountKind.RECEIVABLE):
    return account_of(contract, kind).balance


# --- Until when it is owed ----------------------------------------------------------------------
def test_under_the_associations_notice_only_the_days_lived_are_owed(contract, manager):
    close_month(month=NOVEMBER, actor=manager)
    under_notice(contract)
    assert expected_kind(contract) == ExitKind.MANAGER_NOTICE
    done = leave(contract, manager, ExitKind.MANAGER_NOTICE)
    assert state(contract) == ("ENDED", LEFT)
    assert done.effects.adjustment == D("-66.67")
    assert balance(contract) == D("133.33")


def test_under_the_residents_notice_the_fee_is_owed_to_its_end(contract, manager):
    under_notice(contract, NoticeGiver.RESIDENT)
    leave(contract, manager, ExitKind.RESIDENT_NOTICE)
    assert state(contract) == ("NOTICE_GIVEN", date(2026, 12, 10))
    assert (contract.left_on, contract.exit_kind) == (LEFT, "RESIDENT_NOTICE")


def test_a_room_lived_in_again_with_agreement_ends_the_debt(contract, manager):
    under_notice(contract, NoticeGiver.RESIDENT)
    leave(contract, manager, ExitKind.RESIDENT_NOTICE, relet_on=date(2026, 11, 22))
    assert state(contract) == ("ENDED", date(2026, 11, 21))


def test_a_tenant_of_a_lease_owes_the_notice_whoever_gave_it(manager):
    lease = under_notice(make(kind=ContractKind.LEASE_89_FURN))
    leave(lease, manager, ExitKind.MANAGER_NOTICE)
    assert state(lease)[1] == date(2026, 12, 10)


def test_a_departure_completes_a_contract_that_ended_by_itself(contract, manager):
    end = date(2026, 11, 15)
    contract.terms.update(ends_on=end)
    contract.holders.update(ends_on=end)
    contract.ends_on, contract.status = end, ContractStatus.ENDED
    contract.save()
    leave(contract, manager, ExitKind.TERM, left_on=date(2026, 11, 16))
    assert state(contract) == ("ENDED", end)


def test_it_renews_itself_no_more(contract, manager):
    contract.is_tacitly_renewed = True
    contract.save()
    leave(contract, manager, ExitKind.TERM)
    assert state(contract) == ("IN_FORCE", date(2027, 2, 28))
    assert contract.is_tacitly_renewed is False


# --- Refused and doubtful -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "match"),
    [
        ({"left_on": date(2026, 11, 24)}, "le jour venu"),
        ({"left_on": date(2026, 2, 1)}, "n'a commencé que"),
        ({"kind": ExitKind.RESIDENT_NOTICE}, "Aucun congé reçu du résident"),
        ({"keys_returned_on": date(2026, 11, 24)}, "clés ne se rendent pas"),
        ({"keys_returned_on": date(2026, 2, 1)}, "entrée le 1er mars 2026"),
    ],
)
def test_what_cannot_be_is_refused(contract, manager, facts, match):
    with pytest.raises(LawForbids, match=match):
        leave(contract, manager, **facts)
    assert state(contract)[0] == "IN_FORCE"


@pytest.mark.parametrize(
    ("left_on", "keys"),
    [(LEFT, date(2026, 7, 24)), (LEFT, date(2026, 11, 19)), (date(2026, 11, 19), TODAY)],
)
def test_keys_far_from_the_departure_start_the_deposits_clock_for_a_reason_only(
    contract, manager, left_on, keys
):
    with pytest.raises(ReasonNeeded, match="dépôt part de ce jour-là"):
        leave(contract, manager, left_on=left_on, keys_returned_on=keys)
    reasons = {"keys-far": "rendues au gardien, vu au registre"}
    leave(contract, manager, left_on=left_on, keys_returned_on=keys, reasons=reasons)
    assert state(contract)[0] == "ENDED"
    assert contract.keys_returned_on == keys
    assert "art. 22" in contract.accepted_warnings.get().message


def test_keys_before_they_were_handed_over_are_refused(contract, manager):
    contract.keys_given_on = date(2026, 3, 5)
    contract.save()
    with pytest.raises(LawForbids, match="remises le 5 mars 2026"):
        leave(contract, manager, keys_returned_on=date(2026, 3, 2))


def test_a_notice_nobody_received_closes_with_the_departure_and_opens_again_with_it(
    contract, manager
):
    notice = Notice.objects.create(
        contract=contract,
        given_by=NoticeGiver.MANAGER,
        outcome="AWAITED",
        sent_on=date(2026, 11, 2),
        rule="un mois",
    )
    departure = Departure(ExitKind.AGREEMENT, LEFT, keys_returned_on=LEFT)
    assert "2 novembre 2026, non reçu" in judge_departure(contract, departure, TODAY).closing
    leave(contract, manager)
    notice.refresh_from_db()
    assert (notice.withdrawn_on, notice.is_without_object) == (TODAY, True)
    assert notice_state(notice) == ("sans objet", "neutral")
    reopen_exit(contract=contract, reason="mauvaise personne", actor=manager, today=TODAY)
    notice.refresh_from_db()
    assert (notice.withdrawn_on, notice.withdrawn_reason) == (None, "")
    assert state(contract)[0] == "IN_FORCE"


def test_a_notice_received_stays_as_it_was(contract, manager):
    under_notice(contract)
    leave(contract, manager, ExitKind.MANAGER_NOTICE)
    assert contract.notices.get().withdrawn_on is None


def test_a_spouse_who_stays_keeps_the_use_until_the_term(contract, manager):
    Occupant.objects.create(
        contract=contract,
        kind=OccupantKind.values[0],
        last_name="Diallo",
        first_name="Awa",
        starts_on=contract.starts_on,
    )
    with pytest.raises(ReasonNeeded, match="Awa DIALLO"):
        leave(contract, manager, ExitKind.DEATH)
    leave(contract, manager, ExitKind.DEATH, reasons={"household-stays": "elle part aussi"})
    assert state(contract) == ("ENDED", LEFT)


def test_an_abandonment_is_doubtful(contract, manager):
    with pytest.raises(ReasonNeeded, match="se constate"):
        leave(contract, manager, ExitKind.ABANDONMENT)


def test_a_departure_is_recorded_once(contract, manager):
    leave(contract, manager)
    with pytest.raises(ExitRefused, match="déjà enregistré"):
        leave(contract, manager)


# --- Completed and taken back -------------------------------------------------------------------
def test_keys_and_address_known_later_complete_the_exit(contract, manager):
    leave(contract, manager, keys_returned_on=None)
    facts = {"destination": "SOCIAL_LEASE", "new_address": "3 rue Neuve", "today": TODAY}
    done = complete_exit(
        contract=contract,
        keys_returned_on=date(2026, 11, 22),
        inventory_conforms=True,
        actor=manager,
        **facts,
    )
    assert (done.keys_returned_on, done.exit_inventory_conforms) == (date(2026, 11, 22), True)


def test_keys_told_later_are_judged_too_and_what_is_written_is_judged_no_more(contract, manager):
    leave(contract, manager, keys_returned_on=None)
    facts = {"destination": "", "new_address": "", "actor": manager, "inventory_conforms": None}
    early = {"keys_returned_on": date(2026, 7, 24), **facts, "today": TODAY}
    with pytest.raises(ReasonNeeded, match="119 jours avant"):
        complete_exit(contract=contract, **early)
    with pytest.raises(LawForbids, match="avenir"):
        complete_exit(contract=contract, **early | {"keys_returned_on": date(2026, 12, 1)})
    complete_exit(contract=contract, reasons={"keys-far": "vu au registre"}, **early)
    complete_exit(contract=contract, **early | {"inventory_conforms": True})
    assert contract.__class__.objects.get(pk=contract.pk).exit_inventory_conforms is True


def test_a_departure_recorded_by_mistake_gives_everything_back(contract, manager):
    close_month(month=NOVEMBER, actor=manager)
    under_notice(contract)
    leave(contract, manager, ExitKind.MANAGER_NOTICE)
    reopen_exit(contract=contract, reason="mauvaise personne", actor=manager, today=TODAY)
    assert state(contract) == ("NOTICE_GIVEN", date(2026, 12, 10))
    assert (contract.exit_kind, contract.left_on) == ("", None)
    assert balance(contract) == D(200)
    leave(contract, manager, ExitKind.MANAGER_NOTICE)
    assert balance(contract) == D("133.33")


def test_it_is_not_taken_back_once_the_room_or_the_deposit_moved(contract, manager, director):
    contract.deposit = D(150)
    contract.save()
    deposit(contract, manager)
    room = contract.terms.get().room
    close_month(month=NOVEMBER, actor=manager)
    leave(contract, manager)
    other = factories.make_contract(room, starts_on=TODAY, ends_on=date(2027, 1, 31))
    facts = {"reason": "erreur", "actor": manager, "today": TODAY}
    with pytest.raises(ContractRefused, match="autre contrat"):
        reopen_exit(contract=contract, **facts)
    other.status = ContractStatus.CANCELLED
    other.save()
    bill_all(contract, manager)
    prepare_settlement(contract=contract, deductions=(), set_off=D(0), today=TODAY, actor=manager)
    with pytest.raises(ExitRefused, match="déjà engagée"):
        reopen_exit(contract=contract, **facts)


def test_an_assistant_does_not_take_it_back(contract, manager):
    leave(contract, manager)
    assistant = factories.make_user(Role.GLA_ASSISTANT)
    with pytest.raises(ExitRefused, match="direction"):
        reopen_exit(contract=contract, reason="erreur", actor=assistant, today=TODAY)


# --- Closed -------------------------------------------------------------------------------------
def deposit(contract, actor, amount="150.00", payer=Payer.RESIDENT):
    return record_deposit(
        key=f"d:{contract.pk}:{payer}",
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CHEQUE,
        received_on=date(2026, 3, 1),
        today=TODAY,
        payer=payer,
        actor=actor,
    )


def bill_all(contract, actor):
    for number in range(3, 12):
        close_month(month=Month(2026, number), actor=actor)


def pay(contract, actor, amount):
    record_payment(
        key=f"p:{contract.pk}:{amount}",
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=TODAY,
        today=TODAY,
        actor=actor,
    )


def close(contract, actor):
    return close_contract(contract=contract, actor=actor, today=TODAY)


def test_a_contract_closes_once_everything_is_at_zero(contract, manager, director):
    contract.deposit = D(150)
    contract.save()
    deposit(contract, manager)
    with pytest.raises(TransitionRefused):
        close(contract, manager)
    leave(contract, manager)
    with pytest.raises(ClosingRefused, match=r"pas encore facturé.*dépôt de garantie de 150"):
        close(contract, manager)
    bill_all(contract, manager)
    with pytest.raises(ClosingRefused, match=r"doit encore 1.733,33"):
        close(contract, manager)
    pay(contract, manager, "1733.33")
    settlement = prepare_settlement(
        contract=contract, deductions=(), set_off=D(0), today=TODAY, actor=manager
    )
    approve_settlement(settlement=settlement, today=TODAY, actor=director)
    with pytest.raises(ClosingRefused, match="sont à rembourser"):
        close(contract, manager)
    record_refund(
        key="r",
        contract=contract,
        payer=Payer.RESIDENT,
        amount=D(150),
        means=PaymentMeans.TRANSFER,
        paid_on=TODAY,
        today=TODAY,
        actor=manager,
    )
    close(contract, manager)
    assert state(contract)[0] == "CLOSED"
    assert check_ledger().ok
    with pytest.raises(ContractClosed, match="est clos"):
        pay(contract, manager, "1.00")
    unclose_contract(contract=contract, reason="aide arrivée tard", actor=manager)
    pay(contract, manager, "1.00")
    assert state(contract)[0] == "ENDED"


def test_a_contract_nobody_left_does_not_close(contract, manager):
    contract.status = ContractStatus.ENDED
    contract.save()
    with pytest.raises(ClosingRefused, match="Le départ n'est pas enregistré"):
        close(contract, manager)
