from datetime import timedelta

import pytest
import time_machine
from celery.exceptions import SoftTimeLimitExceeded

from caracol.accounts.models import User
from caracol.core import clock
from caracol.jobs import execution, holding, services
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from caracol.jobs.registry import handler_of
from caracol.jobs.work import LeaseLost, Work
from tests.jobs import kinds

pytestmark = pytest.mark.django_db


def make(kind, *, key="a", items=0, **payload):
    if items:
        kinds.make_items(key, items)
    return services.enqueue(
        kind=kind, dedup_key=f"{kind}:{key}", payload={"key": key, **payload}, total=items
    )


def after(**delay):
    return time_machine.travel(clock.now() + timedelta(**delay), tick=True)


def test_a_job_is_done_when_nothing_remains():
    job = services.run_now(make("test.items", items=3))
    assert (job.state, job.progress, job.total, job.attempts) == (JobState.DONE, 3, 3, 1)
    assert kinds.done_items("a") == 3
    assert job.finished_at is not None
    assert job.lease_until is None


def test_a_done_job_is_not_run_again(tmp_path):
    job = make("test.items", items=3, log=str(tmp_path / "log"))
    assert execution.execute(job.pk)
    assert not execution.execute(job.pk)
    assert len((tmp_path / "log").read_text().splitlines()) == 3


def test_what_comes_out_is_written_once_with_the_end_of_the_job(tmp_path):
    job = make("test.alone", items=2, log=str(tmp_path / "log"))
    execution.execute(job.pk)
    execution.execute(job.pk)
    job.refresh_from_db()
    assert job.result == {"message": "Tout est fait.", "links": []}
    assert (tmp_path / "log").read_text().count("finish") == 1


def test_a_refusal_of_the_domain_ends_the_job_with_its_french_sentence():
    job = services.run_now(make("test.refused"))
    assert (job.state, job.error) == (JobState.FAILED, "Ce mois est fermé.")


def test_an_unexpected_error_is_tried_again_later_and_shows_nothing_personal(caplog):
    job = services.run_now(make("test.fails"))
    assert job.state == JobState.PENDING
    assert "inattendue" in job.error
    assert "Untel" not in job.error
    assert job.next_attempt_at > clock.now()
    assert not execution.execute(job.pk)
    with after(seconds=11):
        assert execution.execute(job.pk)


def test_a_job_that_keeps_failing_is_given_up_after_its_attempts():
    job = make("test.fails")
    for _ in range(5):
        job = services.run_now(job)
    assert (job.state, job.attempts) == (JobState.DEAD, 3)


def test_a_kind_nobody_knows_any_more_waits_then_is_given_up():
    job = make("test.fails")
    Job.objects.update(kind="test.gone", max_attempts=2)
    for _ in range(3):
        execution.execute(job.pk, at_once=True)
    job.refresh_from_db()
    assert job.state == JobState.DEAD


def test_a_held_job_is_left_to_its_worker():
    job = make("test.alone", items=1)
    assert execution.claim(job.pk) is not None
    assert execution.claim(job.pk) is None


def test_a_shared_job_is_joined():
    job = make("test.items", items=1)
    assert execution.claim(job.pk) is not None
    joined = execution.claim(job.pk)
    assert joined is not None
    assert (joined.attempts, joined.claim_number) == (1, 1)


def test_a_job_whose_session_is_gone_is_taken_again_without_waiting_for_the_lease():
    job = make("test.alone", items=1)
    execution.claim(job.pk)
    holding.let_go(job.pk)
    again = execution.claim(job.pk)
    assert again is not None
    assert (again.attempts, again.claim_number) == (2, 2)


def test_a_job_whose_lease_is_over_is_taken_again_and_its_first_worker_stops(settings):
    job = make("test.steps", steps=1)
    first = execution.claim(job.pk)
    with after(seconds=settings.JOB_LEASE_SECONDS + 1):
        assert execution.claim(job.pk) is not None
        with pytest.raises(LeaseLost):
            Work(job=first, handler=handler_of(job.kind)).write()


def test_a_worker_that_lost_its_job_settles_nothing(settings):
    job = make("test.alone", items=1)
    first = execution.claim(job.pk)
    with after(seconds=settings.JOB_LEASE_SECONDS + 1):
        execution.claim(job.pk)
        with Work(job=first, handler=handler_of(job.kind)) as work:
            execution._run(work)
    job.refresh_from_db()
    assert (job.state, job.claim_number) == (JobState.RUNNING, 2)


def test_reporting_renews_the_lease():
    job = execution.claim(make("test.steps", steps=1).pk)
    before = job.lease_until
    with after(seconds=60):
        Work(job=job, handler=handler_of(job.kind)).report(done=1, total=2, doing="Une étape")
    job.refresh_from_db()
    assert job.lease_until > before
    assert (job.progress, job.total, job.percent, job.doing) == (1, 2, 50, "Une étape")


def test_an_interruption_that_advanced_costs_no_attempt_and_wakes_again(commits, messages):
    job = make("test.alone", items=5)
    claimed = execution.claim(job.pk)

    def one_then_interrupted(work):
        rows = kinds.PeriodRun.objects.filter(kind="todo:a")
        rows.filter(pk=rows.first().pk).update(kind="done:a")
        work.write()
        raise SoftTimeLimitExceeded

    with commits(), Work(job=claimed, handler=_with_run(job.kind, one_then_interrupted)) as work:
        execution._run(work)
    job.refresh_from_db()
    assert (job.state, job.progress) == (JobState.PENDING, 1)
    assert messages() == [("caracol.jobs.tasks.run", {"job_id": job.pk})]
    execution.claim(job.pk)
    job.refresh_from_db()
    assert (job.attempts, job.mark) == (1, 1)


def test_an_interruption_without_advance_counts_and_waits():
    job = make("test.alone", items=5)
    claimed = execution.claim(job.pk)

    def interrupted(work):
        raise SoftTimeLimitExceeded

    with Work(job=claimed, handler=_with_run(job.kind, interrupted)) as work:
        execution._run(work)
    job.refresh_from_db()
    assert job.state == JobState.PENDING
    assert job.next_attempt_at > clock.now()


def test_a_handler_is_told_when_its_time_is_up():
    job = make("test.alone", items=3)
    execution.execute(job.pk, seconds=0)
    job.refresh_from_db()
    assert (job.state, job.progress) == (JobState.PENDING, 0)


def test_a_command_finishes_what_a_killed_one_left():
    left, waiting, done = (make("test.items", key=key, items=2) for key in "abc")
    execution.claim(left.pk)
    holding.let_go(left.pk)
    services.run_now(done)
    finished = services.finish(kind="test.items")
    assert [(job.pk, job.state) for job in finished] == [
        (left.pk, JobState.DONE),
        (waiting.pk, JobState.DONE),
    ]


def test_a_stopped_job_is_started_again_by_a_person(commits, messages):
    actor = User.objects.create_user("resp@example.org")
    job = services.run_now(make("test.refused"))
    with commits():
        job = services.retry(job=job, actor=actor)
    assert (job.state, job.attempts, job.error, job.retried_by) == (
        JobState.PENDING,
        0,
        "",
        actor,
    )
    assert messages() == [("caracol.jobs.tasks.run", {"job_id": job.pk})]


def test_only_a_stopped_job_is_started_again():
    actor = User.objects.create_user("resp@example.org")
    with pytest.raises(services.JobNotStopped):
        services.retry(job=make("test.fails"), actor=actor)


def _with_run(kind, run):
    return type(handler_of(kind))(**{**handler_of(kind).__dict__, "run": run})
