"""Somebody's stay is over: until when each role still reads of them, and nothing links to a 404."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.parameters.models import Parameter
from residents.enums import ContractStatus
from residents.models import Contract, Person
from residents.models.stays import AFTER_EXIT
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.make_user(Role.MISSION_OFFICER, "IDF")


@pytest.fixture
def technician():
    return factories.make_user(Role.TECHNICAL, "IDF")


@pytest.fixture
def room(officer):
    return factories.make_room(factories.make_home("IDF", officer=officer))


def ago(days):
    return clock.today() - timedelta(days=days)


def leave(room, days, **fields):
    """A contract whose last day was so many days ago."""
    status = {"status": ContractStatus.ENDED, **fields}
    return factories.make_contract(room, starts_on=ago(days + 60), ends_on=ago(days), **status)


def person_of(contract):
    return contract.holders.get(is_main=True).person


def sheet(person):
    return reverse("residents:person-detail", args=[person.pk])


def read(client, user, url, status=200):
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == status, url
    return response.content.decode()


def test_a_technician_reads_who_lives_here_and_who_comes_only(client, technician, room):
    gone, here = leave(room, 1), factories.make_contract(room, starts_on=ago(0))
    coming = factories.make_contract(
        factories.make_room(room.colocation), starts_on=ago(-20), status=ContractStatus.SIGNED
    )
    draft = factories.make_contract(status=ContractStatus.DRAFT)
    followed = factories.make_person(territory="IDF")
    for person in (person_of(gone), person_of(draft), followed):
        read(client, technician, sheet(person), 404)
        assert person.phone not in read(client, technician, f"/recherche/?q={person.phone[-8:]}")
    for contract in (here, coming):
        read(client, technician, sheet(person_of(contract)))
    assert set(Person.objects.visible_to(technician)) == {person_of(here), person_of(coming)}


def test_a_stay_ends_for_the_technician_the_day_after_its_last(technician, room):
    last_day = factories.make_contract(room, starts_on=ago(60), ends_on=ago(0))
    assert person_of(last_day) in Person.objects.visible_to(technician)


def test_a_mission_officer_reads_of_who_left_lately_then_no_more(client, officer, room):
    lately, long_ago = leave(room, 90), leave(factories.make_room(room.colocation), 91)
    for url in (sheet(person_of(lately)), reverse("residents:contract-detail", args=[lately.pk])):
        read(client, officer, url)
    for url in (
        sheet(person_of(long_ago)),
        reverse("residents:contract-detail", args=[long_ago.pk]),
    ):
        read(client, officer, url, 404)
    assert long_ago.number not in read(client, officer, "/contrats/?state=all")


def test_how_long_is_a_dated_choice_of_the_association(officer, room):
    left = leave(room, 30)
    assert person_of(left) in Person.objects.visible_to(officer)
    Parameter.objects.filter(key=AFTER_EXIT).update(value=15)
    assert person_of(left) not in Person.objects.visible_to(officer)
    Parameter.objects.filter(key=AFTER_EXIT).delete()
    assert not Contract.objects.visible_to(officer).exists()


def test_a_contract_called_off_shows_nobody_to_the_house(officer, technician, room):
    called_off = factories.make_contract(room, status=ContractStatus.CANCELLED)
    for user in (officer, technician):
        assert person_of(called_off) not in Person.objects.visible_to(user)


def test_a_co_holder_who_left_before_the_others_is_gone(client, technician, officer, room):
    partner = factories.make_person("Partie", "Avant")
    contract = factories.make_contract(room, co_holders=[partner], starts_on=ago(300))
    contract.holders.filter(person=partner).update(ends_on=ago(120))
    for user in (technician, officer):
        read(client, user, sheet(partner), 404)
        assert "PARTIE" not in read(client, user, sheet(person_of(contract)))
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    assert "PARTIE" in read(client, manager, sheet(person_of(contract)))


def test_who_comes_back_shows_only_the_stay_that_lasts(client, officer, room):
    back = factories.make_person("Revenue", "Aïcha")
    old = factories.make_contract(room, back, starts_on=ago(900), ends_on=ago(500))
    new = factories.make_contract(factories.make_room(room.colocation), back, starts_on=ago(10))
    content = read(client, officer, sheet(back))
    assert new.number in content
    assert old.number not in content


@pytest.mark.parametrize("role", [Role.MISSION_OFFICER, Role.TECHNICAL])
def test_no_page_of_the_house_links_to_somebody_out_of_sight(client, role, officer, room):
    user = officer if role == Role.MISSION_OFFICER else factories.make_user(role, "IDF")
    home = room.colocation
    leave(room, 400, number="C-ANCIEN")
    factories.make_contract(room, starts_on=ago(10))
    pages = (
        reverse("colocations:room-detail", args=[room.pk]),
        reverse("colocations:home-detail", args=[home.pk]),
        reverse("colocations:home-occupancy", args=[home.pk]),
        reverse("colocations:home-keys", args=[home.pk]),
        "/residents/",
    )
    for page in pages:
        content = read(client, user, page)
        assert "C-ANCIEN" not in content
        for link in set(re.findall(r'href="(/(?:residents|contrats)/\d+/)"', content)):
            read(client, user, link)
    history = read(client, user, pages[0])
    assert history.count('data-label="Occupant·e"') == 1


def test_the_managers_read_of_everybody(client, room):
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    worker = factories.make_user(Role.SOCIAL_WORKER, "IDF")
    gone = person_of(leave(room, 900))
    for user in (manager, worker):
        assert gone.last_name.upper() in read(client, user, sheet(gone))


def test_who_is_a_technician_here_and_a_manager_there_reads_the_past_there_only(room):
    there = factories.make_room(factories.make_home("HDF"))
    user = factories.make_user(Role.TECHNICAL, "IDF")
    factories.grant(user=user, role=Role.GLA_MANAGER, territory=factories.make_territory("HDF"))
    here_gone, there_gone = leave(room, 5), leave(there, 5)
    seen = set(Person.objects.visible_to(user))
    assert person_of(there_gone) in seen
    assert person_of(here_gone) not in seen


def test_prices_of_works_and_things_are_costs_of_the_building(client, technician, officer, room):
    void = factories.make_void(room)
    void.works.create(label="Peinture", cost="1234.00", expected_on=date(2027, 1, 4))
    room.colocation.equipment.create(
        room=room, label="Lit", kind="BEDDING", quantity=1, state="GOOD", value="432.10"
    )
    pages = {
        reverse("colocations:room-detail", args=[room.pk]): r"1.234,00",
        reverse("colocations:home-equipment", args=[room.colocation_id]): r"432,10",
        reverse("colocations:home-inventory", args=[room.colocation_id]): "",
    }
    for page, price in pages.items():
        assert re.search(price, read(client, technician, page))
        assert not re.search(r"1.234,00|432,10", read(client, officer, page))


def test_a_technician_finds_the_residents_of_a_home_by_its_name(client, technician, room):
    room.colocation.__class__.objects.filter(pk=room.colocation_id).update(name="Les Glycines")
    here = factories.make_contract(room)
    other = factories.make_contract(factories.make_room(factories.make_home("IDF")))
    for words in ("glycines", f"{room.number} glycines"):
        found = read(client, technician, f"/residents/?q={words}")
        assert sheet(person_of(here)) in found
        assert sheet(person_of(other)) not in found
    assert "Téléphone, lieu" in found


def test_works_say_when_they_should_end(client, technician, room):
    void = factories.make_void(room)
    void.works.create(label="Peinture", expected_on=date(2031, 1, 4))
    shown = read(client, technician, reverse("colocations:room-detail", args=[room.pk]))
    assert "fin des travaux prévue le 4 janv. 2031" in shown.replace("\N{NO-BREAK SPACE}", " ")
    assert "sans fin connue" not in shown
