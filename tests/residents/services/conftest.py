"""A room free and lent for long, a person, and who may sign: dates stand still here."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.parameters.models import Association
from residents.selectors.proposals import ContractData
from residents.services.drafting import create_draft
from residents.services.signing import sign_contract
from tests import factories

TODAY = date(2026, 11, 24)
START, END = date(2026, 12, 1), date(2027, 5, 31)
LENT_UNTIL = date(2029, 12, 31)


def make_association():
    return Association.objects.create(
        name="Association Exemple",
        address="24 quai de l'Exemple, 75013 Paris",
        siret="12345678200010",
        iban="FR7642559100000801234567862",
        signatory="Claire Exemple",
        valid_from=date(2020, 1, 1),
    )


def make_lent_room(home=None, **fields):
    """A room of 180 € in a home lent until the end of 2029."""
    if home is None:
        site = factories.make_site()
        factories.make_agreement(site, starts_on=date(2024, 1, 1), ends_on=LENT_UNTIL)
        home = factories.make_home(site=site, opens_on=date(2024, 1, 1), dpe_class="C")
    return factories.make_room(home, **fields)


def make_data(room, *people, **fields):
    """A sound CRT of six months for these people."""
    return ContractData(
        room=room,
        people=people,
        **{
            "kind": "CRT",
            "starts_on": START,
            "ends_on": END,
            "fee": Decimal("180.00"),
            "charges_mode": "ALL_IN",
            "purpose": "Logement temporaire en attendant un logement durable.",
            "objective_causes": "Restitution du bâtiment au propriétaire.",
            "revision_quarter": 2,
            **fields,
        },
    )


@pytest.fixture
def manager(db):
    make_association()
    return factories.make_user(Role.GLA_MANAGER)


@pytest.fixture
def assistant(manager):
    return factories.make_user(Role.GLA_ASSISTANT)


@pytest.fixture
def room(manager):
    return make_lent_room(number="3")


@pytest.fixture
def amina(manager):
    return factories.make_person("Diallo", "Amina")


@pytest.fixture
def data(room, amina):
    return make_data(room, amina)


@pytest.fixture
def draft(data, manager):
    return create_draft(data=data, actor=manager, today=TODAY).contract


@pytest.fixture
def contract(draft, manager):
    """Signed, to begin on the first of December."""
    return sign_contract(contract=draft, signed_on=TODAY, actor=manager, today=TODAY)


@pytest.fixture
def living(room, amina, manager):
    """A function that signs a contract that has begun: first of March 2026, six months."""

    def make(on=date(2026, 2, 20), **fields):
        wanted = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 8, 31), **fields}
        wanted = replace(make_data(room, amina), **wanted)
        written = create_draft(data=wanted, actor=manager, today=on).contract
        signed = sign_contract(contract=written, signed_on=on, actor=manager, today=on)
        signed.status = "IN_FORCE"
        signed.save()
        return signed

    return make
