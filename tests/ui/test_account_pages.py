"""One's own account: the frame, the password, the second factor, the devices."""

import pytest
from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.ui.navigation import DESTINATIONS
from tests.factories import make_user


@pytest.fixture
def signed_in(client_for):
    """A client of a GLA manager."""
    return client_for(
        make_user(first_name="Camille", last_name="Moreau", password="colimacon-2026")
    )


@pytest.mark.parametrize("name", ["account_change_password", "mfa_index", "usersessions_list"])
def test_pages_of_ones_account_stand_in_the_frame(signed_in, name):
    html = signed_in.get(reverse(name)).content.decode()
    assert "Camille Moreau" in html
    assert f'<a href="{reverse(name)}" aria-current="page">' in html
    assert "Se déconnecter" in html


def test_the_second_factor_asks_who_it_is_then_shows_a_code(signed_in):
    activate = reverse("mfa_activate_totp")
    asked = signed_in.get(activate, follow=True)
    assert "bien vous" in asked.content.decode()
    address = f"{reverse('account_reauthenticate')}?next={activate}"
    shown = signed_in.post(address, {"password": "colimacon-2026"}, follow=True).content.decode()
    assert "data:image/svg+xml" in shown
    assert "code à six chiffres" in shown


def test_a_sign_in_by_the_form_opens_the_house(client):
    make_user(email="ada@example.org", password="colimacon-2026")
    form = {"login": "ada@example.org", "password": "colimacon-2026"}
    response = client.post(reverse("account_login"), form)
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_a_wrong_password_is_said_in_french_and_locks_at_the_sixth(client, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    make_user(email="ada@example.org", password="colimacon-2026")
    form = {"login": "ada@example.org", "password": "wrong"}
    response = client.post(reverse("account_login"), form)
    assert "Erreur : Connexion" in response.content.decode()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        response = client.post(reverse("account_login"), form)
    assert response.status_code == 429
    assert "Connexion suspendue" in response.content.decode()


def test_signing_out_is_asked(signed_in):
    assert "Se déconnecter ?" in signed_in.get(reverse("account_logout")).content.decode()


@pytest.mark.parametrize("destination", DESTINATIONS, ids=lambda d: d.key)
def test_every_destination_has_its_line_in_the_rights(destination):
    assert destination.key in PAGES
