"""Who lived in a room, as each role may know it."""

from datetime import timedelta

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from residents.selectors.stays import ContractOccupancy
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_technician_is_not_given_the_telephone_of_who_left():
    """The technical team calls who lives in the room; the manager reads who lived there."""
    today = clock.today()
    room = factories.make_room(factories.make_home("IDF"))
    factories.make_contract(
        room, starts_on=today - timedelta(days=200), ends_on=today - timedelta(days=20)
    )
    factories.make_contract(room, starts_on=today - timedelta(days=10))
    occupancy = ContractOccupancy()
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    technician = factories.make_user(Role.TECHNICAL, "IDF")
    assert len(occupancy.stays_in(manager, room.pk)) == 2
    assert len(occupancy.stays_in(technician, room.pk)) == 1
