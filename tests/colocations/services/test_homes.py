"""Sites, homes and rooms: what their contracts and the law let them become."""

from datetime import timedelta
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import add_months
from caracol.core.versions import ChangedMeanwhile, version_of
from colocations.calculations.departments import caf_of, department_of
from colocations.calculations.surfaces import least_surface
from colocations.models import Colocation, Owner
from colocations.services import homes, owners, rooms, sites
from colocations.services.doubts import Acceptance, Doubtful
from colocations.services.saving import Invalid
from tests import factories

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def home():
    return factories.make_home("IDF", rooms=2)


def accepted(refusal, reason="Décidé en réunion"):
    return Acceptance(reason, frozenset(doubt.code for doubt in refusal.value.doubts))


def site_facts(**changes):
    return {
        "code": "SNEUF",
        "name": "Neuf",
        "address": "1 rue Neuve",
        "postcode": "93100",
        "city": "Montreuil",
        "department": "93",
        "insee_code": "93048",
        **changes,
    }


@pytest.mark.parametrize(
    ("postcode", "department", "caf"),
    [
        ("93100", "93", "CAF de la Seine-Saint-Denis"),
        ("59000", "59", "CAF du Nord"),
        ("20090", "2A", "CAF de la Corse-du-Sud"),
        ("20290", "2B", "CAF de la Haute-Corse"),
        ("97400", "974", "CAF de La Réunion"),
    ],
)
def test_a_department_has_its_caf(postcode, department, caf):
    assert department_of(postcode) == department
    assert caf_of(department) == caf


@pytest.mark.parametrize(("people", "surface"), [(1, 9), (2, 16), (3, 25), (5, 43)])
def test_the_least_surface_grows_with_the_people(people, surface):
    assert least_surface(people, 9, 16, 9) == Decimal(surface)


def test_the_department_decides_the_territory(manager):
    assert sites.create_site(actor=manager, **site_facts()).territory.code == "IDF"


def test_a_department_of_nobody_is_refused(manager):
    with pytest.raises(Invalid, match="aucun territoire"):
        sites.create_site(actor=manager, **site_facts(department="13", postcode="13001"))


def test_a_department_of_another_territory_is_refused(manager):
    with pytest.raises(Invalid, match="Hauts-de-France, qui n'est pas le vôtre"):
        sites.create_site(actor=manager, **site_facts(department="59", postcode="59000"))


def test_a_postcode_of_another_department_asks_why(manager):
    with pytest.raises(Doubtful, match="du département 94") as doubt:
        sites.create_site(actor=manager, **site_facts(postcode="94100"))
    made = sites.create_site(
        actor=manager, acceptance=accepted(doubt), **site_facts(postcode="94100")
    )
    assert made.department == "93"


def test_a_site_does_not_change_territory_under_living_contracts(home):
    director = factories.make_user(Role.DIRECTOR, "*")
    moved = site_facts(department="59", postcode="59000", code=home.site.code)
    factories.make_contract(home.rooms.first())
    with pytest.raises(sites.TerritoryMoveRefused, match="1 contrat en cours"):
        sites.edit_site(site=home.site, actor=director, **moved)


def test_another_caf_of_the_territory_is_said(home):
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    factories.make_contract(home.rooms.first())
    moved = site_facts(department="94", postcode="94100", code=home.site.code)
    with pytest.raises(Doubtful, match="CAF du Val-de-Marne remplacera") as doubt:
        sites.edit_site(site=home.site, actor=manager, **moved)
    made = sites.edit_site(site=home.site, actor=manager, acceptance=accepted(doubt), **moved)
    assert made.department == "94"


def test_an_empty_site_changes_territory(home):
    director = factories.make_user(Role.DIRECTOR, "*")
    moved = site_facts(department="59", postcode="59000", code=home.site.code)
    assert sites.edit_site(site=home.site, actor=director, **moved).territory.code == "HDF"


def test_an_owner_has_one_name(manager):
    owners.create_owner(actor=manager, name="Ville de Bellerive")
    with pytest.raises(Invalid) as refusal:
        owners.create_owner(actor=manager, name="Ville de Bellerive")
    assert "name" in refusal.value.fields
    assert Owner.objects.count() == 1


