"""Signing checks all again; keys wait for the insurance."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from residents.enums import ContractStatus
from residents.models import ContractTypeRule
from residents.selectors.rules import rule_binding
from residents.services.accepting import AcceptanceReserved, LawForbids, ReasonNeeded
from residents.services.drafting import create_draft
from residents.services.lifecycle import TransitionRefused
from residents.services.signing import (
    KeysRefused,
    SignatureRefused,
    give_keys,
    sign_contract,
    take_back_keys,
)
from tests import factories
from tests.residents.services.conftest import END, START, TODAY, make_data

WARNED = {"deposit-unusual": "vote du CA du 3 juin"}


def sign(contract, actor, on=TODAY, **more):
    return sign_contract(contract=contract, signed_on=on, actor=actor, today=TODAY, **more)


def drafted(data, actor, **changes):
    return create_draft(data=replace(data, **changes), actor=actor, today=TODAY).contract


def test_a_contract_signed_binds_and_waits_for_its_first_day(contract):
    assert contract.status == ContractStatus.SIGNED
    assert contract.terms.get().binding
    assert contract.holders.get().binding


def test_a_contract_that_has_begun_is_in_force_at_once(data, manager):
    draft = drafted(data, manager, starts_on=TODAY)
    assert sign(draft, manager).status == ContractStatus.IN_FORCE


def test_what_the_law_forbids_is_refused_with_its_article(data, manager):
    draft = drafted(data, manager, fee=Decimal("200.01"))
    with pytest.raises(LawForbids, match=r"plafond de 200,00.*décret 2019-497"):
        sign(draft, manager)
    draft.refresh_from_db()
    assert draft.status == ContractStatus.DRAFT


def test_what_is_doubtful_asks_for_a_reason_and_keeps_it(data, manager):
    draft = drafted(data, manager, deposit=Decimal(100))
    with pytest.raises(ReasonNeeded, match="Donnez la raison"):
        sign(draft, manager)
    sign(draft, manager, reasons=WARNED)
    warning = draft.accepted_warnings.get()
    assert (warning.code, warning.accepted_by) == ("deposit-unusual", manager)


def test_an_assistant_signs_what_is_plain_and_leaves_doubts_to_the_manager(
    data, assistant, manager
):
    plain = drafted(data, assistant)
    assert sign(plain, assistant).status == ContractStatus.SIGNED
    other = make_data(
        factories.make_room(data.room.colocation), factories.make_person(), deposit=Decimal(50)
    )
    doubtful = create_draft(data=other, actor=assistant, today=TODAY, reasons=WARNED).contract
    with pytest.raises(AcceptanceReserved, match="responsable GLA"):
        sign(doubtful, assistant, reasons=WARNED)
    sign(doubtful, manager, reasons=WARNED)
    assert doubtful.accepted_warnings.get().accepted_by == manager


def test_a_signature_is_not_of_tomorrow(draft, manager):
    with pytest.raises(SignatureRefused, match="avenir"):
        sign(draft, manager, on=TODAY + timedelta(days=1))


def test_a_signature_after_the_entry_is_doubtful(data, manager):
    draft = drafted(data, manager, starts_on=date(2026, 11, 1), ends_on=date(2027, 4, 30))
    with pytest.raises(ReasonNeeded, match="habité sans titre"):
        sign(draft, manager)


def test_a_contract_is_signed_once(contract, manager):
    with pytest.raises(TransitionRefused, match="« signer »"):
        sign(contract, manager)


def test_a_room_taken_meanwhile_is_refused_by_name(draft, contract, data, manager):
    other = drafted(make_data(data.room, factories.make_person()), manager)
    with pytest.raises(LawForbids, match=rf"déjà prise par le contrat {contract.number}"):
        sign(other, manager)


def test_a_room_closed_or_unfit_takes_nobody(data, draft, manager):
    data.room.closes_on = END - timedelta(days=1)
    data.room.save()
    with pytest.raises(LawForbids, match="ferme le 30 mai 2027"):
        sign(draft, manager)
    data.room.closes_on = None
    data.room.save()
    factories.make_void(data.room, cause="UNFIT", starts_on=TODAY)
    with pytest.raises(LawForbids, match="inhabitable"):
        sign(draft, manager)


def test_works_in_the_room_ask_for_a_reason(data, draft, manager):
    factories.make_void(data.room, cause="WORKS", starts_on=TODAY, ends_on=START)
    with pytest.raises(ReasonNeeded, match="travaux"):
        sign(draft, manager)


def test_the_law_of_the_day_of_signature_binds_the_contract(data, manager):
    """The ceiling falls on 1 January: what was signed before keeps its own."""
    draft = drafted(data, manager)
    sign(draft, manager)
    old = ContractTypeRule.objects.get(kind="CRT")
    ContractTypeRule.objects.filter(pk=old.pk).update(valid_to=date(2026, 12, 31))
    old.pk, old.valid_from, old.fee_cap = None, date(2027, 1, 1), Decimal(150)
    old.save()
    assert rule_binding(draft).fee_cap == Decimal(200)
    late = drafted(
        make_data(
            factories.make_room(data.room.colocation),
            factories.make_person(),
            starts_on=date(2027, 2, 1),
        ),
        manager,
    )
    with pytest.raises(LawForbids, match="plafond de 150,00"):
        sign_contract(
            contract=late, signed_on=date(2027, 1, 5), actor=manager, today=date(2027, 1, 5)
        )


# --- Keys ---------------------------------------------------------------------------------------
def give(contract, actor, on=START, **more):
    return give_keys(contract=contract, on=on, actor=actor, today=START, **more)


def test_keys_are_given_against_a_certificate(contract, manager):
    factories.make_upload(factories.make_insurance(contract), manager)
    assert give(contract, manager).keys_given_on == START


def test_without_insurance_the_keys_wait_or_a_manager_says_why(contract, manager, assistant):
    why = {"keys-uninsured": "attestation promise pour demain"}
    with pytest.raises(ReasonNeeded, match="attestation d'assurance"):
        give(contract, manager)
    with pytest.raises(AcceptanceReserved):
        give(contract, assistant, reasons=why)
    give(contract, manager, reasons=why)
    assert contract.accepted_warnings.get().code == "keys-uninsured"


def test_keys_are_given_once_and_the_mistake_is_undone(contract, manager):
    factories.make_upload(factories.make_insurance(contract), manager)
    give(contract, manager)
    with pytest.raises(KeysRefused, match="déjà remises, le 1er décembre 2026"):
        give(contract, manager)
    assert take_back_keys(contract=contract, actor=manager).keys_given_on is None
    give(contract, manager)


def test_keys_are_not_given_on_a_draft_nor_in_advance(draft, manager):
    with pytest.raises(KeysRefused, match="une fois le contrat signé"):
        give(draft, manager)


def test_keys_before_the_first_day_ask_for_a_reason(contract, manager):
    factories.make_insurance(contract)
    with pytest.raises(ReasonNeeded, match="ne commence que le 1er décembre"):
        give(contract, manager, on=TODAY)
