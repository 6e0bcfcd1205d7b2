"""Reminders and real processes: a worker killed in mid-digest, two workers at once."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.models import Reminder
from caracol.deadlines.registry import TASK
from caracol.deadlines.services.reminding import LOCK_CLASS, send_reminders
from caracol.jobs import services
from caracol.jobs.enums import JobState
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from tests.deadlines.reminding import make_deadline
from tests.factories import make_user
from tests.helpers.smtp import smtp_server
from tests.jobs.conftest import job_site_in, wait_for

DAY = date(2026, 12, 1)
PEOPLE = 8


def make_team():
    """Some managers who share a task of that day."""
    people = [
        make_user(Role.GLA_MANAGER, email=f"rappel{number}@example.org") for number in range(PEOPLE)
    ]
    make_deadline(DAY, kind=TASK, about="Relever les compteurs", role=Role.GLA_MANAGER)
    return people


def hold(user):
    """Keep a person's lock, so that whoever reminds them waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, user.pk])


def let_go(user):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, user.pk])


def is_over(job):
    job.refresh_from_db()
    return job.state == JobState.DONE


def test_a_worker_killed_in_mid_digest_sends_each_mail_once(tmp_path, django_db_blocker):
    with smtp_server() as server:
        variables = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "SMTP_SECURITY": "none",
        }
        with (
            job_site_in(tmp_path / "site", django_db_blocker, **variables) as site,
            site.database(),
        ):
            people = make_team()
            hold(people[5])
            with transaction.atomic():
                job = services.enqueue(
                    kind="test.reminders", dedup_key="crash", payload={"on": DAY.isoformat()}
                )
            wait_for(lambda: Reminder.objects.count() == 5)
            site.kill_worker()
            let_go(people[5])
            assert Reminder.objects.count() == MailOut.objects.count() == 5
            site.start_worker()
            wait_for(lambda: is_over(job), seconds=40)
            assert Reminder.objects.count() == PEOPLE
            # The hour at which people may be reached has come.
            MailOut.objects.filter(state=MailState.QUEUED).update(next_attempt_at=clock.now())
            wait_for(
                lambda: MailOut.objects.filter(state=MailState.SENT).count() == PEOPLE, seconds=40
            )
        wanted = sorted(f"rappel{number}@example.org" for number in range(PEOPLE))
        assert sorted(message["to"] for message in server.accepted) == wanted


@pytest.mark.usefixtures("real_db")
def test_two_workers_at_once_remind_each_person_once():
    make_team()
    barrier, done = threading.Barrier(3), []

    def remind():
        barrier.wait()
        done.append(send_reminders(on=DAY))
        connection.close()

    threads = [threading.Thread(target=remind) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each.emails for each in done) == MailOut.objects.count() == PEOPLE
    assert Reminder.objects.count() == PEOPLE
