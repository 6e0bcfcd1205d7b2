"""A cell edited where it stands: saved, refused in words, in conflict with somebody, taken back."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from colocations.models import Colocation, Room
from residents.models import Person
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    """The manager of Île-de-France."""
    return factories.make_user(Role.GLA_MANAGER, "IDF", first_name="Amina", last_name="Roy")


@pytest.fixture
def contract():
    """A contract, and the person who signed it."""
    return factories.make_contract(None, factories.make_person("Diallo", "Ana", phone="0600000000"))


def address(name, row, field):
    return reverse(name, args=[row.pk, field])


def seen_in(client, url):
    return client.get(url).context["form"].initial["seen"]


def person_of(contract):
    return contract.holders.get().person


def test_a_cell_is_saved_and_comes_back_drawn(client_for, manager, contract):
    """The partial answer is the cell, with the way back."""
    client, person = client_for(manager), person_of(contract)
    url = address("residents:person-cell", person, "phone")
    response = client.htmx("post", url, {"value": "07 11 22 33 44", "seen": seen_in(client, url)})
    assert response.status_code == 200
    assert "07" in response.content.decode()
    assert "data-cell-edit" in response.content.decode()
    assert "annuler" in response.headers["HX-Trigger"]
    person.refresh_from_db()
    assert person.phone == "07 11 22 33 44"


def test_without_script_it_is_a_page_that_goes_back_to_the_list(client_for, manager, contract):
    """Filters included."""
    client = client_for(manager)
    url = address("residents:contract-cell", contract, "due_day")
    page = client.get(url, headers={"Referer": "http://testserver/contrats/?kind=CRT"})
    assert "kind=CRT" in page.content.decode()
    data = {"value": "12", "seen": "", "retour": "http://testserver/contrats/?kind=CRT"}
    assert client.post(url, data).url.endswith("/contrats/?kind=CRT")
    hostile = {**data, "value": "13", "retour": "https://evil.example/contrats/"}
    assert client.post(url, hostile).url == reverse("residents:contract-list")


def test_two_people_on_one_cell(client_for, manager, contract):
    """The second sees both values and chooses; nothing is lost."""
    person, other = person_of(contract), factories.make_user(Role.GLA_MANAGER, "IDF")
    url = address("residents:person-cell", person, "email")
    first, second = client_for(manager), client_for(other)
    seen = seen_in(second, url)
    first.htmx("post", url, {"value": "ana@example.org", "seen": seen_in(first, url)})
    clash = second.htmx("post", url, {"value": "a.diallo@example.org", "seen": seen})
    assert clash.status_code == 422
    text = clash.content.decode()
    assert "Amina Roy" in text
    assert "ana@example.org" in text
    assert "a.diallo@example.org" in text
    person.refresh_from_db()
    assert person.email == "ana@example.org"
    again = clash.context["form"].data
    second.htmx("post", url, {"value": again["value"], "seen": again["seen"]})
    person.refresh_from_db()
    assert person.email == "a.diallo@example.org"


def test_another_field_changed_meanwhile_is_no_conflict(client_for, manager, contract):
    """Only the cell is compared."""
    client, person = client_for(manager), person_of(contract)
    url = address("residents:person-cell", person, "email")
    seen = seen_in(client, url)
    Person.objects.filter(pk=person.pk).update(phone="0700000000")
    assert client.htmx("post", url, {"value": "x@example.org", "seen": seen}).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nonsense", "adresse"),
        ("language", "klingon", "choix"),
        ("email_consent", "True", "adresse électronique"),
    ],
)
def test_what_may_not_be_written_is_said(client_for, manager, contract, field, value, words):
    """In the cell, with what was typed."""
    person = person_of(contract)
    Person.objects.filter(pk=person.pk).update(email="")
    url = address("residents:person-cell", person, field)
    response = client_for(manager).htmx("post", url, {"value": value, "seen": ""})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_an_edit_is_taken_back_unless_somebody_wrote_since(client_for, manager, contract):
    """The reverse call compares too."""
    client = client_for(manager)
    url = address("residents:contract-cell", contract, "due_day")

    def edit(value):
        response = client.htmx("post", url, {"value": value, "seen": seen_in(client, url)})
        return response.headers["HX-Trigger"].split('"undo": "')[1].split('"')[0]

    client.post(edit("12"))
    contract.refresh_from_db()
    assert contract.due_day == 5
    undo = edit("15")
    edit("20")
    client.post(undo)
    contract.refresh_from_db()
    assert contract.due_day == 20


def test_direct_debit_without_mandate_is_refused_in_the_cell(client_for, manager, contract):
    """As in a bulk act."""
    url = address("residents:contract-cell", contract, "payment_method")
    response = client_for(manager).htmx("post", url, {"value": "DIRECT_DEBIT", "seen": ""})
    assert response.status_code == 422
    assert "mandat" in response.content.decode()


def test_the_fee_of_a_room_by_right(client_for, manager):
    """The manager writes it as people type it; the officer has no such cell."""
    room = factories.make_room(factories.make_home("IDF"))
    url = address("colocations:room-cell", room, "fee")
    client_for(manager).htmx("post", url, {"value": "1 234,50 €", "seen": ""})
    room.refresh_from_db()
    assert str(room.fee) == "1234.50"
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    Colocation.objects.update(mission_officer=officer)
    assert client_for(officer).get(url).status_code == 403
    text = client_for(officer).get(reverse("colocations:room-list")).content.decode()
    assert "234" not in text
    assert "data-cell-edit" not in text


def test_an_unknown_cell_does_not_exist(client_for, manager, contract):
    """Neither a field of the row that is no cell."""
    for field in ("status", "number", "nonsense"):
        url = address("residents:contract-cell", contract, field)
        assert client_for(manager).get(url).status_code == 404


def test_cells_are_offered_where_one_may_write_only(client_for):
    """Manager there, social worker here: pencils there only."""
    user = factories.make_user(Role.GLA_MANAGER, "IDF")
    factories.grant(user=user, role=Role.SOCIAL_WORKER, territory=factories.make_territory("HDF"))
    here = factories.make_contract(factories.make_room(factories.make_home("IDF")))
    there = factories.make_contract(factories.make_room(factories.make_home("HDF")))
    text = client_for(user).get(reverse("residents:contract-list"), {"cols": "due_day"}).content
    assert address("residents:contract-cell", here, "due_day") in text.decode()
    assert address("residents:contract-cell", there, "due_day") not in text.decode()
    url = address("residents:contract-cell", there, "due_day")
    assert client_for(user).get(url).status_code == 403
    assert Room.objects.count() == 2
