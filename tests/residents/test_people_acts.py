"""Create, correct and remove people; their situation; who lives with them without signing."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.versions import ChangedMeanwhile, version_of
from caracol.deadlines.services.refreshing import refresh
from residents.enums import OccupantKind, PermitKind
from residents.forms.words import looks_like_paper_number
from residents.models import HousingRequest, Occupant, Person, ResidencePermit
from residents.services import occupants, people, situation
from residents.services.accepting import ReasonNeeded
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return factories.make_user()


def typed(**more):
    """What somebody types for a new person."""
    return {
        "civility": "MRS",
        "first_name": "Selam",
        "last_name": "Tesfaye",
        "birth_date": "1994-02-11",
        "language": "ti",
        "phone": "0612345678",
        "email": "selam@example.org",
        "email_consent": "on",
        "caf_number": "1234567 A",
        "caf_department": "93",
        "territory": factories.make_territory("IDF").pk,
        **more,
    }


def test_a_person_is_created_with_the_next_reference(client_for, manager):
    """Phone spaced, names findable, the sheet opens."""
    factories.make_person("Haddad", "Yusuf", reference="R0412")
    response = client_for(manager).post(reverse("residents:person-new"), typed())
    person = Person.objects.get(last_name="Tesfaye")
    assert response.url == reverse("residents:person-detail", args=[person.pk])
    assert (person.reference, person.phone) == ("R0413", "06 12 34 56 78")
    assert (person.search_key, person.caf_number) == ("tesfaye selam", "1234567A")


def test_a_name_in_another_script_is_kept_and_found_and_an_invisible_one_refused(
    client_for, manager
):
    """Arabic letters are letters; signs of no width are not a name."""
    client, path = client_for(manager), reverse("residents:person-new")
    assert client.post(path, typed(last_name="\u200b\u200e")).status_code == 422
    assert not Person.objects.exists()
    client.post(path, typed(first_name="محمد", last_name="\u200fالسوري"))
    assert Person.objects.get().last_name == "السوري"
    listed = client.get(reverse("residents:person-list"), {"q": "محمد", "state": "all"})
    assert "السوري" in listed.content.decode()


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"last_name": "TESFAYE", "first_name": "Sélam"}, "même nom"),
        ({"last_name": "Tesfaye", "first_name": "S.", "birth_date": date(1994, 2, 11)},
         "même date de naissance"),
        ({"last_name": "Autre", "phone": "+33 6 12 34 56 78"}, "même téléphone"),
        ({"last_name": "Autre", "email": "Selam@Example.org"}, "même courriel"),
    ],
)  # fmt: skip
def test_whoever_resembles_is_shown_before_anything_is_written(client_for, manager, known, reason):
    """By name, birth date, telephone or mail; then one says it is somebody else."""
    last, first = known.pop("last_name"), known.pop("first_name", "Nadia")
    factories.make_person(last, first, territory="IDF", **known)
    client, path = client_for(manager), reverse("residents:person-new")
    text = client.post(path, typed()).content.decode()
    assert reason in text
    assert not Person.objects.filter(first_name="Selam").exists()
    client.post(path, typed(distincte="1"))
    assert Person.objects.filter(first_name="Selam").count() == 1


def test_a_lookalike_of_another_territory_is_not_told(client_for, manager):
    """Nobody learns of people they may not see."""
    factories.make_person("Tesfaye", "Selam", territory="HDF")
    client_for(manager).post(reverse("residents:person-new"), typed())
    assert Person.objects.filter(last_name="Tesfaye").count() == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"caf_number": "194027512345678"}, "sécurité sociale"),
        ({"birth_date": "2090-01-01"}, "année de naissance"),
        ({"phone": "appeler Awa"}, "numéro de téléphone"),
        ({"email": ""}, "Sans adresse"),
        ({"last_name": ""}, "obligatoire"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(client_for, manager, wrong, words):
    """Nothing is written, and the status says so."""
    response = client_for(manager).post(reverse("residents:person-new"), typed(**wrong))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Person.objects.exists()


def test_two_who_edit_at_once_lose_nothing(client_for, manager):
    """The second sees both values, keeps what was typed, and may save it then."""
    person = factories.make_person("Diallo", "Amina", territory="IDF", phone="06 00 00 00 01")
    path = reverse("residents:person-edit", args=[person.pk])
    seen = version_of(person, people.VERSIONED)
    client = client_for(manager)
    mine = typed(last_name="Diallo", first_name="Amina", phone="06 00 00 00 03", seen=seen)
    Person.objects.filter(pk=person.pk).update(phone="06 00 00 00 02")
    response = client.post(path, mine)
    text = response.content.decode()
    assert response.status_code == 422
    assert "06 00 00 00 02" in text
    assert "06 00 00 00 03" in text
    person.refresh_from_db()
    assert person.phone == "06 00 00 00 02"
    again = {**mine, "seen": version_of(person, people.VERSIONED)}
    assert client.post(path, again).status_code == 302
    person.refresh_from_db()
    assert person.phone == "06 00 00 00 03"


def test_a_death_stops_the_mail(manager):
    """And is refused in the future by its form."""
    person = factories.make_person(email_consent=True)
    identity = people.Identity("Diallo", "Amina", email="a@example.org", email_consent=True,
                               died_on=date(2026, 11, 1))  # fmt: skip
    row = people.edit_person(person=person, identity=identity, seen="", actor=manager)
    assert row.email_consent is False


def test_a_sheet_created_by_mistake_goes_and_a_used_one_stays(client_for, manager):
    """The undo of the message, until a contract names the person."""
    lone = factories.make_person(territory="IDF")
    client = client_for(manager)
    client.post(reverse("residents:person-remove", args=[lone.pk]))
    assert not Person.objects.filter(pk=lone.pk).exists()
    holder = factories.make_contract().holders.get().person
    client.post(reverse("residents:person-remove", args=[holder.pk]))
    assert Person.objects.filter(pk=holder.pk).exists()


def test_editing_is_for_who_manages(client_for):
    """The officer and the social worker read."""
    person = factories.make_person(territory="IDF")
    for role in (Role.SOCIAL_WORKER, Role.MISSION_OFFICER, Role.TECHNICAL, Role.ACCOUNTANT):
        client = client_for(factories.make_user(role, "IDF"))
        assert client.get(reverse("residents:person-new")).status_code == 403
        path = reverse("residents:person-edit", args=[person.pk])
        assert client.get(path).status_code in {403, 404}


# --- The situation ------------------------------------------------------------------------------
def test_the_social_worker_writes_kinds_and_dates(client_for):
    """Nationality, protection, permit, housing request: each from its small form."""
    worker = factories.make_user(Role.SOCIAL_WORKER, "IDF")
    person = factories.make_person(territory="IDF")
    client = client_for(worker)
    end = clock.today() + timedelta(days=90)
    client.post(
        reverse("residents:status-edit", args=[person.pk]),
        {"nationality": "Érythrée", "protection_kind": "REFUGEE"},
    )
    client.post(
        reverse("residents:permit-new", args=[person.pk]),
        {"kind": "CARTE_RESIDENT", "expires_on": f"{end}"},
    )
    client.post(
        reverse("residents:housing-request-new", args=[person.pk]),
        {"number": "075 112 345 678 901 234", "expires_on": f"{end}"},
    )
    person.refresh_from_db()
    assert person.status.nationality == "Érythrée"
    assert person.permits.get().expires_on == end
    assert person.housing_requests.get().number == "075112345678901234"
    text = client.get(reverse("residents:person-status", args=[person.pk])).content.decode()
    assert "à renouveler" in text
    assert "Érythrée" in text


def test_a_manager_reads_the_end_of_a_permit_and_no_more(client_for, manager):
    """RULEBOOK 8: expiry only; neither the permit's kind nor the protection."""
    person = factories.make_person(territory="IDF")
    factories.make_status(person, nationality="Érythrée")
    factories.make_permit(person)
    client = client_for(manager)
    for name in ("person-status", "person-detail", "person-history", "person-print"):
        text = client.get(reverse(f"residents:{name}", args=[person.pk])).content.decode()
        assert "Érythrée" not in text, name
        assert "carte de résident" not in text.lower(), name
    text = client.get(reverse("residents:person-status", args=[person.pk])).content.decode()
    assert "expire le" in text
    assert client.get(reverse("residents:permit-new", args=[person.pk])).status_code == 403


