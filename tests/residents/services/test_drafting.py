"""A draft: written once, changed whole, left and taken up again, and it binds nobody."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core.versions import ChangedMeanwhile
from residents.enums import ContractStatus
from residents.models import Contract, ContractTypeRule
from residents.selectors.amending import Change, plan_change
from residents.selectors.proposals import judge, proposal_of
from residents.selectors.states import contract_version
from residents.services.drafting import (
    DraftRefused,
    cancel_contract,
    create_draft,
    edit_draft,
    restore_draft,
)
from residents.services.signing import sign_contract
from tests import factories
from tests.helpers.databases import check_constraints
from tests.residents.services.conftest import END, TODAY, make_data, make_lent_room


def codes(verdicts):
    return {verdict.code for verdict in verdicts}


def test_a_draft_keeps_all_that_was_proposed(data, draft):
    check_constraints()
    assert proposal_of(draft) == data
    assert draft.status == ContractStatus.DRAFT
    assert (draft.initial_months, draft.is_tacitly_renewed) == (6, True)


def test_numbers_follow_one_another_by_type_and_year(data, manager, amina):
    first = create_draft(data=data, actor=manager, today=TODAY).contract
    factories.make_contract(number="CRT-2026-041", status="DRAFT")
    other = replace(data, people=(factories.make_person(),))
    second = create_draft(data=other, actor=manager, today=TODAY).contract
    third = create_draft(
        data=replace(other, kind="COP", precarity_ground="travaux"), actor=manager, today=TODAY
    ).contract
    assert [first.number, second.number, third.number] == [
        "CRT-2026-001",
        "CRT-2026-042",
        "COP-2026-001",
    ]


def test_the_same_draft_sent_twice_is_one(data, draft, manager):
    again = create_draft(data=data, actor=manager, today=TODAY)
    assert (again.contract, again.new) == (draft, False)
    assert Contract.objects.count() == 1


def test_another_draft_of_the_same_stay_loses_nothing_without_a_word(data, draft, manager):
    """Back in the browser, other amounts typed: told where the first one is."""
    other = replace(data, fee=data.fee - 1)
    with pytest.raises(DraftRefused, match=f"{draft.number} existe déjà"):
        create_draft(data=other, actor=manager, today=TODAY)
    assert draft.terms.get().fee == data.fee


def test_a_draft_may_lack_what_signing_will_ask(data, manager):
    bare = replace(data, purpose="", fee=Decimal(500))
    draft = create_draft(data=bare, actor=manager, today=TODAY).contract
    assert codes(judge(proposal_of(draft), TODAY, draft).refusals) == {"missing-purpose", "fee-cap"}


def test_even_a_draft_stays_within_what_the_owner_lends(data, manager):
    with pytest.raises(DraftRefused, match="propriétaire reprend le bâtiment le 31 décembre 2029"):
        create_draft(data=replace(data, ends_on=date(2030, 1, 1)), actor=manager, today=TODAY)
    assert not Contract.objects.exists()


def test_no_draft_is_written_for_a_room_unfit_to_live_in(data, manager):
    factories.make_void(data.room, cause="UNFIT", starts_on=TODAY)
    with pytest.raises(DraftRefused, match=r"inhabitable.*CCH L822-9"):
        create_draft(data=data, actor=manager, today=TODAY)


def test_no_draft_lasts_longer_than_the_law_of_the_day_allows(data, manager):
    with pytest.raises(DraftRefused, match=r"18 mois au plus.*décret 2019-497"):
        create_draft(data=replace(data, ends_on=date(2028, 11, 30)), actor=manager, today=TODAY)
    ContractTypeRule.objects.filter(kind="CRT").update(max_total_months=24)
    assert create_draft(data=replace(data, ends_on=date(2028, 11, 30)), actor=manager, today=TODAY)


def test_a_draft_is_rewritten_whole(draft, data, manager):
    moved = make_lent_room(number="9")
    changed = replace(
        data, room=moved, fee=Decimal(150), people=(*data.people, factories.make_person())
    )
    edit_draft(contract=draft, data=changed, actor=manager, today=TODAY)
    check_constraints()
    assert proposal_of(Contract.objects.get()) == changed


def test_a_type_changed_takes_a_number_of_its_series(draft, data, manager):
    wanted = replace(data, kind="MOBILITY", charges_mode="FLAT", revision_quarter=None)
    edited = edit_draft(contract=draft, data=wanted, actor=manager, today=TODAY)
    assert edited.number == "MOB-2026-001"
    assert edited.is_tacitly_renewed is False


def test_two_people_on_one_draft_the_second_is_told(draft, data, manager):
    seen = contract_version(draft)
    edit_draft(
        contract=draft, data=replace(data, fee=Decimal(150)), actor=manager, today=TODAY, seen=seen
    )
    with pytest.raises(ChangedMeanwhile, match="rien n'a été enregistré"):
        edit_draft(
            contract=draft,
            data=replace(data, fee=Decimal(160)),
            actor=manager,
            today=TODAY,
            seen=seen,
        )
    assert proposal_of(draft).fee == Decimal(150)


def test_a_signed_contract_is_no_draft_any_more(contract, data, manager):
    with pytest.raises(DraftRefused, match="par avenant"):
        edit_draft(contract=contract, data=data, actor=manager, today=TODAY)


def test_reasons_are_kept_with_the_draft_until_it_is_rewritten(data, manager):
    wanted = replace(data, deposit=Decimal(100))
    draft = create_draft(
        data=wanted, actor=manager, today=TODAY, reasons={"deposit-unusual": "vote du CA", "x": "y"}
    ).contract
    assert [warning.reason for warning in draft.accepted_warnings.all()] == ["vote du CA"]
    edit_draft(contract=draft, data=replace(data), actor=manager, today=TODAY)
    assert not draft.accepted_warnings.exists()


def test_a_draft_left_may_be_taken_up_again(draft, manager):
    cancel_contract(contract=draft, reason="", actor=manager, today=TODAY)
    draft.refresh_from_db()
    assert draft.status == ContractStatus.CANCELLED
    restore_draft(contract=draft, actor=manager)
    draft.refresh_from_db()
    assert draft.status == ContractStatus.DRAFT


def test_a_contract_signed_is_cancelled_before_entry_with_a_reason_and_for_good(contract, manager):
    with pytest.raises(DraftRefused, match="pourquoi"):
        cancel_contract(contract=contract, reason=" ", actor=manager, today=TODAY)
    cancel_contract(contract=contract, reason="renonce", actor=manager, today=TODAY)
    with pytest.raises(DraftRefused, match="avait été signé"):
        restore_draft(contract=contract, actor=manager)


def test_a_cancelled_contract_frees_its_room_and_its_person(contract, data, manager):
    cancel_contract(contract=contract, reason="renonce", actor=manager, today=TODAY)
    again = create_draft(data=data, actor=manager, today=TODAY).contract
    signed = sign_contract(contract=again, signed_on=TODAY, actor=manager, today=TODAY)
    assert signed.status == ContractStatus.SIGNED


def test_conflicts_name_the_other_contract(contract, data, amina, room, manager):
    other = make_data(room, amina, starts_on=END, ends_on=date(2027, 9, 30))
    judged = judge(other, TODAY, reader=manager)
    found = {verdict.code: verdict.message for verdict in judged.refusals}
    assert f"contrat {contract.number} du 1er décembre 2026" in found["room-taken"]
    assert f"Amina DIALLO a déjà le contrat {contract.number}" in found["person-taken"]


def test_a_contract_out_of_sight_is_told_without_number_nor_dates(contract, amina):
    lille = factories.make_user(Role.GLA_MANAGER, "HDF")
    there = factories.make_room(factories.make_home("HDF"))
    at_once = make_data(there, amina, starts_on=END, ends_on=date(2027, 9, 30))
    said = " ".join(verdict.message for verdict in judge(at_once, TODAY, reader=lille).verdicts)
    assert "Amina DIALLO a déjà un contrat à ces dates ailleurs dans le réseau" in said
    assert "direction" in said
    after = replace(at_once, starts_on=date(2027, 6, 1))
    said += " ".join(verdict.message for verdict in judge(after, TODAY, reader=lille).verdicts)
    assert "ailleurs dans le réseau : il n'est pas tranché" in said
    assert contract.number not in said
    assert "décembre 2026" not in said
    direction = factories.make_user(Role.DIRECTOR, "*")
    told = " ".join(verdict.message for verdict in judge(at_once, TODAY, reader=direction).verdicts)
    assert contract.number in told


def test_an_amendment_names_no_contract_out_of_sight(contract, amina):
    lille = factories.make_user(Role.GLA_MANAGER, "HDF")
    there = factories.make_contract(factories.make_room(factories.make_home("HDF")))
    joins = Change(effective_on=date(2027, 1, 1), joins=(amina,), words="x")
    said = " ".join(v.message for v in plan_change(there, joins, TODAY, reader=lille).verdicts)
    assert "ailleurs dans le réseau" in said
    assert contract.number not in said


def test_eighteen_months_run_on_from_one_contract_to_the_next(contract, amina, room):
    after = make_data(room, amina, starts_on=date(2027, 6, 1), ends_on=date(2028, 6, 1))
    assert codes(judge(after, TODAY).refusals) == {"total-chained"}
    elsewhere = replace(after, room=make_lent_room())
    assert codes(judge(elsewhere, TODAY).verdicts) & {"total-restarted", "total-chained"} == {
        "total-restarted"
    }
