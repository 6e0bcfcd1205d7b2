"""No page asks the database more for having more to show."""

import pytest
import time_machine
from django.db import connection

from caracol.accounts.enums import Role
from caracol.core import clock
from tests import factories
from tests.consistency.test_permissions_matrix import LET_IN, address, answer
from tests.consistency.test_urls import OURS
from tests.consistency.worlds import SENT, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


MOST = 60


def asked(client, world, query_count):
    """Return how many queries each page made that opened."""
    counts = {}
    for name, _pattern in OURS:
        data = SENT[name](world) if name in SENT else None
        connection.queries_log.clear()  # it keeps 9,000 queries, fewer than all pages ask
        with query_count() as counted:
            opened = answer(client, address(name, world), data) == LET_IN
        if opened:
            counts[name] = counted.value
    return counts


@pytest.fixture
def stopped_clock():
    """What is written once a minute of somebody's presence is no matter of rows."""
    with time_machine.travel(clock.now(), tick=False):
        yield


@pytest.mark.usefixtures("stopped_clock")
def test_no_page_asks_more_for_more_homes_people_and_contracts(client_for, query_count):
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    world = make_world("IDF")
    for code in ("HDF", "ARA"):
        make_world(code)
    few = asked(client, world, query_count)
    for code in ("PAC", "OCC", "NAQ"):
        make_world(code)
    many = asked(client, world, query_count)
    grown = {name: (few.get(name, 0), n) for name, n in many.items() if n > few.get(name, 0)}
    assert grown == {}
    assert {name: n for name, n in many.items() if n > MOST} == {}