def test_a_permit_is_not_hidden_by_a_deadline_to_who_may_not_know_it(client_for):
    """The officer sees no deadline of a permit, the manager does."""
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    home = factories.make_home("IDF", rooms=1, officer=officer)
    person = factories.make_contract(home.rooms.get()).holders.get().person
    factories.make_permit(person, expires_on=clock.today() + timedelta(days=50))
    refresh(on=clock.today())
    path = reverse("residents:person-detail", args=[person.pk])
    assert "Titre de séjour à renouveler" not in client_for(officer).get(path).content.decode()
    manager = client_for(factories.make_user())
    assert "Titre de séjour à renouveler" in manager.get(path).content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("agent 9901234567", True),
        ("99 01 23 45 67", True),
        ("12AB34567", True),
        ("1 94 02 75 123 456 78", True),
        ("arrivée en 2019, chambre 12", False),
        ("appeler le 06 12 34 56 78", False),
        ("logé 3 mois à titre gratuit", False),
    ],
)
def test_numbers_of_papers_are_known_from_others(text, found):
    """Telephones, years and rooms pass."""
    assert looks_like_paper_number(text) is found


def test_a_nationality_holds_no_digit(client_for):
    """A number has no place there."""
    person = factories.make_person(territory="IDF")
    client = client_for(factories.make_user(Role.SOCIAL_WORKER, "IDF"))
    response = client.post(
        reverse("residents:status-edit", args=[person.pk]),
        {"nationality": "Érythrée 9901234567", "protection_kind": "NONE"},
    )
    assert response.status_code == 422


