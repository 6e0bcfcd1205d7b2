"""Ctrl-K: what is found, by whom, and how few queries it takes."""

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.dashboard.selectors import PER_GROUP, search
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    """The Lilacs' house, where Hélène Lefèvre lives in room 3."""
    home = factories.make_home("IDF", name="La Maison des Lilas")
    room = factories.make_room(home, number="3")
    person = factories.make_person("Lefèvre", "Hélène", phone="06 12 34 56 78")
    factories.make_contract(room, person, number="C2601")
    return home


def labels(user, words):
    return {found.label: [hit.label for hit in found.items] for found in search(user, words)}


@pytest.mark.parametrize(
    ("words", "group", "label"),
    [
        ("lefev", "Personnes", "LEFÈVRE Hélène"),
        ("helene lef", "Personnes", "LEFÈVRE Hélène"),
        ("06.12.34", "Personnes", "LEFÈVRE Hélène"),
        ("c2601", "Personnes", "LEFÈVRE Hélène"),
        ("c26", "Contrats", "C2601"),
        ("LILAS", "Colocations", "La Maison des Lilas"),
        ("montreuil", "Colocations", "La Maison des Lilas"),
        ("lilas 3", "Chambres", "Chambre 3"),
        ("chambre 3 maison", "Chambres", "Chambre 3"),
        ("exporter residents", "Actes", "Exporter la liste des résidents"),
    ],
)
def test_words_find_people_places_contracts_and_acts(home, words, group, label):
    """Any part, in any order, without accents."""
    assert label in labels(factories.make_user(), words)[group]


def test_a_technician_finds_by_telephone_never_by_name(home):
    """And the answer names a room, not a person."""
    technician = factories.make_user(Role.TECHNICAL, "IDF")
    assert "Personnes" not in labels(technician, "lefevre")
    assert "Personnes" not in labels(technician, "C2601")
    found = search(technician, "0612345678")[0].items[0]
    assert (found.label, found.detail) == ("Chambre 3, La Maison des Lilas", "06 12 34 56 78")


def test_acts_one_may_not_do_are_not_offered(home):
    """The rights table decides."""
    accountant = factories.make_user(Role.ACCOUNTANT, "IDF")
    assert "Actes" not in labels(accountant, "exporter residents")
    assert "Colocations" not in labels(accountant, "lilas")


def test_another_territory_is_not_found(home):
    """Its existence is a secret."""
    assert search(factories.make_user(Role.GLA_MANAGER, "HDF"), "lefevre") == []


def test_one_letter_finds_nothing_and_many_people_are_cut(home):
    """The palette stays short."""
    user = factories.make_user()
    for _number in range(PER_GROUP + 3):
        factories.make_person("Lefèvre", "Zoé", territory="IDF")
    assert search(user, "l") == []
    assert len(labels(user, "lefevre")["Personnes"]) == PER_GROUP


def test_the_palette_gets_its_part_and_others_a_page(client_for, home):
    """Without JavaScript the form leads to a whole page of results."""
    client = client_for(factories.make_user())
    path = reverse("dashboard:search")
    part = client.htmx("get", path, {"q": "lefevre"}, target="palette-found").content.decode()
    assert "data-palette-item" in part
    assert "<html" not in part
    whole = client.get(path, {"q": "lefevre"}).content.decode()
    assert "<html" in whole
    assert "LEFÈVRE" in whole
    assert "Rien ne correspond" in client.get(path, {"q": "zzzz"}).content.decode()
    assert "Deux lettres" in client.get(path, {"q": "z"}).content.decode()


@pytest.mark.parametrize("words", ["%", "__", "'; --", "\\", "a" * 500, "é\u0000"])
def test_odd_words_are_no_error(client_for, home, words):
    """Wildcards are letters like others."""
    response = client_for(factories.make_user()).get(reverse("dashboard:search"), {"q": words})
    assert response.status_code == 200


def test_the_number_of_queries_does_not_follow_what_is_found(home, query_count):
    """One person or eight."""
    counts = []
    for wanted in (0, 12):
        for _number in range(wanted):
            factories.make_contract(None, factories.make_person("Lefèvre", "Zoé"))
        user = factories.make_user()
        search(user, "lefevre")
        with query_count() as counted:
            search(user, "lefevre")
        counts.append(counted.value)
    assert counts[0] == counts[1] <= 12
