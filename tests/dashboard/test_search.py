"""Ctrl-K: what is found, by whom, and how few queries it takes."""

import pytest
from django.db import connection
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.dashboard.selectors import PER_GROUP, search
from colocations.models import Colocation
from colocations.selectors.rooms import rooms_found
from residents.enums import ContractStatus
from residents.models import Contract
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


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("avenant lefevre", "Faire un avenant"),
        ("congé c2601", "Donner congé"),
        ("préavis Lefèvre", "Congé reçu du résident"),
        ("depart helene", "Enregistrer le départ"),
        ("enregistrer le départ de Hélène", "Enregistrer le départ"),
        ("renouveler lilas 3", "Renouveler"),
        ("attestation lefevre", "Documents"),
        ("attestation lefevre", "Ajouter une attestation d'assurance"),
        ("solde c2601", "Voir le compte"),
    ],
)
def test_an_act_and_a_name_open_the_act_on_the_contract(home, words, label):
    """In any order, by the person, the number or the room."""
    contract = Contract.objects.get()
    hits = search(factories.make_user(), words)[0]
    assert hits.label == "Sur un contrat"
    hit = next(hit for hit in hits.items if hit.label == label)
    assert str(contract.pk) in hit.url or contract.number in hit.url
    assert "LEFÈVRE" in hit.detail


def test_an_act_that_a_contract_does_not_allow_says_its_state(home):
    """The contract is opened instead."""
    Contract.objects.update(status=ContractStatus.NOTICE_GIVEN)
    hit = search(factories.make_user(), "renouveler lefevre")[0].items[0]
    assert hit.label == "Pas possible : contrat préavis donné"
    Contract.objects.update(status=ContractStatus.CLOSED)
    assert "Sur un contrat" not in labels(factories.make_user(), "renouveler lefevre")


@pytest.mark.parametrize("role", [Role.MISSION_OFFICER, Role.TECHNICAL, Role.ACCOUNTANT])
def test_who_may_not_act_is_offered_no_act(home, role):
    """Neither the act nor that it would not be possible."""
    assert "Sur un contrat" not in labels(factories.make_user(role, "IDF"), "avenant lefevre")
    assert search(factories.make_user(Role.GLA_MANAGER, "HDF"), "avenant lefevre") == []


@pytest.mark.parametrize("words", ["avenant", "lefevre", "conge", "le de", "chambre 3 lilas"])
def test_an_act_or_a_name_alone_is_no_act_on_a_contract(home, words):
    """Ordinary searches cost nothing more."""
    assert "Sur un contrat" not in labels(factories.make_user(), words)


def test_acts_cost_the_same_for_one_contract_and_five(home, query_count):
    """Their number follows neither people nor contracts."""
    counts = []
    for wanted in (0, 4):
        for _number in range(wanted):
            factories.make_contract(None, factories.make_person("Lefèvre", "Zoé"))
        user = factories.make_user()
        search(user, "avenant lefevre")
        with query_count() as counted:
            search(user, "avenant lefevre")
        counts.append(counted.value)
    assert counts[0] == counts[1] <= 32


@pytest.mark.parametrize(
    "words", ["chambre 03", "ch 3", "03", "003", "ch. 03 lilas", "mli-01 03", "chambre 3 mli 01"]
)
def test_a_room_is_found_by_its_number_alone_or_with_its_homes_code(home, words):
    """With the zeros before it or without."""
    home.code = "MLI-01"
    home.save()
    found = labels(factories.make_user(), words)
    assert found["Chambres"] == ["Chambre 3"]
    assert "Chambres" not in labels(factories.make_user(Role.GLA_MANAGER, "HDF"), words)
    assert "Chambres" not in labels(factories.make_user(), "chambre 30")


def test_a_rooms_number_is_looked_up_in_its_index(home):
    """The planner can take it."""
    rooms = rooms_found(Colocation.objects.all(), "chambre 03")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "room_by_number" in rooms.explain()


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
