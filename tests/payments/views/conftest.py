"""A small month: two contracts in Île-de-France, one in Lille, and who works on them."""

import uuid
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month
from payments.enums import Payer, PaymentMeans
from payments.models import Term
from payments.services.closing import close_month
from payments.services.receiving import record_payment
from tests import factories


@pytest.fixture
def month():
    """The month before this one: over, its terms due."""
    return Month.of(clock.today()).previous()


@pytest.fixture
def manager(association):
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def director(association):
    return factories.make_user(Role.DIRECTOR, "IDF")


@pytest.fixture
def contract(association):
    """Amina Diallo, 200 € a month in Île-de-France."""
    person = factories.make_person("Diallo", "Amina", email_consent=True)
    return factories.make_contract(person=person, fee="200.00", number="C9001")


@pytest.fixture
def neighbour(contract):
    room = factories.make_room(contract.terms.get().room.colocation)
    person = factories.make_person("Karimi", "Farid")
    return factories.make_contract(room, person, fee="310.00", number="C9002")


@pytest.fixture
def lille(association):
    room = factories.make_room(factories.make_home("HDF"))
    person = factories.make_person("Lefèvre", "Hugo")
    return factories.make_contract(room, person, fee="150.00", number="C9003")


@pytest.fixture
def closed(contract, neighbour, lille, month, manager):
    """The month, posted everywhere."""
    close_month(month=month, actor=manager)
    return month


def pay(contract, amount, actor, *, on=None, **more):
    """Record a payment by the service."""
    return record_payment(
        key=str(uuid.uuid4()),
        contract=contract,
        amount=Decimal(amount),
        means=more.pop("means", PaymentMeans.CASH),
        received_on=on or clock.today(),
        today=clock.today(),
        actor=actor,
        payer=more.pop("payer", Payer.RESIDENT),
        **more,
    )


def term_of(contract, month):
    return Term.objects.get(contract=contract, month=month.first)
