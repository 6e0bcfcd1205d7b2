"""Two people act on rooms, people and contracts at the same moment: one does, the other is told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from residents.enums import ContractStatus
from residents.models import Amendment, Contract
from residents.selectors.amending import Change
from residents.selectors.states import contract_version
from residents.services.amending import amend_contract
from residents.services.drafting import create_draft
from residents.services.signing import sign_contract
from tests import factories
from tests.helpers.threads import at_once
from tests.residents.services.conftest import (
    TODAY,
    make_association,
    make_data,
    make_lent_room,
)


@pytest.fixture
def actor(real_db):
    make_association()
    return factories.make_user(Role.GLA_MANAGER)


def sign(contract, actor):
    return sign_contract(contract=contract, signed_on=TODAY, actor=actor, today=TODAY)


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_one_room_signed_for_two_people_at_once_goes_to_one(actor):
    room = make_lent_room(number="3")
    drafts = [
        create_draft(
            data=make_data(room, factories.make_person()), actor=actor, today=TODAY
        ).contract
        for _ in range(3)
    ]
    outcomes = at_once(*[lambda draft=draft: sign(draft, actor) for draft in drafts])
    assert kinds(outcomes) == ["Contract", "LawForbids", "LawForbids"]
    (signed,) = Contract.objects.filter(status=ContractStatus.SIGNED)
    refusals = [each.message for each in outcomes if not isinstance(each, Contract)]
    assert all(f"par le contrat {signed.number}" in message for message in refusals)


def test_one_person_signed_in_two_rooms_at_once_gets_one(actor):
    person = factories.make_person("Diallo", "Amina")
    drafts = [
        create_draft(data=make_data(make_lent_room(), person), actor=actor, today=TODAY).contract
        for _ in range(2)
    ]
    outcomes = at_once(*[lambda draft=draft: sign(draft, actor) for draft in drafts])
    assert kinds(outcomes) == ["Contract", "LawForbids"]
    refusal = next(each for each in outcomes if not isinstance(each, Contract))
    assert "Amina DIALLO a déjà le contrat CRT-2026-00" in refusal.message


def test_drafts_made_at_once_have_numbers_of_their_own(actor):
    proposals = [make_data(make_lent_room(), factories.make_person()) for _ in range(4)]
    outcomes = at_once(
        *[lambda data=data: create_draft(data=data, actor=actor, today=TODAY) for data in proposals]
    )
    assert {each.contract.number for each in outcomes} == {f"CRT-2026-00{n}" for n in range(1, 5)}


def test_the_same_draft_from_three_windows_is_one(actor):
    data = make_data(make_lent_room(), factories.make_person())
    outcomes = at_once(*[lambda: create_draft(data=data, actor=actor, today=TODAY)] * 3)
    assert sorted(each.new for each in outcomes) == [False, False, True]
    assert Contract.objects.count() == 1


def test_two_amendments_at_once_leave_one_and_say_so(actor):
    data = replace(
        make_data(make_lent_room(), factories.make_person()),
        starts_on=date(2026, 11, 1),
        ends_on=date(2027, 4, 30),
    )
    draft = create_draft(data=data, actor=actor, today=date(2026, 10, 20)).contract
    contract = sign_contract(
        contract=draft, signed_on=date(2026, 10, 20), actor=actor, today=date(2026, 10, 20)
    )
    seen = contract_version(contract)

    def amend(fee):
        change = Change(
            effective_on=date(2027, 1, 1), fee=Decimal(fee), signed_on=TODAY, words="accord"
        )
        return amend_contract(contract=contract, change=change, actor=actor, today=TODAY, seen=seen)

    outcomes = at_once(lambda: amend(150), lambda: amend(160))
    assert kinds(outcomes) == ["Amended", "ChangedMeanwhile"]
    assert Amendment.objects.count() == 1


def test_two_people_who_swap_rooms_at_once_never_wait_for_each_other(actor):
    """Each wants the other's room: both are refused by name, none hangs."""
    rooms = [make_lent_room(), make_lent_room()]
    contracts = [
        sign(
            create_draft(
                data=make_data(room, factories.make_person()), actor=actor, today=TODAY
            ).contract,
            actor,
        )
        for room in rooms
    ]

    def move(contract, room):
        change = Change(effective_on=date(2027, 1, 1), room=room, signed_on=TODAY, words="échange")
        return amend_contract(contract=contract, change=change, actor=actor, today=TODAY)

    outcomes = at_once(lambda: move(contracts[0], rooms[1]), lambda: move(contracts[1], rooms[0]))
    assert kinds(outcomes) == ["LawForbids", "LawForbids"]
