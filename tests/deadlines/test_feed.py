"""The calendar that programs read: hours, days, changes, and nothing confidential."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from icalendar import Calendar

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.deadlines.enums import AppointmentKind, DeadlineAct
from caracol.deadlines.models import DeadlineEvent, FeedToken
from caracol.deadlines.services.appointments import (
    Meeting,
    cancel_appointment,
    change_appointment,
    note_appointment,
)
from caracol.deadlines.services.feeds import make_feed, revoke_feed
from tests.deadlines.reminding import SENSITIVE, close, kinds, make_deadline, make_rules
from tests.factories import make_person, make_user

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 12, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    cache.clear()
    with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=PARIS), tick=False), kinds():
        make_rules()
        yield
    cache.clear()


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER)


@pytest.fixture
def address(manager):
    return reverse("agenda:feed", args=[make_feed(user=manager, now=clock.now())])


def events(client, address):
    """The events of the feed by the beginning of their identifier."""
    calendar = Calendar.from_ical(client.get(address).content)
    return {str(event["uid"]).partition("@")[0]: event for event in calendar.walk("VEVENT")}


def meeting(starts_at, **said):
    return Meeting(
        **{
            "title": "Visite",
            "kind": AppointmentKind.VISIT,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=1),
            "place": "Montreuil",
            **said,
        }
    )


def note(actor, starts_at, **said):
    return note_appointment(meeting=meeting(starts_at, **said), now=clock.now(), actor=actor)


def test_a_deadline_is_a_day_and_an_appointment_has_its_hour(client, manager, address):
    deadline = make_deadline(DAY + timedelta(days=3))
    row = note(manager, datetime(2026, 12, 2, 9, 30, tzinfo=PARIS))
    found = events(client, address)
    day, hour = found[f"echeance-{deadline.pk}"], found[f"rendez-vous-{row.pk}"]
    assert day["dtstart"].dt == date(2026, 12, 4)
    assert day["dtend"].dt == date(2026, 12, 5)
    assert day["summary"].startswith("Fin du contrat · Amina")
    assert hour["dtstart"].params["TZID"] == "Europe/Paris"
    assert hour["dtstart"].dt == datetime(2026, 12, 2, 9, 30, tzinfo=PARIS)
    assert (hour["location"], hour["status"]) == ("Montreuil", "CONFIRMED")


@pytest.mark.parametrize("said", [{"person_id": 7}, {"contract_id": 9}])
def test_a_feed_names_nobody(client, manager, address, said):
    """A reference tells one line from another; the page tells the rest."""
    named = make_deadline(DAY, about="Serhat KARAKOÇLU · C23013", **said)
    bare = make_deadline(DAY, about="Serhat KARAKOÇLU", subject_id=12, **said)
    found = events(client, address)
    assert found[f"echeance-{named.pk}"]["summary"] == "Fin du contrat · réf. C23013"
    assert found[f"echeance-{bare.pk}"]["summary"] == f"Fin du contrat · réf. {bare.pk}"


def test_a_free_label_that_names_a_resident_leaves_a_reference(client, manager, address):
    """Works in a room, or what an owner must do, are labelled as somebody typed it."""
    make_person(first_name="Zéphyrine", last_name="Haddad")
    works = make_deadline(DAY, about="Fuite chez Mme HADDAD · Montreuil")
    plain = make_deadline(DAY, about="Fuite au plafond · Montreuil")
    found = events(client, address)
    assert found[f"echeance-{works.pk}"]["summary"] == f"Fin du contrat · réf. {works.pk}"
    assert found[f"echeance-{plain.pk}"]["summary"].endswith("Fuite au plafond · Montreuil")


def test_an_appointment_rings_an_hour_before_unless_called_off(client, manager, address):
    row = note(manager, datetime(2026, 12, 2, 9, 30, tzinfo=PARIS))
    alarm = events(client, address)[f"rendez-vous-{row.pk}"].walk("VALARM")[0]
    assert alarm["trigger"].dt == timedelta(hours=-1)
    cancel_appointment(appointment=row, seen=row.sequence, now=clock.now(), actor=manager)
    assert events(client, address)[f"rendez-vous-{row.pk}"].walk("VALARM") == []


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (datetime(2027, 3, 27, 9), 8),  # the day before summer time
        (datetime(2027, 3, 28, 9), 7),
        (datetime(2027, 10, 30, 9), 7),
        (datetime(2027, 10, 31, 9), 8),  # winter time again
    ],
)
def test_an_hour_stays_the_hour_when_clocks_change(client, manager, address, local, utc):
    row = note(manager, local.replace(tzinfo=PARIS))
    raw = client.get(address).content
    event = events(client, address)[f"rendez-vous-{row.pk}"]
    assert f"DTSTART;TZID=Europe/Paris:{local:%Y%m%dT%H%M%S}".encode() in raw
    # As a program reads it that knows the rule of the file alone.
    zone = Calendar.from_ical(raw).walk("VTIMEZONE")[0].to_tz(lookup_tzid=False)
    assert local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).hour == utc
    assert event["dtstart"].dt.astimezone(ZoneInfo("UTC")).hour == utc


def test_a_change_has_a_greater_version_under_the_same_identifier(client, manager, address):
    row = note(manager, datetime(2026, 12, 2, 9, tzinfo=PARIS), guests=(manager.pk,))
    first = events(client, address)[f"rendez-vous-{row.pk}"]
    with time_machine.travel(datetime(2026, 12, 1, 10, tzinfo=PARIS), tick=False):
        moved = meeting(datetime(2026, 12, 3, 9, tzinfo=PARIS))
        change_appointment(appointment=row, meeting=moved, seen=0, now=clock.now(), actor=manager)
        second = events(client, address)[f"rendez-vous-{row.pk}"]
    assert first["uid"] == second["uid"]
    assert second["sequence"] > first["sequence"]
    assert second["last-modified"].dt > first["last-modified"].dt
    with time_machine.travel(datetime(2026, 12, 1, 11, tzinfo=PARIS), tick=False):
        cancel_appointment(appointment=row, seen=1, now=clock.now(), actor=manager)
        third = events(client, address)[f"rendez-vous-{row.pk}"]
    assert (third["status"], third["sequence"]) == ("CANCELLED", 2)


def test_a_deadline_that_moves_or_is_settled_says_so_for_sixty_days(client, manager, address):
    deadline, old = make_deadline(DAY), make_deadline(DAY - timedelta(days=90))
    for act in (DeadlineAct.OPENED, DeadlineAct.MOVED):
        DeadlineEvent.objects.create(deadline=deadline, act=act, to_on=DAY)
    assert events(client, address)[f"echeance-{deadline.pk}"]["sequence"] == 2
    close(deadline, DAY)
    close(old, DAY - timedelta(days=61))
    DeadlineEvent.objects.create(deadline=deadline, act=DeadlineAct.CLOSED, from_on=DAY)
    found = events(client, address)
    assert found[f"echeance-{deadline.pk}"]["status"] == "CANCELLED"
    assert found[f"echeance-{deadline.pk}"]["sequence"] == 3
    assert f"echeance-{old.pk}" not in found


def test_nothing_confidential_leaves(client, manager, address):
    make_deadline(DAY, kind=SENSITIVE, about="Amina DIALLO")
    make_deadline(DAY, kind="tests.unknown", about="Secret")
    person = make_person("Confidentielle")
    note(manager, datetime(2026, 12, 2, 9, tzinfo=PARIS), person_id=person.pk)
    text = client.get(address).content.decode()
    assert "DIALLO" not in text
    assert "Titre de séjour" in text  # the kind alone
    assert "Secret" not in text
    assert "Confidentielle" not in text


def test_only_ones_own_business_is_on_it(client, manager, address):
    make_deadline(DAY, code="HDF")
    make_deadline(DAY, assignee=make_user(Role.GLA_MANAGER))
    note(make_user(Role.GLA_MANAGER), datetime(2026, 12, 2, 9, tzinfo=PARIS))
    assert events(client, address) == {}


def test_it_answers_as_programs_expect(client, manager, address):
    make_deadline(DAY)
    answer = client.get(address)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer.headers["Cache-Control"]
    etag = answer.headers["ETag"]
    same = client.get(address, headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    make_deadline(DAY)
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
    assert b"\r\n" in answer.content
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


def test_each_reading_is_written(client, manager, address):
    make_deadline(DAY)
    client.get(address)
    line = AccessRecord.objects.get(page="agenda:feed")
    assert (line.user, line.rows, line.action) == (manager, 1, "EXPORT")
    assert FeedToken.objects.get().read_at == clock.now()


def test_revoked_or_gone_there_is_nothing(client, manager, address):
    assert client.get(address).status_code == 200
    manager.is_active = False
    manager.save()
    assert client.get(address).status_code == 404
    manager.is_active = True
    manager.save()
    revoke_feed(user=manager, now=clock.now())
    assert client.get(address).status_code == 404
    assert client.get(reverse("agenda:feed", args=["hasard"])).status_code == 404


def test_without_a_role_there_is_nothing(client):
    user = make_user(None)
    address = reverse("agenda:feed", args=[make_feed(user=user, now=clock.now())])
    assert client.get(address).status_code == 404


def test_a_new_address_replaces_the_one_before_and_only_its_trace_is_kept(client, manager, address):
    other = reverse("agenda:feed", args=[make_feed(user=manager, now=clock.now())])
    assert client.get(address).status_code == 404
    assert client.get(other).status_code == 200
    secret = other.rpartition("/")[2].removesuffix(".ics")
    assert not FeedToken.objects.filter(digest__contains=secret).exists()
    assert FeedToken.objects.count() == 2


def test_it_is_shown_once_then_made_anew_or_revoked_from_ones_page(client_for, client, manager):
    own = client_for(manager)
    shown = own.post(reverse("agenda:feed-make"), follow=True).text
    assert "/agenda/flux/" in shown.partition("Copiez")[2]
    assert "Copiez" not in own.get(reverse("agenda:reminders")).text
    own.post(reverse("agenda:feed-revoke"))
    assert "Aucune adresse" in own.get(reverse("agenda:reminders")).text


def test_who_guesses_or_asks_without_end_must_wait(client, manager, address, monkeypatch):
    monkeypatch.setattr("caracol.deadlines.feed_views.READINGS_AN_HOUR", 2)
    monkeypatch.setattr("caracol.deadlines.feed_views.GUESSES_AN_HOUR", 2)
    codes = [client.get(address).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    wrong = reverse("agenda:feed", args=["hasard"])
    assert [client.get(wrong).status_code for _ in range(3)] == [404, 404, 429]


def test_it_asks_as_much_for_two_as_for_twenty(client, manager, address, query_count):
    client.get(address)  # the first reading is noted
    counts = []
    for number in (2, 20):
        for _ in range(number):
            make_deadline(DAY)
            note(manager, datetime(2026, 12, 2, 9, tzinfo=PARIS))
        with query_count() as counted:
            client.get(address)
        counts.append(counted.value)
    assert counts[0] == counts[1]


def test_an_appointment_whose_words_name_a_resident_says_its_kind_only(client, manager, address):
    """What was typed freely does not tell a foreign server who somebody is, nor where they live."""
    make_person(first_name="Zéphyrine", last_name="Haddad")
    starts_at = datetime(2026, 12, 2, 9, tzinfo=PARIS)
    row = note(manager, starts_at, title="Visite chez zephyrine", place="Chambre HADDAD")
    event = events(client, address)[f"rendez-vous-{row.pk}"]
    assert (event["summary"], "location" in event) == (
        event["categories"].to_ical().decode(),
        False,
    )


def test_an_appointment_with_somebody_leaves_neither_its_words_nor_its_place(
    client, manager, address
):
    """Why one meets somebody, and where, may tell what they live through."""
    person = make_person()
    starts_at = datetime(2026, 12, 2, 9, tzinfo=PARIS)
    said = {"kind": AppointmentKind.MEETING, "title": "Audience", "place": "Hôpital"}
    row = note(manager, starts_at, person_id=person.pk, guests=(manager.pk,), **said)
    event = events(client, address)[f"rendez-vous-{row.pk}"]
    assert (event["summary"], "location" in event) == ("Entretien", False)
    assert event.walk("VALARM")[0]["description"] == "Entretien"