def test_the_same_permit_and_another_persons_number_are_refused(manager):
    """Said in words, nothing half-done."""
    person, end = factories.make_person(), date(2027, 5, 1)
    situation.add_permit(person=person, kind=PermitKind.API, expires_on=end, actor=manager)
    with pytest.raises(situation.SituationRefused):
        situation.add_permit(person=person, kind=PermitKind.API, expires_on=end, actor=manager)
    HousingRequest.objects.create(person=factories.make_person(), number="075112345678901234")
    with pytest.raises(situation.SituationRefused):
        situation.keep_request(
            person=person, number="075112345678901234", expires_on=end, seen="", actor=manager
        )
    assert ResidencePermit.objects.count() == 1


# --- Occupants ----------------------------------------------------------------------------------
def stay(contract, **more):
    facts = {"kind": OccupantKind.CHILD, "last_name": "Diallo", "first_name": "Issa",
             "starts_on": contract.starts_on}  # fmt: skip
    return occupants.Stay(**{**facts, **more})


def test_one_more_than_the_room_is_meant_for_asks_why(manager):
    """Counted with who signs; the reason is kept among the accepted warnings."""
    contract = factories.make_contract()
    facts = {"contract": contract, "today": clock.today(), "actor": manager}
    with pytest.raises(ReasonNeeded):
        occupants.add_occupant(stay=stay(contract), reasons={}, **facts)
    doubts = occupants.crowding(contract, stay(contract))
    reasons = {verdict.code: "naissance, demande de logement déposée" for verdict in doubts}
    occupants.add_occupant(stay=stay(contract), reasons=reasons, **facts)
    assert contract.accepted_warnings.filter(code="capacity").exists()


def test_a_stay_keeps_within_the_contract_and_two_in_turn_are_one_at_once(manager):
    """The greatest number present on one day counts."""
    room = factories.make_room(capacity=2, surface_m2=30)
    contract = factories.make_contract(room)
    facts = {"contract": contract, "reasons": {}, "today": clock.today(), "actor": manager}
    month = contract.starts_on + timedelta(days=30)
    occupants.add_occupant(stay=stay(contract, ends_on=month), **facts)
    later = stay(contract, first_name="Awa", starts_on=month + timedelta(days=1))
    occupants.add_occupant(stay=later, **facts)
    assert Occupant.objects.count() == 2
    outside = stay(contract, first_name="Ali", starts_on=contract.starts_on - timedelta(days=1))
    with pytest.raises(occupants.OccupantRefused):
        occupants.add_occupant(stay=outside, **facts)


def test_an_edit_of_an_occupant_meanwhile_is_told(manager):
    """As for every form."""
    occupant = factories.make_occupant(factories.make_contract())
    with pytest.raises(ChangedMeanwhile):
        occupants.edit_occupant(
            occupant=occupant,
            stay=stay(occupant.contract),
            reasons={},
            seen="0" * 16,
            today=clock.today(),
            actor=manager,
        )


def test_the_page_adds_a_child_once_the_reason_is_given(client_for, manager):
    """First the doubt, then the reason, then the household."""
    contract = factories.make_contract()
    path = reverse("residents:occupant-new", args=[contract.pk])
    child = {"kind": "CHILD", "first_name": "Issa", "last_name": "Diallo",
             "starts_on": f"{contract.starts_on}"}  # fmt: skip
    client = client_for(manager)
    assert "prévue pour 1 personne" in client.post(path, child).content.decode()
    assert client.post(path, {**child, "reason": "naissance"}).status_code == 302
    text = client.get(reverse("residents:contract-detail", args=[contract.pk])).content.decode()
    assert "Issa DIALLO" in text
    assert "ne signe pas" in text
