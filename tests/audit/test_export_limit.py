"""A stolen account does not carry everything away: so many files an hour, then 429 and a line."""

from datetime import timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit import services
from caracol.audit.models import AccessRecord
from caracol.lists.services import exporting
from caracol.parameters.models import Parameter
from tests import factories

pytestmark = pytest.mark.django_db
PEOPLE, ROOMS = "residents:person-export", "colocations:room-export"


@pytest.fixture(autouse=True)
def _two_an_hour():
    Parameter.objects.filter(key=services.EXPORTS).update(value=2)


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


def lines(user, action):
    return AccessRecord.objects.filter(user=user, action=action).count()


def test_one_file_too_many_is_refused_in_words_and_written_down(client_for, manager):
    factories.make_contract()
    client = client_for(manager)
    assert [client.get(reverse(name)).status_code for name in (PEOPLE, ROOMS)] == [200, 200]
    refused = client.get(reverse(PEOPLE))
    assert refused.status_code == 429
    assert "Vous pourrez recommencer à" in refused.content.decode()
    assert (lines(manager, "EXPORT"), lines(manager, "REFUSED")) == (2, 1)
    assert client.get(reverse("residents:person-list")).status_code == 200
    colleague = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    assert colleague.get(reverse(PEOPLE)).status_code == 200


def test_an_hour_later_files_are_given_again(client_for, manager, monkeypatch):
    client = client_for(manager)
    for _ in range(3):
        last = client.get(reverse(PEOPLE)).status_code
    assert last == 429
    monkeypatch.setattr(services, "AN_HOUR", timedelta(0))
    assert client.get(reverse(PEOPLE)).status_code == 200


def test_a_long_list_is_counted_before_its_job_starts(client_for, manager, monkeypatch):
    monkeypatch.setattr(exporting, "LARGE", 0)
    factories.make_contract()
    client = client_for(manager)
    Parameter.objects.filter(key=services.EXPORTS).update(value=0)
    assert client.get(reverse(PEOPLE)).status_code == 429


def test_without_a_number_there_is_no_limit(client_for, manager):
    Parameter.objects.filter(key=services.EXPORTS).delete()
    client = client_for(manager)
    assert {client.get(reverse(PEOPLE)).status_code for _ in range(4)} == {200}
