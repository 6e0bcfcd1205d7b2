"""The agenda: what each reader finds on it, appointments, what is taken back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.models import Appointment
from caracol.deadlines.services.appointments import (
    AppointmentChanged,
    Meeting,
    cancel_appointment,
    change_appointment,
    clashes,
    note_appointment,
    undo_appointment,
)
from caracol.deadlines.worklist import appointments_near
from tests.deadlines.reminding import kinds, make_deadline, make_rules
from tests.factories import EVERYWHERE, make_contract, make_home, make_person, make_room, make_user

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 12, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=PARIS), tick=False), kinds():
        make_rules()
        yield


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER, first_name="Claire", last_name="Agenda")


def at(hour, day=DAY, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


def meeting(hour=10, day=DAY, **said):
    return Meeting(
        **{
            "title": "Visite de la chaudière",
            "kind": AppointmentKind.VISIT,
            "starts_at": at(hour, day),
            "ends_at": at(hour + 1, day),
            **said,
        }
    )


def note(actor, *args, **said):
    said.setdefault("guests", (actor.pk,))
    return note_appointment(meeting=meeting(*args, **said), now=clock.now(), actor=actor)


def form(user, **said):
    return {
        "title": "Visite",
        "kind": "VISIT",
        "day": "2026-12-03",
        "starts": "9:30",
        "ends": "10h",
        "guests": [user.pk],
        **said,
    }


@pytest.mark.parametrize("name", ["month", "week", "list"])
def test_each_view_shows_deadlines_and_appointments(client_for, manager, name):
    make_deadline(DAY)
    note(manager)
    text = client_for(manager).get(reverse(f"agenda:{name}"), {"jour": "2026-12-01"}).text
    assert "Fin du contrat" in text
    assert "Visite de la chaudière" in text
    hours = "10\N{NO-BREAK SPACE}h – 11\N{NO-BREAK SPACE}h"
    assert (hours if name == "list" else hours.partition(" – ")[0]) in text


def test_filters_live_in_the_address(client_for, manager):
    make_deadline(DAY)
    note(make_user(Role.GLA_MANAGER))
    client, url = client_for(manager), reverse("agenda:week")

    def shown(**words):
        text = client.get(url, {"jour": "2026-12-01", **words}).text
        return "Fin du contrat" in text, "Visite de la chaudière" in text

    assert shown() == (True, True)
    assert shown(quoi="deadline") == (True, False)
    assert shown(quoi="appointment") == (False, True)
    assert shown(qui="moi") == (True, False)
    assert shown(domaine="MONEY") == (False, False)
    assert shown(colocation="no") == (True, True)


def test_a_day_nobody_means_is_today(client_for, manager):
    for words in ("9999-12-31", "0001-01-01", "demain", ""):
        for name in ("month", "week", "list"):
            assert (
                client_for(manager).get(reverse(f"agenda:{name}"), {"jour": words}).status_code
                == 200
            )


def test_elsewhere_and_kept_for_its_participants_is_not_seen(client_for, manager):
    lille, colleague = make_user(Role.GLA_MANAGER, "HDF"), make_user(Role.SOCIAL_WORKER)
    home = make_home("IDF")
    row = note(manager, home_id=home.pk)
    hidden = note(manager, 14, title="Point confidentiel", home_id=home.pk, is_private=True)
    assert client_for(lille).get(reverse("agenda:appointment", args=[row.pk])).status_code == 404
    seen = client_for(colleague).get(reverse("agenda:week"), {"jour": "2026-12-01"}).text
    assert "Visite de la chaudière" in seen
    assert "Point confidentiel" not in seen
    url = reverse("agenda:appointment", args=[hidden.pk])
    assert client_for(colleague).get(url).status_code == 404


def test_who_only_sees_it_changes_nothing(client_for, manager):
    row = note(manager, home_id=make_home("IDF").pk)
    url = reverse("agenda:appointment-edit", args=[row.pk])
    assert client_for(make_user(Role.SOCIAL_WORKER)).get(url).status_code == 403
    assert client_for(make_user(Role.DIRECTOR, EVERYWHERE)).get(url).status_code == 200


def test_a_mission_officer_sees_those_of_own_homes(client_for, manager):
    officer = make_user(Role.MISSION_OFFICER)
    note(manager, home_id=make_home("IDF", officer=officer).pk)
    note(manager, 15, title="Ailleurs", home_id=make_home("IDF").pk)
    text = client_for(officer).get(reverse("agenda:week"), {"jour": "2026-12-01"}).text
    assert "Visite de la chaudière" in text
    assert "Ailleurs" not in text


def test_it_is_noted_with_a_resident_found_by_name(client_for, manager):
    room = make_room(make_home("IDF"))
    person = make_person("Zarifi", "Mina")
    make_contract(room, person)
    client = client_for(manager)
    answer = client.post(reverse("agenda:appointment-new"), form(manager, person="zarifi"))
    assert answer.status_code == 302, answer.text
    row = Appointment.objects.get()
    assert (row.person_id, row.territory.code, row.starts_at) == (
        person.pk,
        "IDF",
        at(9, date(2026, 12, 3), 30),
    )
    assert "Mina" in client.get(reverse("agenda:appointment", args=[row.pk])).text
    # The technical team knows of the visit, not of the name.
    technical = client_for(make_user(Role.TECHNICAL))
    seen = technical.get(reverse("agenda:appointment", args=[row.pk]))
    assert seen.status_code == 200
    assert "Zarifi" not in seen.text


@pytest.mark.parametrize(
    ("kind", "with_person", "seen"),
    [
        (AppointmentKind.MEETING, False, 404),
        (AppointmentKind.OFFICE, True, 404),
        (AppointmentKind.OTHER, True, 404),
        (AppointmentKind.OTHER, False, 200),
        (AppointmentKind.TEAM, False, 200),
        (AppointmentKind.INVENTORY, True, 200),
    ],
)
@pytest.mark.parametrize("role", [Role.TECHNICAL, Role.ACCOUNTANT])
def test_what_a_person_is_accompanied_for_is_for_those_who_follow_people(
    client_for, role, kind, with_person, seen
):
    room = make_room(make_home("IDF"))
    person = make_person("Zarifi", "Mina")
    make_contract(room, person)
    social = make_user(Role.SOCIAL_WORKER)
    said = {"person_id": person.pk} if with_person else {}
    row = note(social, kind=kind, home_id=room.colocation_id, **said)
    url = reverse("agenda:appointment", args=[row.pk])
    assert client_for(make_user(role)).get(url).status_code == seen
    assert client_for(make_user(Role.GLA_MANAGER)).get(url).status_code == 200


@pytest.mark.parametrize("title", ["Convocation de M. ZARIFI", "Point avec mina"])
def test_a_title_does_not_name_the_person_met(client_for, manager, title):
    """It leaves for calendars that are not ours."""
    make_contract(make_room(make_home("IDF")), make_person("Zarifi", "Mina"))
    client, url = client_for(manager), reverse("agenda:appointment-new")
    answer = client.post(url, form(manager, person="zarifi", title=title))
    assert answer.status_code == 422
    assert "mettez pas le nom" in answer.text
    assert client.post(url, form(manager, person="zarifi", title="Point\nCAF")).status_code == 302
    assert Appointment.objects.get().title == "Point CAF"


@pytest.mark.parametrize("day", ["1900-01-01", "2025-11-30", "2031-12-02"])
def test_a_year_that_is_a_slip_is_refused(client_for, manager, day):
    answer = client_for(manager).post(reverse("agenda:appointment-new"), form(manager, day=day))
    assert answer.status_code == 422
    assert "Vérifiez l" in answer.text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"ends": "9:00"}, "La fin vient après le début."),
        ({"guests": []}, "Choisissez au moins une personne"),
        ({"person": "Introuvable"}, "Aucune personne de ce nom"),
        ({"day": "0202-01-01"}, "Vérifiez"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(client_for, manager, said, words):
    answer = client_for(manager).post(reverse("agenda:appointment-new"), form(manager, **said))
    assert answer.status_code == 422
    assert words in answer.text
    assert not Appointment.objects.exists()


def test_two_people_of_one_name_are_told_apart(client_for, manager):
    for number in (1, 2):
        make_contract(make_room(make_home("IDF")), make_person("Zarifi", f"Mina{number}"))
    answer = client_for(manager).post(
        reverse("agenda:appointment-new"), form(manager, person="Zarifi")
    )
    assert "Plusieurs personnes répondent" in answer.text


def test_somebody_taken_is_a_warning_that_one_may_pass(client_for, manager):
    note(manager, 9, date(2026, 12, 3))
    client, url = client_for(manager), reverse("agenda:appointment-new")
    answer = client.post(url, form(manager))
    assert answer.status_code == 422
    assert "Claire Agenda : déjà pris·e" in answer.text
    assert client.post(url, form(manager, accepted="1")).status_code == 302
    assert Appointment.objects.count() == 2


def test_one_after_the_other_is_no_clash(manager):
    note(manager, 10)
    assert clashes(meeting(11, guests=(manager.pk,))) == []
    assert len(clashes(meeting(10, guests=(manager.pk,)))) == 1


def test_each_act_is_taken_back_once(manager):
    row = note(manager)
    moved = change_appointment(
        appointment=row, meeting=meeting(15), seen=0, now=clock.now(), actor=manager
    )
    assert (moved.sequence, moved.guests.count()) == (1, 0)
    back = undo_appointment(appointment=row, seen=1, now=clock.now(), actor=manager)
    assert (back.starts_at, back.guests.count(), back.sequence) == (at(10), 1, 2)
    with pytest.raises(AppointmentChanged):
        undo_appointment(appointment=row, seen=2, now=clock.now(), actor=manager)
    gone = cancel_appointment(appointment=row, seen=2, now=clock.now(), actor=manager)
    assert gone.is_cancelled
    again = undo_appointment(appointment=row, seen=3, now=clock.now(), actor=manager)
    assert not again.is_cancelled


def test_a_note_taken_back_is_called_off(client_for, manager):
    row = note(manager)
    url = reverse("agenda:appointment-undo", args=[row.pk, 0])
    client_for(manager).post(url)
    row.refresh_from_db()
    assert row.is_cancelled


def test_what_somebody_changed_meanwhile_is_not_overwritten(client_for, manager):
    row = note(manager)
    change_appointment(appointment=row, meeting=meeting(15), seen=0, now=clock.now(), actor=manager)
    answer = client_for(manager).post(
        reverse("agenda:appointment-edit", args=[row.pk]), form(manager, seen="0")
    )
    assert answer.status_code == 422
    assert "entre-temps" in answer.text


def test_a_view_asks_as_much_for_two_as_for_twenty(client_for, manager, query_count):
    client, counts = client_for(manager), []
    home = make_home("IDF")
    for number in (2, 20):
        for _ in range(number):
            make_deadline(DAY)
            note(manager, home_id=home.pk)
        with query_count() as counted:
            client.get(reverse("agenda:month"), {"jour": "2026-12-01"})
        counts.append(counted.value)
    assert counts[0] == counts[1]


def test_an_appointment_of_two_days_is_on_both(client_for, manager):
    note(manager, ends_at=at(11) + timedelta(days=1))
    text = client_for(manager).get(reverse("agenda:week"), {"jour": "2026-12-01"}).text
    assert text.count("Visite de la chaudière") == 2


def test_the_day_shows_ones_appointments_of_today_and_tomorrow(client_for, manager):
    """Those that are over, called off, later or of somebody else are not there."""
    for said in (
        {"hour": 8, "title": "Passé"},
        {"hour": 14, "title": "Cet après-midi", "place": "Montreuil"},
        {"hour": 9, "day": date(2026, 12, 2), "title": "Demain"},
        {"hour": 9, "day": date(2026, 12, 3), "title": "Après-demain"},
    ):
        note(manager, said.pop("hour"), **said)
    note(make_user(Role.GLA_MANAGER), 15, title="À quelqu'un d'autre")
    off = note(manager, 16, title="Annulé")
    cancel_appointment(appointment=off, seen=off.sequence, now=clock.now(), actor=manager)
    group = appointments_near(manager, DAY)
    assert [item.title for item in group.items] == ["Cet après-midi", "Demain"]
    assert group.items[0].why == "Visite à 14:00, Montreuil."
    assert "Mes rendez-vous" in client_for(manager).get(reverse("dashboard:today")).text


def test_the_sheet_of_a_person_shows_their_next_appointments(client_for, manager):
    """Those to come, by right: what is for its participants only is shown to nobody else."""
    person = make_contract(make_room()).holders.get().person
    for hour, said in ((9, {}), (11, {"is_private": True}), (14, {"day": DAY - timedelta(days=1)})):
        day = said.pop("day", DAY)
        note_appointment(
            meeting=meeting(hour, day, title=f"Point de {hour} h", person_id=person.pk, **said),
            now=clock.now(),
            actor=make_user(Role.SOCIAL_WORKER),
        )
    page = client_for(manager).get(reverse("residents:person-detail", args=[person.pk]))
    said = page.content.decode()
    assert [f"Point de {hour} h" in said for hour in (9, 11, 14)] == [True, False, False]
    assert f"{reverse('agenda:appointment-new')}?personne={person.pk}" in said


def test_the_sheet_of_a_home_shows_its_next_appointments(client_for, manager):
    home = make_home()
    note_appointment(meeting=meeting(home_id=home.pk), now=clock.now(), actor=manager)
    page = client_for(manager).get(reverse("colocations:home-detail", args=[home.pk]))
    assert "Visite de la chaudière" in page.content.decode()


def test_the_appointment_of_a_social_worker_is_theirs_unless_they_say_otherwise(client_for):
    forms = [
        client_for(make_user(role)).get(reverse("agenda:appointment-new")).context["form"]
        for role in (Role.SOCIAL_WORKER, Role.GLA_MANAGER)
    ]
    assert [bool(form.initial["is_private"]) for form in forms] == [True, False]


def test_a_sign_that_the_database_refuses_is_left_out_of_an_address(client_for, manager):
    """As people do not type it, pages need not each think of it."""
    paths = ["deadlines:deadline-list?q", "payments:bank-lines?q", "payments:payer-list?q"]
    for path in (*paths, "payments:caf-list?caf"):
        name, key = path.split("?")
        assert client_for(manager).get(reverse(name), {key: "a\0"}).status_code == 200
