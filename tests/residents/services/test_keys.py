"""First keys: against a certificate whose file is kept, and the register knows of them."""

from datetime import timedelta

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.errors import Refused
from colocations.enums import HolderKind, KeyAct
from colocations.models import KeyMove, KeySet
from colocations.selectors.belongings import keys_at_hand
from colocations.services.keys import move_keys, undo_move
from colocations.worklist import keys_lost
from residents.selectors.checklist import entry_checklist
from residents.services.accepting import ReasonNeeded
from residents.services.signing import KeysRefused, give_keys, judge_keys, take_back_keys
from tests import factories
from tests.residents.services.conftest import START


@pytest.fixture
def keys(room):
    return KeySet.objects.create(colocation=room.colocation, room=room, label="Clé 3", opens="3")


def prove(contract, manager):
    """A certificate with its file."""
    return factories.make_upload(factories.make_insurance(contract), manager)


def give(contract, actor, **more):
    return give_keys(contract=contract, on=START, actor=actor, today=START, **more)


def hand(keys, contract, actor, on=START):
    return move_keys(
        keys=keys,
        act=KeyAct.GIVEN,
        on=on,
        actor=actor,
        holder_kind=HolderKind.RESIDENT,
        contract=contract.number,
    )


def given_on(contract):
    contract.refresh_from_db()
    return contract.keys_given_on


def test_a_certificate_noted_without_its_file_does_not_open_the_door(contract, manager):
    insurance = factories.make_insurance(contract)
    with pytest.raises(ReasonNeeded, match="le fichier de l'attestation manque"):
        give(contract, manager)
    wanted = next(
        item for item in entry_checklist(manager, contract, START) if "Assur" in item.label
    )
    assert (wanted.state, wanted.button) == ("todo", "Ajouter le fichier")
    withdrawn = {"withdrawn_at": clock.now(), "withdrawn_by": manager}
    factories.make_upload(insurance, manager, **withdrawn)
    factories.make_upload(insurance, manager, kind="AUTRE")
    assert [verdict.code for verdict in judge_keys(contract, START)] == ["keys-unproven"]
    factories.make_upload(insurance, manager)
    assert give(contract, manager).keys_given_on == START


def test_keys_given_on_the_contract_are_in_the_register_and_undone_with_it(contract, manager, keys):
    prove(contract, manager)
    spare = KeySet.objects.create(colocation=keys.colocation, room=keys.room, label="Double 3")
    assert keys_at_hand(keys.room_id) == [keys, spare]
    give(contract, manager, sets=[keys])
    assert KeyMove.objects.get().contract == contract.number
    assert keys_at_hand(keys.room_id) == [spare]
    take_back_keys(contract=contract, actor=manager)
    assert given_on(contract) is None
    assert not KeyMove.objects.exists()


def test_a_set_out_of_reach_keeps_the_contract_without_a_day(contract, manager, keys):
    prove(contract, manager)
    move_keys(keys=keys, act=KeyAct.LOST, on=START, actor=manager)
    with pytest.raises(Refused, match="déclaré perdu"):
        give(contract, manager, sets=[keys])
    assert given_on(contract) is None


def test_first_keys_handed_from_the_register_date_the_contract(contract, manager, keys):
    prove(contract, manager)
    move = hand(keys, contract, manager)
    assert given_on(contract) == START
    undo_move(move=move, actor=manager)
    assert given_on(contract) is None


def test_the_register_hands_nobody_their_first_keys_without_a_certificate(contract, manager, keys):
    with pytest.raises(KeysRefused, match="Aucune attestation"):
        hand(keys, contract, manager)
    officer = factories.make_user(Role.MISSION_OFFICER)
    with pytest.raises(KeysRefused, match="l'entrée n'est pas prête") as refusal:
        hand(keys, contract, officer)
    assert "attestation" not in str(refusal.value)
    assert not KeyMove.objects.exists()
    reasons = {"keys-uninsured": "promise pour demain"}
    give(contract, manager, reasons=reasons, sets=[keys])
    assert KeyMove.objects.get().key_set == keys


def test_a_second_set_changes_no_date_and_its_undoing_neither(contract, manager, keys):
    prove(contract, manager)
    hand(keys, contract, manager)
    spare = KeySet.objects.create(colocation=keys.colocation, room=keys.room, label="Double 3")
    move = hand(spare, contract, manager, on=START + timedelta(days=5))
    undo_move(move=move, actor=manager)
    assert given_on(contract) == START


def test_a_household_here_for_long_is_handed_a_set_that_dates_nothing(living, manager, keys):
    contract = living()
    hand(keys, contract, manager, on=contract.starts_on + timedelta(days=60))
    assert given_on(contract) is None
    assert KeyMove.objects.count() == 1


def test_lost_keys_are_told_to_who_acts(contract, manager, keys):
    assert not keys_lost(manager, START).items
    move_keys(keys=keys, act=KeyAct.LOST, on=START, actor=manager)
    technician = factories.make_user(Role.TECHNICAL)
    for user in (manager, technician):
        group = keys_lost(user, START)
        assert [item.title for item in group.items] == [f"Clé 3, chambre 3, {keys.colocation.name}"]
    assert not keys_lost(factories.make_user(Role.MISSION_OFFICER), START).items
    assert keys_lost(factories.make_user(Role.ACCOUNTANT), START) is None
    move_keys(keys=keys, act=KeyAct.FOUND, on=START, actor=manager)
    assert not keys_lost(manager, START).items
