"""Two people do the same act at the same moment."""

import pytest

from caracol.core import clock
from residents.enums import InsuranceStepKind
from residents.models import InsuranceStep, Person
from residents.services.insurance_path import record_step
from residents.services.people import Identity, create_person
from tests import factories
from tests.helpers.threads import at_once


@pytest.fixture
def actor(real_db):
    return factories.make_user()


def test_people_created_at_once_never_share_a_reference(actor):
    """Each waits for the reference before."""
    identity = Identity("Tesfaye", "Selam")
    made = at_once(*[lambda: create_person(identity=identity, actor=actor).reference] * 5)
    assert len(set(made)) == Person.objects.count() == 5


def test_the_two_ways_chosen_at_once_are_one(actor):
    """The contract's lock, and a constraint of the database behind it."""
    contract = factories.make_contract()

    def choose(kind):
        return lambda: record_step(contract=contract, kind=kind, done_on=clock.today(), actor=actor)

    kinds = [InsuranceStepKind.BEHALF_NOTICE, InsuranceStepKind.ORDER]
    outcomes = at_once(*[choose(kind) for kind in kinds])
    assert sorted(type(one).__name__ for one in outcomes) == ["InsuranceStep", "StepRefused"]
    assert InsuranceStep.objects.count() == 1
