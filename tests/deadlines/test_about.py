"""Tasks written from the page of a person, a contract or a home, and messages about a deadline."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.models import Deadline
from caracol.deadlines.services import acting
from tests import factories
from tests.deadlines.worlds import make_deadline

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER)


@pytest.fixture
def client(client_for, manager):
    return client_for(manager)


@pytest.fixture
def home():
    return factories.make_home(name="Maison Tilleul", rooms=1)


@pytest.fixture
def contract(home):
    return factories.make_contract(home.rooms.get(), factories.make_person("Diallo", "Amina"))


def text(response):
    return response.content.decode()


def person_of(contract):
    return contract.holders.get().person


def pages(contract, home):
    """The page of each subject, by the word of the address that names it."""
    person = person_of(contract)
    return {
        "person": (person.pk, reverse("residents:person-detail", args=[person.pk])),
        "contract": (contract.pk, reverse("residents:contract-detail", args=[contract.pk])),
        "home": (home.pk, reverse("colocations:home-detail", args=[home.pk])),
    }


@pytest.mark.parametrize("subject", ["person", "contract", "home"])
def test_a_task_from_a_page_comes_back_to_it_and_shows_there(client, contract, home, subject):
    pk, page = pages(contract, home)[subject]
    address = f"{reverse('deadlines:task-new')}?{subject}={pk}"
    assert address in text(client.get(page))
    assert "À propos de" in text(client.get(address))
    sent = {"title": "Rappeler la mairie", "due_on": f"{clock.today():%Y-%m-%d}", "whose": "me"}
    response = client.post(address, sent, follow=True)
    assert response.redirect_chain[-1][0] == page
    assert "Rappeler la mairie" in text(response)
    row = Deadline.objects.get(about="Rappeler la mairie")
    assert getattr(row, f"{subject}_id") == pk
    listed = text(client.get(reverse("deadlines:deadline-list")))
    assert page in listed


def test_a_task_is_not_about_somebody_one_does_not_see(client):
    elsewhere = factories.make_contract(factories.make_room(factories.make_home("HDF")))
    for query in (f"contract={elsewhere.pk}", f"person={person_of(elsewhere).pk}", "person=x"):
        assert client.get(f"{reverse('deadlines:task-new')}?{query}").status_code == 404


def test_what_was_last_said_shows_on_the_page_and_on_the_list(client, contract, manager):
    row = make_deadline(contract_id=contract.pk, person_id=person_of(contract).pk)
    for said in ("Rien encore.", "La mairie rappelle jeudi."):
        acting.comment(deadline=row, text=said, actor=manager)
    for page in (
        reverse("residents:contract-detail", args=[contract.pk]),
        reverse("deadlines:deadline-list"),
        reverse("deadlines:deadline-detail", args=[row.pk]),
    ):
        assert "La mairie rappelle jeudi. – " in text(client.get(page))


def test_one_writes_to_the_person_from_the_deadline_with_its_message(client, contract):
    person = person_of(contract)
    row = make_deadline("residents.insurance-end", person_id=person.pk, contract_id=contract.pk)
    shown = text(client.get(reverse("deadlines:deadline-detail", args=[row.pk])))
    address = reverse("residents:message-new", args=[person.pk])
    assert f"{address}?message=insurance&amp;date={row.due_on:%Y-%m-%d}" in shown
    opened = text(client.get(f"{address}?message=insurance&date={row.due_on:%Y-%m-%d}"))
    assert f'value="{row.due_on:%Y-%m-%d}"' in opened


def test_who_may_not_write_is_not_offered_to(client_for, contract, home):
    technician = factories.make_user(Role.TECHNICAL)
    row = make_deadline("colocations.diagnostic", home_id=home.pk, site_id=home.site_id)
    shown = text(client_for(technician).get(reverse("deadlines:deadline-detail", args=[row.pk])))
    assert "Écrire à la personne" not in shown


def test_the_page_of_a_home_shows_its_own_deadlines_and_not_its_residents(client, contract, home):
    make_deadline("colocations.diagnostic", home_id=home.pk, site_id=home.site_id, about="Gaz")
    make_deadline(home_id=home.pk, person_id=person_of(contract).pk, contract_id=contract.pk)
    shown = text(client.get(reverse("colocations:home-detail", args=[home.pk])))
    assert "Diagnostic à refaire" in shown
    card = shown.split("Prochaines échéances")[1].split("</section>")[0]
    assert "Fin du contrat" not in card
