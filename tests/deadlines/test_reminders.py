"""Reminders of the team: who is told of what, once, in which words, at what hour."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.enums import AppointmentKind, DeadlineAct, Digest, ReminderCause
from caracol.deadlines.models import (
    Deadline,
    DeadlineEvent,
    DeadlineRule,
    Reminder,
    ReminderPreference,
    StandIn,
)
from caracol.deadlines.registry import TASK
from caracol.deadlines.services.appointments import Meeting, note_appointment
from caracol.deadlines.services.reminding import Reminded, open_moment, send_reminders
from caracol.notifications.models import MailOut
from tests.deadlines.reminding import AIDED, SENSITIVE, kinds, make_deadline, make_rules
from tests.factories import EVERYWHERE, make_person, make_user

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 12, 1)  # a Tuesday

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning():
    """Half past five on that day, with two kinds of deadlines."""
    with time_machine.travel(datetime(2026, 12, 1, 5, 30, tzinfo=PARIS), tick=False), kinds():
        make_rules()
        yield


@pytest.fixture
def manager():
    return make_user(Role.GLA_MANAGER, email="responsable@example.org", first_name="Claire")


def after(days):
    return DAY + timedelta(days=days)


def told(user=None):
    rows = Reminder.objects.order_by("pk")
    rows = rows.filter(user=user) if user else rows
    return list(rows.values_list("deadline_id", "cause", "lead"))


def mails(user):
    return list(MailOut.objects.filter(recipient=user.email).order_by("pk"))


def test_a_lead_that_has_come_is_told_once(manager):
    first = make_deadline(after(20))
    make_deadline(after(40))
    assert send_reminders(on=DAY) == Reminded(emails=1, reminders=1)
    assert told() == [(first.pk, ReminderCause.LEAD, 30)]
    assert send_reminders(on=DAY) == Reminded()
    assert send_reminders(on=after(1)) == Reminded()


def test_the_command_says_how_many_and_none_the_second_time(manager, capsys):
    make_deadline(after(7))
    call_command("send_reminders", "--on", "2026-12-01", "--json")
    call_command("send_reminders", "--on", "2026-12-01", "--json")
    first, second = capsys.readouterr().out.splitlines()
    assert (first, second) == (
        '{"emails": 1, "reminders": 1}',
        '{"emails": 0, "reminders": 0}',
    )


def test_of_the_leads_passed_only_the_last_is_told(manager):
    deadline = make_deadline(after(5))
    send_reminders(on=DAY)
    assert told() == [(deadline.pk, ReminderCause.LEAD, 7)]


def test_another_day_is_told_anew(manager):
    deadline = make_deadline(after(20))
    send_reminders(on=DAY)
    Deadline.objects.filter(pk=deadline.pk).update(due_on=after(25))
    assert send_reminders(on=after(1)).reminders == 1


def test_it_walks_from_the_first_lead_to_the_relay_like_the_table(manager):
    director = make_user(Role.DIRECTOR, EVERYWHERE)
    deadline = make_deadline(date(2027, 1, 8))  # a Friday
    walked = {}
    for number in range(60):
        day = after(number)
        with time_machine.travel(datetime.combine(day, datetime.min.time(), PARIS), tick=False):
            send_reminders(on=day)
        for row in Reminder.objects.filter(told_on=day).order_by("pk"):
            walked.setdefault((f"{day:%d/%m}", row.cause, row.lead), []).append(row.user_id)
    everybody, alone = sorted([manager.pk, director.pk]), [director.pk]
    assert {key: sorted(users) for key, users in walked.items()} == {
        ("09/12", "LEAD", 30): everybody,
        ("04/01", "LEAD", 7): everybody,  # the 1st is a day of rest
        ("11/01", "LATE", 0): everybody,
        ("13/01", "RELAY", 5): alone,
    }
    assert deadline.reminders.count() == 7


def test_nothing_is_told_on_days_of_rest_and_the_next_working_day_tells(manager):
    make_deadline(date(2027, 1, 24))  # 30 days before is Christmas
    assert send_reminders(on=date(2026, 12, 25)) == Reminded()
    assert send_reminders(on=date(2026, 12, 27)) == Reminded()
    assert send_reminders(on=date(2026, 12, 28)).reminders == 1


def test_put_off_or_closed_nobody_is_told(manager):
    make_deadline(after(5), snoozed_until=after(3), snooze_reason="attendre")
    assert send_reminders(on=DAY) == Reminded()
    assert send_reminders(on=after(3)).reminders == 1


def test_confided_to_somebody_it_is_theirs_alone(manager):
    other = make_user(Role.GLA_MANAGER)
    make_deadline(after(5), assignee=other)
    send_reminders(on=DAY)
    assert (len(mails(other)), mails(manager)) == (1, [])


def test_only_who_sees_it_is_told(manager):
    lille = make_user(Role.GLA_MANAGER, "HDF")
    worker = make_user(Role.SOCIAL_WORKER)
    gone = make_user(Role.GLA_MANAGER, is_active=False)
    make_deadline(after(5))
    assert send_reminders(on=DAY).emails == 1
    assert [mails(user) for user in (lille, worker, gone)] == [[], [], []]


def test_a_stand_in_is_told_of_what_is_the_absents(manager):
    absent = make_user(Role.GLA_MANAGER, first_name="Amadou", last_name="Parti")
    StandIn.objects.create(
        absent=absent, stand_in=manager, starts_on=DAY, ends_on=after(5), created_by=manager
    )
    make_deadline(after(5), assignee=absent)
    assert send_reminders(on=DAY).emails == 2
    assert "pour Amadou Parti" in mails(manager)[0].text_body
    make_deadline(after(5), code="HDF", assignee=absent)  # the stand-in does not see it
    assert send_reminders(on=after(1)).emails == 0


def test_what_is_late_or_due_today_is_told_at_once_by_its_own_mail(manager):
    make_deadline(after(0))
    make_deadline(after(-3))
    make_deadline(after(6))
    assert send_reminders(on=DAY) == Reminded(emails=2, reminders=3)
    urgent, digest = mails(manager)
    assert urgent.subject == "2 échéances urgentes"
    assert digest.subject == "Vos échéances du mardi 1er\N{NO-BREAK SPACE}décembre 2026"
    assert digest.text_body.index("EN RETARD") < digest.text_body.index("AUJOURD'HUI")
    assert digest.text_body.index("AUJOURD'HUI") < digest.text_body.index("CETTE SEMAINE")


def test_what_becomes_urgent_in_the_day_has_another_mail(manager):
    make_deadline(after(-1))
    send_reminders(on=DAY)
    make_deadline(after(-1))
    make_deadline(after(6))
    assert send_reminders(on=DAY, urgent_only=True) == Reminded(emails=1, reminders=1)
    assert len(mails(manager)) == 2


def test_a_relay_waits_as_long_as_somebody_acts(manager):
    director = make_user(Role.DIRECTOR, EVERYWHERE)
    deadline = make_deadline(after(-10), assignee=manager)
    DeadlineEvent.objects.create(
        deadline=deadline,
        act=DeadlineAct.COMMENTED,
        by=manager,
        text="Appelé",
        at=datetime(2026, 11, 28, 9, tzinfo=PARIS),
    )
    send_reminders(on=after(1))
    assert mails(director) == []
    send_reminders(on=after(2))
    assert [mail.subject for mail in mails(director)] == ["Une échéance à reprendre"]


def test_put_off_past_its_day_the_relay_is_told_all_the_same(manager):
    director = make_user(Role.DIRECTOR, EVERYWHERE)
    row = make_deadline(after(-10), snoozed_until=after(20), snooze_reason="attendre")
    DeadlineEvent.objects.create(
        deadline=row, act=DeadlineAct.SNOOZED, by=manager, at=datetime(2026, 11, 30, tzinfo=PARIS)
    )
    send_reminders(on=DAY)
    assert [mail.subject for mail in mails(director)] == ["Une échéance à reprendre"]
    assert mails(manager) == []


def test_who_only_sees_a_line_has_no_mail_of_it(manager):
    DeadlineRule.objects.update(audience=["GLA_MANAGER", "DIRECTOR", "SOCIAL_WORKER"])
    worker = make_user(Role.SOCIAL_WORKER)
    make_deadline(after(5))
    make_deadline(after(-1))
    send_reminders(on=DAY)
    assert mails(worker) == []
    assert len(mails(manager)) == 2


def test_who_wants_no_digest_still_has_what_is_urgent(manager):
    ReminderPreference.objects.create(user=manager, digest=Digest.NONE)
    make_deadline(after(5))
    assert send_reminders(on=DAY) == Reminded()
    make_deadline(after(-1))
    assert send_reminders(on=DAY) == Reminded(emails=1, reminders=1)


def test_who_wants_one_each_day_has_one_with_nothing_in_it(manager):
    ReminderPreference.objects.create(user=manager, digest=Digest.DAILY, hour=9)
    assert send_reminders(on=DAY) == Reminded(emails=1, reminders=0)
    assert send_reminders(on=DAY) == Reminded()
    assert "Rien ne vous attend" in mails(manager)[0].text_body


def test_it_leaves_at_the_hour_chosen(manager):
    ReminderPreference.objects.create(user=manager, hour=9)
    make_deadline(after(5))
    make_deadline(after(-1))
    send_reminders(on=DAY)
    urgent, digest = (mail.next_attempt_at.astimezone(PARIS) for mail in mails(manager))
    assert (urgent.hour, urgent.minute) == (8, 0)
    assert (digest.hour, digest.day) == (9, 1)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (datetime(2026, 12, 1, 5), datetime(2026, 12, 1, 8)),
        (datetime(2026, 12, 1, 12), datetime(2026, 12, 1, 12)),
        (datetime(2026, 12, 4, 21), datetime(2026, 12, 7, 8)),
        (datetime(2026, 12, 5, 6), datetime(2026, 12, 7, 8)),
        (datetime(2026, 12, 25, 10), datetime(2026, 12, 28, 8)),
        (datetime(2027, 3, 26, 22), datetime(2027, 3, 30, 8)),  # Easter, and summer time
    ],
)
def test_the_team_is_reached_in_working_hours(moment, opens):
    assert open_moment(moment.replace(tzinfo=PARIS)) == opens.replace(tzinfo=PARIS)


def test_nothing_confidential_is_in_an_email(manager):
    make_deadline(after(5), kind=SENSITIVE, about="Amina DIALLO")
    make_deadline(after(-1), kind=SENSITIVE, about="Amina DIALLO")
    send_reminders(on=DAY)
    for mail in mails(manager):
        for body in (mail.text_body, mail.html_body, mail.subject):
            assert "DIALLO" not in body
            assert "séjour" not in body.lower()
            assert "titres" not in body
        assert "Une échéance confidentielle" in mail.text_body
        assert "/echeances/suivi/" in mail.html_body


def test_nobody_is_named_beside_an_aid(manager):
    make_deadline(after(5), kind=AIDED, person_id=7)
    make_deadline(after(5), kind=AIDED, about="Juillet 2026")
    send_reminders(on=DAY)
    text = mails(manager)[0].text_body
    assert "Départ à déclarer à la CAF" in text
    assert "DIALLO" not in text
    assert "Juillet 2026" in text


def test_a_task_about_somebody_is_confidential_and_another_is_not(manager):
    make_deadline(after(0), kind=TASK, about="Appeler pour sa santé", person_id=7, owner=manager)
    make_deadline(after(0), kind=TASK, about="Commander des clés", owner=manager)
    send_reminders(on=DAY)
    text = mails(manager)[0].text_body
    assert "santé" not in text
    assert "Commander des clés" in text


def test_a_kind_that_is_not_followed_tells_nothing(manager):
    make_deadline(after(5))
    DeadlineRule.objects.update(is_enabled=False)
    assert send_reminders(on=DAY) == Reminded()


def test_as_many_queries_for_two_deadlines_as_for_twenty(manager, query_count):
    counts = []
    for day, number in ((DAY, 2), (after(1), 20)):
        for _ in range(number):
            make_deadline(day + timedelta(days=6))
            make_deadline(day - timedelta(days=6))
        with query_count() as counted:
            send_reminders(on=day)
        counts.append(counted.value)
    assert counts[0] == counts[1]


def test_each_person_costs_the_same_few_queries(manager, query_count):
    counts = []
    for day, more in ((DAY, 1), (after(1), 6), (after(2), 6)):
        for _ in range(more):
            make_user(Role.GLA_MANAGER)
        make_deadline(day + timedelta(days=6))
        with query_count() as counted:
            send_reminders(on=day)
        counts.append(counted.value)
    each = [(counts[1] - counts[0]) / 6, (counts[2] - counts[1]) / 6]
    assert each[0] == each[1] <= 20


def test_a_person_chooses_how_to_be_reminded(client_for, manager):
    client = client_for(manager)
    assert "Mes rappels" in client.get(reverse("agenda:reminders")).text
    client.post(reverse("agenda:reminders"), {"digest": "DAILY", "hour": "10"})
    own = ReminderPreference.objects.get(user=manager)
    assert (own.digest, own.hour) == (Digest.DAILY, 10)
    refused = client.post(reverse("agenda:reminders"), {"digest": "DAILY", "hour": "3"})
    assert refused.status_code == 422


def test_the_digest_says_the_days_appointments_without_whom(manager):
    """What the day holds is told; whom one meets and why stays in the house."""
    ReminderPreference.objects.create(user=manager, digest=Digest.DAILY, hour=9)
    for kind, hour in ((AppointmentKind.VISIT, 10), (AppointmentKind.MEETING, 14)):
        starts_at = datetime(2026, 12, 1, hour, tzinfo=PARIS)
        said = Meeting("Point titre de Yusuf", kind, starts_at, starts_at + timedelta(hours=1))
        note_appointment(meeting=said, now=clock.now(), actor=manager)
    send_reminders(on=DAY)
    text = mails(manager)[0].text_body
    assert "VOS RENDEZ-VOUS DU JOUR" in text
    assert text.index("Visite") < text.index("Rendez-vous : 14")
    assert "Yusuf" not in text


def test_a_task_whose_words_name_a_resident_is_confidential(manager):
    """The name was typed freely, whole or in part, with or without accents."""
    make_person(first_name="Zéphyrine", last_name="El Haddad")
    for about in ("Rappeler zephyrine", "Clé de M. HADDAD", "Commander des clés"):
        make_deadline(after(0), kind=TASK, about=about, owner=manager)
    send_reminders(on=DAY)
    text = mails(manager)[0].text_body
    assert [word in text for word in ("zephyrine", "HADDAD", "Commander")] == [False, False, True]


def test_a_mail_names_or_counts_all_that_it_notes_as_told(manager):
    """However many they are: what is noted as told is not told again."""
    for number in range(40):
        make_deadline(after(5), about=f"Maison {number}")
        make_deadline(after(5), kind=SENSITIVE)
    send_reminders(on=DAY)
    text = mails(manager)[0].text_body
    assert all(f"Maison {number}\n" in text.replace(" :", "\n") for number in range(40))
    assert "40 échéances confidentielles" in text
    assert Reminder.objects.filter(user=manager).count() == 80
