"""A contract's life: one table, walked by acts and by days."""

from datetime import date, timedelta

import pytest

from residents.enums import BINDING, LIVING, TRANSITIONS, ContractStatus
from residents.services.lifecycle import (
    TransitionRefused,
    advance_contracts,
    move,
    next_status,
)
from tests import factories

FIRST, LAST = date(2026, 3, 1), date(2026, 10, 31)


@pytest.fixture
def actor(db):
    return factories.make_user()


def make_contract(status):
    return factories.make_contract(status=status, starts_on=FIRST, ends_on=LAST)


def test_every_state_has_its_line_in_the_table():
    assert set(TRANSITIONS) == set(ContractStatus)


def test_every_state_is_reached_from_a_draft():
    reached, frontier = set(), {ContractStatus.DRAFT}
    while frontier:
        state = frontier.pop()
        reached.add(state)
        frontier |= set(TRANSITIONS[state].values()) - reached
    assert reached == set(ContractStatus)


def test_a_closed_file_is_only_opened_again():
    with pytest.raises(TransitionRefused, match="il permet « rouvrir le dossier »"):
        next_status(ContractStatus.CLOSED, "terminer")


def test_a_draft_that_was_left_may_be_taken_up_again_and_nothing_else():
    assert set(TRANSITIONS[ContractStatus.CANCELLED].values()) == {ContractStatus.DRAFT}


def test_living_states_bind_the_room():
    assert LIVING < BINDING


def test_a_signed_contract_begins_on_its_first_day(actor):
    contract = make_contract(ContractStatus.SIGNED)
    assert advance_contracts(on=FIRST - timedelta(days=1), actor=actor).began == 0
    assert advance_contracts(on=FIRST, actor=actor).began == 1
    contract.refresh_from_db()
    assert contract.status == ContractStatus.IN_FORCE


@pytest.mark.parametrize("status", [ContractStatus.IN_FORCE, ContractStatus.NOTICE_GIVEN])
def test_a_contract_ends_the_day_after_its_last_day(actor, status):
    make_contract(status)
    assert advance_contracts(on=LAST, actor=actor).ended == 0
    assert advance_contracts(on=LAST + timedelta(days=1), actor=actor).ended == 1
    assert advance_contracts(on=LAST + timedelta(days=1), actor=actor).ended == 0


def test_an_act_that_the_state_forbids_is_refused_in_words(actor):
    with pytest.raises(TransitionRefused, match=r"« signer »"):
        move(contract=make_contract(ContractStatus.ENDED), act="signer", actor=actor)
