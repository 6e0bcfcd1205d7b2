"""The gallery shows every component; the entrance and error pages answer in French."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from caracol.ui import toasts
from caracol.ui.context import shell
from caracol.ui.navigation import DESTINATIONS

PAGES = ["ui:foundations", "ui:data", "ui:forms", "ui:lists", "ui:feedback"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_the_gallery_answer(client, name):
    assert client.get(reverse(name)).status_code == 200


def test_a_form_with_errors_says_so_in_the_title(client):
    html = client.get(reverse("ui:forms"), {"erreurs": ""}).content.decode()
    assert "<title>Erreur : Galerie" in html
    assert 'href="#id_amount"' in html


def test_filters_make_chips_and_keep_the_address(client):
    html = client.get(
        reverse("ui:lists"), {"q": "a", "owing": "on", "sort": "name"}
    ).content.decode()
    assert html.count('class="filter-chip"') == 2
    assert "?owing=on&amp;sort=name" in html


def test_a_list_with_nothing_says_what_is_missing(client):
    html = client.get(reverse("ui:lists"), {"q": "zzz"}).content.decode()
    assert "Personne ne correspond à ces filtres" in html


def test_sorting_forgets_the_page(client):
    html = client.get(reverse("ui:lists"), {"page": "2", "q": "a"}).content.decode()
    assert 'href="?q=a&amp;sort=name"' in html
    assert 'href="?q=a&amp;page=1"' in html


def test_progress_stops_asking_when_done(client):
    assert "hx-get" in client.get(reverse("ui:progress", args=[60])).content.decode()
    assert "hx-get" not in client.get(reverse("ui:progress", args=[117])).content.decode()


def test_search_escapes_what_was_typed(client):
    html = client.get(reverse("ui:search"), {"q": "<b>x"}).content.decode()
    assert "<b>x" not in html
    assert "Rien ne correspond" in html


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_error_pages_are_calm_and_in_french(client, code):
    client.raise_request_exception = False
    response = client.get(reverse("ui:error", args=[code]))
    assert response.status_code == code
    assert "Retour à l'accueil" in response.content.decode().replace("&#x27;", "'")


def test_each_letter_of_the_keyboard_leads_to_one_page():
    letters = [d.letter for d in DESTINATIONS if d.letter]
    assert len(letters) == len(set(letters))


def test_undo_travels_with_the_message(client):
    response = client.post(reverse("ui:feedback"))
    html = response.content.decode()
    assert f'<form method="post" action="{reverse("ui:feedback")}">' in html
    assert "Annuler</button>" in html


def test_an_undo_address_is_only_ours():
    class Message:
        extra_tags = "other"
        level_tag = "error"

    assert toasts.undo_of_message(Message()) == ""
    assert toasts.tone_of_message(Message()) == "danger"


@pytest.mark.parametrize(
    "name", ["account_login", "account_reset_password", "account_reset_password_done"]
)
def test_entrance_pages_speak_french(client, name):
    html = client.get(reverse(name)).content.decode()
    assert '<html lang="fr">' in html
    for english in ("Sign In", "Password Reset", "Forgot", "Remember"):
        assert english not in html


def test_the_demonstration_shows_its_accounts(client, settings):
    settings.DEMO = True
    settings.DEMO_LOGINS = [
        {"role": "Direction", "name": "Ada B", "email": "ada@example.org", "password": "secret-1"}
    ]
    html = client.get(reverse("account_login")).content.decode()
    assert 'data-demo-login="ada@example.org"' in html
    settings.DEMO = False
    assert "ada@example.org" not in client.get(reverse("account_login")).content.decode()


def test_the_shell_says_nothing_to_a_visitor():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    frame = shell(request)["shell"]
    assert frame.entries == []
    assert frame.search_url == ""
    assert frame.admin_url == ""
