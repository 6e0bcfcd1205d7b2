"""The administration: opens for its staff, in French, without people, without deletion."""

import pytest
from django.contrib import admin
from django.urls import get_resolver, reverse

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.audit.services import record_access
from payments.models import Account, Entry, Posting
from residents.models import Contract, Person, PersonStatus, ResidencePermit
from tests import factories

pytestmark = pytest.mark.django_db
get_resolver().url_patterns  # noqa: B018 (what the addresses leave out is out)
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def director():
    """The director, who works in the administration."""
    user = factories.make_user(Role.DIRECTOR, "*")
    factories.make_home("IDF", officer=user)
    record_access(actor=user, action="VIEW", label="Fiche")
    return user


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_list_and_form_opens(client_for, director, model):
    """Lists, their search, and the form of one row or of a new one."""
    client, options = client_for(director), model._meta
    name = f"admin:{options.app_label}_{options.model_name}"
    assert client.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200
    # Not one's own row: it would be read twice, which the tests take for a loop.
    row = model._default_manager.exclude(pk=director.pk).first()
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_the_front_page_is_the_products(client_for, director):
    """Our name, our colours, no style inside the page."""
    text = client_for(director).get(reverse("admin:index")).content.decode()
    assert "Caracol" in text
    assert "ui/css/admin.css" in text
    assert " style=" not in text


def test_people_and_books_are_not_there():
    """A superuser reads no resident and touches no entry."""
    hidden = {Person, PersonStatus, ResidencePermit, Contract, Account, Entry, Posting}
    assert not hidden & set(REGISTERED)


def test_nobody_of_the_team_is_deleted(client_for, director):
    """What they did stays theirs."""
    assert not admin.site._registry[User].has_delete_permission(None)
    row = factories.make_territory()
    path = reverse("admin:accounts_territory_delete", args=[row.pk])
    assert client_for(director).get(path).status_code == 403


def test_others_do_not_enter(client_for):
    """Whoever is not staff is sent away, the manager included."""
    client = client_for(factories.make_user())
    for model in REGISTERED:
        options = model._meta
        path = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        assert client.get(path).status_code in {302, 403}
