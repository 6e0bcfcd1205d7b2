"""Somebody awaited gets their rights and their homes when they first sign in."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.models import Invitation, Membership
from caracol.accounts.services import invite
from colocations.models import Colocation
from tests import factories

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "nadia.mission@example.org", "escargot-en-ville"


@pytest.fixture
def awaited_home():
    invite(email=EMAIL, role=Role.MISSION_OFFICER, territory=factories.make_territory("IDF"))
    return factories.make_home(mission_officer_email=EMAIL)


def sign_in(client):
    return client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})


def test_the_first_sign_in_gives_the_rights_and_the_homes(client, awaited_home):
    user = factories.make_user(role=None, email=EMAIL, password=PASSWORD)
    sign_in(client)
    assert Membership.objects.get(user=user).role == Role.MISSION_OFFICER
    assert Invitation.objects.get().accepted_at is not None
    awaited_home.refresh_from_db()
    assert awaited_home.mission_officer == user


def test_another_person_gets_nothing_of_it(client, awaited_home):
    user = factories.make_user(role=None, email="autre@example.org", password=PASSWORD)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert not Membership.objects.exists()
    assert not Colocation.objects.exclude(mission_officer=None).exists()


def test_signing_in_again_changes_nothing(client, awaited_home):
    factories.make_user(role=None, email=EMAIL, password=PASSWORD)
    sign_in(client)
    client.logout()
    sign_in(client)
    assert Membership.objects.count() == 1
