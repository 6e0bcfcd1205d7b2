from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from caracol.core import clock
from caracol.jobs import execution, holding, services
from caracol.jobs.models import Job, PeriodRun
from caracol.jobs.periods import Daily, Monthly
from tests.jobs import kinds

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
RUN = "caracol.jobs.tasks.run"


def at(day, hour, minute=0):
    return datetime(2026, 10, day, hour, minute, tzinfo=PARIS)


def make(kind="test.fails", key="a"):
    return services.enqueue(kind=kind, dedup_key=key, payload={"key": key}, wakes=False)


def test_a_lost_message_is_sent_again_after_a_minute(messages):
    job = make()
    services.sweep()
    assert messages() == []
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        services.sweep()
        services.sweep()
    assert messages() == [(RUN, {"job_id": job.pk})]


def test_a_worker_that_starts_takes_up_everything_at_once(messages):
    job = make()
    services.sweep(every_job=True)
    assert messages() == [(RUN, {"job_id": job.pk})]


def test_what_is_put_off_is_left_in_peace(messages):
    job = make()
    services.run_now(job)
    services.sweep(every_job=True)
    assert messages() == []


def test_an_abandoned_job_is_sent_again_and_a_held_one_is_not(messages):
    job = make("test.alone")
    execution.claim(job.pk)
    services.sweep()
    assert messages() == []
    holding.let_go(job.pk)
    services.sweep()
    assert messages() == [(RUN, {"job_id": job.pk})]


def test_a_shared_job_short_of_workers_gets_help(messages):
    job = make("test.items")
    execution.claim(job.pk)
    services.sweep(every_job=True)
    assert messages() == [(RUN, {"job_id": job.pk})]


def test_a_job_whose_lease_is_over_is_sent_again(messages, settings):
    job = make("test.alone")
    execution.claim(job.pk)
    with time_machine.travel(clock.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS + 1)):
        services.sweep()
    assert messages() == [(RUN, {"job_id": job.pk})]


def test_a_nightly_job_starts_once_a_night(nightly):
    nightly()
    assert [job.payload["period"] for job in services.start_due_periods(now=at(20, 4))] == [
        "2026-10-20"
    ]
    assert services.start_due_periods(now=at(20, 23)) == []
    assert services.start_due_periods(now=at(21, 2, 29)) == []
    assert len(services.start_due_periods(now=at(21, 2, 30))) == 1


def test_three_days_without_clock_are_caught_up_over_the_change_of_hour(nightly):
    nightly()  # at 02:30, an hour that comes twice on 25 October 2026
    services.start_due_periods(now=at(23, 4))
    jobs = services.start_due_periods(now=at(26, 4))
    assert [job.payload["period"] for job in jobs] == ["2026-10-24", "2026-10-25", "2026-10-26"]
    assert services.start_due_periods(now=at(26, 5)) == []


def test_an_hour_that_does_not_exist_skips_no_night(nightly):
    nightly()  # 02:30 does not exist on 28 March 2027
    now = datetime(2027, 3, 27, 4, tzinfo=PARIS)
    services.start_due_periods(now=now)
    jobs = services.start_due_periods(now=datetime(2027, 3, 28, 3, 5, tzinfo=PARIS))
    assert [job.payload["period"] for job in jobs] == ["2027-03-28"]


def test_an_hour_that_comes_twice_starts_one_job(nightly):
    nightly()
    services.start_due_periods(now=at(24, 4))
    first = at(25, 2, 45)
    assert len(services.start_due_periods(now=first)) == 1
    assert services.start_due_periods(now=first.replace(fold=1)) == []


def test_catching_up_is_bounded_to_the_latest_periods(nightly):
    nightly(catch_up=2)
    services.start_due_periods(now=at(1, 4))
    jobs = services.start_due_periods(now=at(20, 4))
    assert [job.payload["period"] for job in jobs] == ["2026-10-19", "2026-10-20"]


def test_a_period_started_elsewhere_is_not_started_again(nightly):
    nightly()
    PeriodRun.objects.create(kind=kinds.PERIODIC, period=date(2026, 10, 20), created_at=clock.now())
    assert services.start_due_periods(now=at(20, 4)) == []
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("schedule", "now", "period"),
    [
        (Daily(), at(1, 3, 29), date(2026, 9, 30)),
        (Daily(), at(1, 3, 30), date(2026, 10, 1)),
        (Monthly(day=5), at(5, 3, 29), date(2026, 9, 1)),
        (Monthly(day=5), at(5, 3, 30), date(2026, 10, 1)),
        (Monthly(day=5), datetime(2026, 1, 2, tzinfo=PARIS), date(2025, 12, 1)),
    ],
)
def test_a_period_is_known_by_its_first_day(schedule, now, period):
    assert schedule.latest(now) == period
