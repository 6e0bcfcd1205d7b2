"""The clock: what ran, what is next, what was missed, and how it is run again."""

import json
from datetime import date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.jobs import clockwork, services
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job, PeriodRun
from caracol.jobs.periods import Daily, Monthly
from tests.factories import EVERYWHERE, make_user
from tests.jobs import kinds

PARIS = ZoneInfo("Europe/Paris")

pytestmark = pytest.mark.django_db


@pytest.fixture
def director():
    return make_user(Role.DIRECTOR, EVERYWHERE)


@pytest.fixture(autouse=True)
def nightly_at_half_past_two(nightly):
    nightly()


def at(day, hour, minute=0):
    return datetime(2026, 10, day, hour, minute, tzinfo=PARIS)


def turn(now):
    return clockwork.turns(now)[0]


def run(now):
    with time_machine.travel(now, tick=False):
        for job in services.start_due_periods():
            services.run_now(job)


def command(*arguments):
    out = StringIO()
    code = 0
    try:
        call_command("jobs", *arguments, "--json", stdout=out, stderr=StringIO())
    except SystemExit as end:
        code = end.code
    return code, json.loads(out.getvalue().splitlines()[-1])


@pytest.mark.parametrize(
    ("schedule", "period", "moment", "following"),
    [
        (Daily(time(2, 30)), date(2026, 10, 20), at(20, 2, 30), date(2026, 10, 21)),
        (Daily(time(2, 30)), date(2026, 10, 31), at(31, 2, 30), date(2026, 11, 1)),
        (Monthly(5, time(6)), date(2026, 10, 1), at(5, 6), date(2026, 11, 1)),
        (Monthly(), date(2026, 12, 1), None, date(2027, 1, 1)),
    ],
)
def test_a_period_has_its_moment_and_the_next_one(schedule, period, moment, following):
    assert moment in (None, schedule.moment(period))
    assert schedule.after(period) == following
    assert schedule.before(following) == period


def test_it_tells_when_it_ran_and_when_it_runs_next():
    run(at(20, 2, 31))
    found = turn(at(20, 9))
    assert (found.period, found.words, found.is_missed) == (date(2026, 10, 20), "Terminé", False)
    assert found.next_at == at(21, 2, 30)
    assert found.seconds == 1


def test_a_beat_missed_is_noticed_a_quarter_of_an_hour_later():
    run(at(20, 2, 31))
    assert not turn(at(21, 2, 40)).is_missed
    assert turn(at(21, 2, 50)).is_missed
    run(at(21, 9))
    assert not turn(at(21, 9)).is_missed


def test_what_never_ran_is_not_missed():
    assert (turn(at(20, 9)).is_missed, turn(at(20, 9)).words) == (False, "Jamais lancé")


def test_days_that_nobody_caught_up_are_listed():
    run(at(18, 9))
    PeriodRun.objects.create(kind=kinds.PERIODIC, period=date(2026, 10, 21), created_at=at(21, 9))
    assert turn(at(21, 12)).skipped == [date(2026, 10, 20), date(2026, 10, 19)]


def test_health_of_each_process_is_open_to_machines(client, messages):
    assert client.get("/healthz").content == b"ok\n"
    for name in ("worker", "beat"):
        silent = client.get(f"/healthz/{name}")
        assert (silent.status_code, silent.content) == (503, b"silent\n")
        services.beat(name=f"{name} a", role=name)
        assert client.get(f"/healthz/{name}").status_code == 200
    PeriodRun.objects.create(kind=kinds.PERIODIC, period=date(2020, 1, 1), created_at=clock.now())
    with time_machine.travel(at(20, 9)):
        services.beat(name="beat a", role="beat")
        missed = client.get("/healthz/beat")
    assert (missed.status_code, missed.content) == (503, b"missed test.nightly\n")
    assert client.get("/healthz/other").status_code in (302, 404)


def test_the_page_and_todays_work_tell_the_direction(client_for, director):
    run(at(20, 2, 31))
    with time_machine.travel(at(21, 9), tick=False):
        services.beat(name="worker a", role="worker")
        services.beat(name="beat a", role="beat")
        text = client_for(director).get(reverse("jobs:clock")).text
        assert "Manqué" in text
        assert "En vie" in text
        today = client_for(director).get(reverse("dashboard:today")).text
        assert "Ce que l&#x27;horloge a manqué" in today
        manager = client_for(make_user(Role.GLA_MANAGER))
        assert "horloge" not in manager.get(reverse("dashboard:today")).text
        assert "Lancer" not in manager.get(reverse("jobs:clock")).text
        health = client_for(director).get("/healthz/deep").json()
        assert health["problems"] == ["L'horloge a manqué un passage : Nuit."]


def test_a_missed_one_is_run_from_the_page_then_once_more(client_for, director, messages):
    run(at(20, 2, 31))
    url = reverse("jobs:clock-run")
    with time_machine.travel(at(21, 9), tick=False):
        client = client_for(director)
        client.post(url, {"kind": kinds.PERIODIC})
        job = Job.objects.latest("pk")
        assert (job.payload, job.requested_by) == ({"period": "2026-10-21"}, None)
        assert "rien à relancer" in client.post(url, {"kind": kinds.PERIODIC}, follow=True).text
        services.run_now(job)
        client.post(url, {"kind": kinds.PERIODIC})
        again = Job.objects.latest("pk")
        assert (again.dedup_key, again.requested_by) == (
            "test.nightly:2026-10-21:again:1",
            director,
        )
        assert "n&#x27;existe pas" in client.post(url, {"kind": "test.fails"}, follow=True).text
        assert client_for(make_user(Role.GLA_MANAGER)).post(url, {"kind": "x"}).status_code == 403


def test_the_command_lists_what_ran_and_what_failed():
    run(clock.now())
    failed = services.enqueue(kind="test.refused", dedup_key="r")
    services.run_now(failed)
    code, facts = command()
    assert code == 0
    assert [(job["kind"], job["state"]) for job in facts["jobs"]] == [
        ("test.refused", "FAILED"),
        ("test.nightly", "DONE"),
    ]
    assert facts["jobs"][0]["error"] == "Ce mois est fermé."
    _code, facts = command("--failed")
    assert [job["kind"] for job in facts["jobs"]] == ["test.refused"]
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert command()[1]["jobs"] == []


def test_the_command_runs_a_job_again():
    run(clock.now())
    done = Job.objects.get()
    code, facts = command("--run-again", str(done.pk), "--here")
    assert (code, facts["job"]["state"]) == (0, "DONE")
    assert facts["job"]["id"] != done.pk
    failed = services.enqueue(kind="test.refused", dedup_key="r")
    assert command("--run-again", str(failed.pk))[0] == 2  # it waits its turn
    services.run_now(failed)
    code, facts = command("--run-again", str(failed.pk), "--here")
    assert (code, facts["job"]["id"], facts["job"]["state"]) == (1, failed.pk, JobState.FAILED)
    code, facts = command("--run-again", "999999")
    assert code == 2
    assert "manage.py jobs" in facts["errors"][0]["message"]
