"""The makers of test data make what the database accepts."""

from datetime import timedelta

import pytest

from caracol.accounts.enums import Role
from residents.models import Contract, Person
from tests import factories
from tests.helpers.databases import check_constraints

pytestmark = pytest.mark.django_db


def test_a_contract_stands_on_everything_it_needs():
    """Home, agreement, room, holder, terms, in force; the deferred guards agree."""
    contract = factories.make_contract(co_holders=[factories.make_person()], fee=200)
    factories.make_amendment(
        contract, effective_on=contract.starts_on + timedelta(days=40), fee=210
    )
    factories.make_insurance(contract)
    factories.make_notice(contract)
    check_constraints()
    assert [terms.fee for terms in contract.terms.order_by("starts_on")] == [200, 210]
    assert contract.holders.count() == 2


def test_a_user_sees_its_own_territory():
    """A right on a territory opens its contracts and people, not those of another."""
    near = factories.make_contract(factories.make_room(factories.make_home("IDF")))
    factories.make_contract(factories.make_room(factories.make_home("HDF")))
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    assert list(Contract.objects.visible_to(manager)) == [near]
    assert Person.objects.visible_to(manager).count() == 1
    assert Contract.objects.visible_to(factories.make_user(None)).count() == 0
    assert Contract.objects.visible_to(factories.make_user(Role.DIRECTOR, "*")).count() == 2
