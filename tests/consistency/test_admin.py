"""The administration: every page opens for the direction, in French; nothing is deleted there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import DatabaseError, connection, transaction
from django.urls import get_resolver, reverse

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.audit.services import record_access
from caracol.core.admin import KeptAdmin, ReadOnlyAdmin, Section
from caracol.core.register_admin import RegisterAdmin
from residents.models import Contract, Person, PersonStatus, ResidencePermit
from tests import factories
from tests.consistency.worlds import CANARIES, make_world

pytestmark = pytest.mark.django_db
get_resolver().url_patterns  # noqa: B018 (what the addresses leave out is out)
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
READ_ONLY = [
    model for model in REGISTERED if isinstance(admin.site._registry[model], ReadOnlyAdmin)
]
# What the database itself refuses to alter: books, history, registers.
GUARDED = ("audit_accessrecord", "accounts_accountevent", "payments_entry", "payments_posting")


def named(model, what, *arguments):
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{what}", args=arguments)


@pytest.fixture
def director():
    return factories.make_user(Role.DIRECTOR, "*")


@pytest.fixture
def client(client_for, director):
    """A client of the direction, with one of everything to look at."""
    make_world("IDF")
    record_access(actor=director, action="VIEW", label="Fiche")
    return client_for(director)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_list_and_form_opens(client, director, model):
    """Lists, their search, the form of one row or of a new one, its history."""
    listed = client.get(named(model, "changelist"), {"q": "a"})
    assert listed.status_code == 200
    assert " style=" not in listed.content.decode()
    # Not one's own row: it would be read twice, which the tests take for a loop.
    row = model._default_manager.exclude(pk=director.pk).first()
    if row is not None:
        shown = client.get(named(model, "change", row.pk))
        assert shown.status_code == 200
        assert " style=" not in shown.content.decode()
        assert client.get(named(model, "history", row.pk)).status_code == 200


def test_the_first_page_says_what_matters(client):
    text = client.get(reverse("admin:index")).content.decode()
    sections = [section.value for section in Section]
    found = [text.index(name) for name in sections if name in text]
    assert found == sorted(found)
    assert "Patrimoine" in text
    for figure in ("Traitements arrêtés", "Invitations en attente", "Sans double authentification"):
        assert figure in text
    assert " style=" not in text


def test_every_page_has_its_section_and_its_purpose():
    for model in REGISTERED:
        page = admin.site._registry[model]
        assert isinstance(page, KeptAdmin), model
        assert page.section != Section.OTHERS, model
        assert page.about, model


def test_people_are_not_there(client):
    """No page is about a resident, and none of those there names one, a status or a permit."""
    hidden = {Person, PersonStatus, ResidencePermit, Contract}
    assert not hidden & set(REGISTERED)
    secret = {
        CANARIES[fact].casefold() for fact in ("name", "phone", "email", "nationality", "permit")
    }
    for model in REGISTERED:
        pages = [named(model, "changelist")]
        pages += [named(model, "change", row.pk) for row in model._default_manager.all()[:20]]
        for path in pages:
            text = client.get(path).content.decode().casefold()
            assert not [word for word in secret if word in text], path


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_nothing_is_deleted(client, director, model):
    assert not admin.site._registry[model].has_delete_permission(None)
    row = model._default_manager.exclude(pk=director.pk).first()
    if row is not None:
        assert client.post(named(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model._meta.label)
def test_what_is_read_only_is_never_written(client, model):
    assert client.post(named(model, "add"), {}).status_code == 403
    row = model._default_manager.first()
    if row is not None:
        assert client.post(named(model, "change", row.pk), {}).status_code == 403


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("order", ["UPDATE {} SET id = id + 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_too(client, table, order):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order.format(table))


def test_the_history_refuses_too(client):
    for model in apps.get_models():
        if hasattr(model, "pgh_event_model"):
            table = model.pgh_event_model._meta.db_table
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table}")


def registers():
    return [m for m in REGISTERED if isinstance(admin.site._registry[m], RegisterAdmin)]


@pytest.mark.parametrize("model", registers(), ids=lambda model: model._meta.label)
def test_every_list_costs_the_same_for_two_rows_and_for_many(client, model):
    """Exports too."""
    for form in ("xlsx", "csv"):
        answer = client.get(named(model, "export"), {"format": form})
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]


def test_nobody_of_the_team_is_deleted():
    assert not admin.site._registry[User].has_delete_permission(None)
