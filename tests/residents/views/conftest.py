"""Today's Île-de-France: a room free and lent, a person, a manager signed in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month, add_months, end_of_duration
from residents.services.drafting import create_draft
from residents.services.signing import sign_contract
from tests import factories
from tests.residents.services.conftest import make_association, make_data

SOON = 7


@pytest.fixture
def manager(db):
    make_association()
    return factories.make_user(Role.GLA_MANAGER, first_name="Jeanne")


@pytest.fixture
def page(client_for, manager):
    return client_for(manager)


@pytest.fixture
def room(manager):
    today = clock.today()
    site = factories.make_site()
    factories.make_agreement(
        site,
        starts_on=add_months(today, -30),
        ends_on=add_months(today, 40),
        objective_causes="Démolition du bâtiment.",
    )
    home = factories.make_home(
        site=site, name="Les Tilleuls", opens_on=add_months(today, -30), dpe_class="C"
    )
    return factories.make_room(home, number="3")


@pytest.fixture
def amina(manager):
    return factories.make_person("Diallo", "Amina", territory="IDF")


@pytest.fixture
def soon():
    """In a week, for six months."""
    first = clock.today() + timedelta(days=SOON)
    return first, end_of_duration(first, 6)


@pytest.fixture
def data(room, amina, soon):
    return make_data(room, amina, starts_on=soon[0], ends_on=soon[1])


@pytest.fixture
def draft(data, manager):
    return create_draft(data=data, actor=manager, today=clock.today()).contract


@pytest.fixture
def signed(draft, manager):
    today = clock.today()
    return sign_contract(contract=draft, signed_on=today, actor=manager, today=today)


@pytest.fixture
def lived(data, manager):
    """A contract in force for four months, of the room and person."""
    first = Month.of(clock.today()).plus(-4).first
    sound = replace(data, starts_on=first, ends_on=end_of_duration(first, 8))
    written = create_draft(data=sound, actor=manager, today=first).contract
    return sign_contract(contract=written, signed_on=first, actor=manager, today=first)