def close(home, actor, closes_on, **more):
    return homes.close_home(
        home=home, closes_on=closes_on, note="Fin", today=clock.today(), actor=actor, **more
    )


def test_a_home_closes_at_a_date_with_its_reason(home, manager):
    day = clock.today() + 60 * DAY
    assert close(home, manager, day).closes_on == day
    assert homes.reopen_home(home=home, today=clock.today(), actor=manager).closes_on is None


def test_a_home_that_closes_under_contracts_shows_who_stays(home, manager):
    contract = factories.make_contract(home.rooms.first(), factories.make_person("Diallo", "Ami"))
    day = contract.ends_on - 30 * DAY
    with pytest.raises(Doubtful) as doubt:
        close(home, manager, day)
    assert "Ami DIALLO" in doubt.value.doubts[0].details[0]
    assert close(home, manager, day, acceptance=accepted(doubt)).closes_on == day


def test_a_home_lived_in_has_not_closed(home, manager):
    factories.make_contract(home.rooms.first())
    with pytest.raises(homes.HomeRefused, match="ne peut pas avoir fermé"):
        close(home, manager, clock.today() - 10 * DAY)


def test_a_home_closes_before_its_agreement_ends(home, manager):
    end = home.site.agreements.get().ends_on
    with pytest.raises(homes.HomeRefused, match="29 de la loi ELAN"):
        close(home, manager, end + DAY)


def test_a_home_opens_before_its_first_contract(home, manager):
    contract = factories.make_contract(home.rooms.first())
    facts = {name: getattr(home, name) for name in homes.FIELDS}
    facts["opens_on"] = contract.starts_on + DAY
    with pytest.raises(homes.HomeRefused, match="ne peut pas ouvrir"):
        homes.edit_home(home=home, actor=manager, **facts)


def test_two_people_on_one_home_lose_nothing(home, manager):
    seen = version_of(home, homes.FIELDS)
    facts = {name: getattr(home, name) for name in homes.FIELDS}
    homes.edit_home(home=home, actor=manager, seen=seen, **facts | {"name": "Les Lilas"})
    with pytest.raises(ChangedMeanwhile):
        homes.edit_home(home=home, actor=manager, seen=seen, **facts | {"name": "Les Roses"})
    assert Colocation.objects.get(pk=home.pk).name == "Les Lilas"


def room_facts(**changes):
    return {
        "number": "9",
        "surface_m2": Decimal(12),
        "capacity": 1,
        "fee": Decimal(180),
        "charges": Decimal(0),
        "deposit": Decimal(0),
        "opens_on": None,
        **changes,
    }


def test_a_room_under_nine_metres_asks_why(home, manager):
    today = clock.today()
    small = room_facts(surface_m2=Decimal("8.5"))
    with pytest.raises(Doubtful, match=r"8,50 m².*R822-25") as doubt:
        rooms.create_room(home=home, today=today, actor=manager, **small)
    rooms.create_room(home=home, today=today, actor=manager, acceptance=accepted(doubt), **small)
    couple = room_facts(number="10", capacity=2, surface_m2=Decimal("15.9"))
    with pytest.raises(Doubtful, match="16 m² demandés pour 2 personnes"):
        rooms.create_room(home=home, today=today, actor=manager, **couple)


def test_a_number_is_once_in_a_home(home, manager):
    with pytest.raises(Invalid, match="déjà une chambre de ce numéro"):
        rooms.create_room(home=home, today=clock.today(), actor=manager, **room_facts(number="1"))


def test_a_room_closes_after_its_contract_only(home, manager):
    room = home.rooms.first()
    contract = factories.make_contract(room, number="C77", ends_on=add_months(clock.today(), 3))
    with pytest.raises(rooms.RoomRefused, match="contrat C77"):
        rooms.close_room(
            room=room, closes_on=contract.ends_on - DAY, reason="humidité", actor=manager
        )
    closed = rooms.close_room(
        room=room, closes_on=contract.ends_on, reason="humidité", actor=manager
    )
    assert closed.closes_on == contract.ends_on
    assert rooms.reopen_room(room=room, actor=manager).closes_on is None
