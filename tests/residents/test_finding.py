"""People found by words: by which facts, by whom, through which indexes."""

import json

import pytest
from django.db import connection

from caracol.accounts.enums import Role
from caracol.accounts.services import grant
from colocations.models import Colocation
from colocations.selectors.rooms import rooms_named
from residents.models import Person
from residents.search import find_people
from residents.selectors.finding import first_matching, matching, phone_digits
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    """The manager of Île-de-France."""
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def amina():
    """Somebody in room 3 of a home, with an accent, a dash and a telephone."""
    home = factories.make_home("IDF", name="Les Tilleuls")
    person = factories.make_person(
        "Öztürk-Diallo", "Amina", phone="+33 6 12 34 56 78", reference="R7788"
    )
    factories.make_contract(factories.make_room(home, number="3"), person, number="C-LILAS-9")
    return person


def found(user, words):
    """The names found, for the list and for the palette alike."""
    people = Person.objects.visible_to(user)
    listed = set(matching(people, user, words))
    assert set(first_matching(people, user, words, 8)) == listed
    return {person.first_name for person in listed}


@pytest.mark.parametrize(
    "words",
    [
        "ozturk", "ÖZTÜRK", "turk", "diallo amina", "amina ozt", "am", "di", "a", "r7788",
        "C-LILAS", "c-lilas-9", "06 12 34", "0612345678", "+33612345678", "0033 6 12 34 56 78",
        "345678",
    ],
)  # fmt: skip
def test_each_fact_finds_the_person(manager, amina, words):
    """Any part of a name, its beginning when it is short; numbers as people write them."""
    factories.make_contract(person=factories.make_person("Martin", "Claire", phone="0777665544"))
    assert found(manager, words) == {"Amina"}


@pytest.mark.parametrize("words", ["zz", "na", "LILAS", "99", "%", "_", "'", "\\", ""])
def test_what_names_nobody_finds_nobody(manager, amina, words):
    """A word of two letters begins a word; signs are no joker."""
    assert found(manager, words) == set()


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("06 12 34 56 78", "612345678"),
        ("+33 6 12 34 56 78", "612345678"),
        ("0033612345678", "612345678"),
        ("0612", "0612"),
        ("3345", "3345"),
        ("amina", ""),
    ],
)
def test_a_telephone_is_the_same_however_written(typed, digits):
    """The country's code and the zero come and go."""
    assert phone_digits(typed) == digits


def test_the_room_finds_who_lives_there(manager, amina):
    """« chambre 3 tilleuls »: the room, and its household."""
    hits = list(find_people(manager, "chambre 3 tilleuls", 8))
    assert [hit.label for hit in hits] == ["ÖZTÜRK-DIALLO Amina"]
    homes = Colocation.objects.all()
    assert rooms_named(homes, "tilleuls") is None
    assert rooms_named(homes, "3") is None


def test_a_technician_finds_by_room_and_telephone_only(amina):
    """Neither by name, nor by number."""
    technician = factories.make_user(Role.TECHNICAL, "IDF")
    for words in ("ozturk", "r7788", "C-LILAS"):
        assert found(technician, words) == set()
    assert found(technician, "0612345678") == {"Amina"}
    assert list(find_people(technician, "tilleuls 3", 8))


def test_a_fact_counts_where_one_may_know_it(amina):
    """Manager here, technician there: the name of there finds nobody."""
    factories.make_contract(
        factories.make_room(factories.make_home("HDF")),
        factories.make_person("Öztürk", "Lille"),
    )
    user = factories.make_user(Role.GLA_MANAGER, "IDF")
    grant(user=user, role=Role.TECHNICAL, territory=factories.make_territory("HDF"))
    assert found(user, "ozturk") == {"Amina"}


def test_an_officer_finds_in_own_homes(amina):
    """Nobody of another home."""
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    assert found(officer, "ozturk") == set()
    Colocation.objects.update(mission_officer=officer)
    assert found(officer, "ozturk") == {"Amina"}


def test_the_palette_gives_the_first_by_name(manager):
    """Cut to what is asked, whatever the lookup that found them."""
    for name in ("Cc", "Aa", "Bb"):
        factories.make_contract(person=factories.make_person(f"Commun {name}", "X"))
    people = first_matching(Person.objects.all(), manager, "commun", 2)
    assert [person.last_name for person in people] == ["Commun Aa", "Commun Bb"]


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("ozturk", "person_search"),
        ("r7788", "person_by_reference"),
        ("c-lilas", "contract_by_number"),
        ("0612345678", "person_by_phone"),
    ],
)
def test_each_lookup_may_use_its_index(manager, amina, words, index):
    """The index says the same expression as the query: the planner can take it."""
    people = matching(Person.objects.all(), manager, words)
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    assert index in json.dumps(people.explain(format="json"))
