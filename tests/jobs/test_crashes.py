"""Real workers, a real clock, a real Redis: what is killed is taken up again, once."""

import os
import signal
import time
from collections import Counter

import pytest
from django.db import transaction
from redis import Redis

from caracol.jobs import execution, services
from caracol.jobs.enums import JobState
from caracol.jobs.models import Heartbeat, Job
from tests.jobs import kinds
from tests.jobs.conftest import wait_for


@pytest.fixture
def log(tmp_path):
    return tmp_path / "effects.log"


@pytest.fixture
def ask(request):
    """A function that asks for a job; its items and its key are of this test."""

    def ask_for(kind, *, key="", items=0, **payload):
        key = f"{request.node.name}{key}"
        with transaction.atomic():
            if items:
                kinds.make_items(key, items)
            return services.enqueue(
                kind=kind,
                dedup_key=f"{kind}:{key}",
                payload={"key": key, **payload},
                total=items,
            )

    return ask_for


def state(job):
    job.refresh_from_db()
    return job.state


def done(job):
    return kinds.done_items(job.payload["key"])


def left(job):
    return kinds.items_left(job)


def lines(log):
    return Counter(line.split()[0] for line in log.read_text().splitlines()) if log.exists() else {}


def workers_seen(log):
    return {line.split()[1] for line in log.read_text().splitlines()}


def unacked(site):
    with Redis(unix_socket_path=str(site.address.redis_socket)) as redis:
        return redis.hlen("caracol:unacked")


def test_two_workers_share_a_job(job_site, ask, log):
    with job_site.database():
        job = ask("test.items", items=30, pause=0.02, log=str(log))
        wait_for(lambda: state(job) == JobState.DONE)
        assert done(job) == job.progress == 30
    assert len(workers_seen(log)) == 2
    assert set(lines(log).values()) == {1}


def test_progress_shows_from_within_a_transaction(job_site, ask):
    with job_site.database():
        job = ask("test.steps", steps=10, pause=0.1)
        seen = set()

        def is_done():
            seen.add((job.progress, job.doing))
            return state(job) == JobState.DONE

        wait_for(is_done)
        assert len(seen) > 4
        assert job.result["links"][0]["name"] == "jobs:job-list"


def test_a_command_does_a_job_itself_beside_the_workers(job_site, ask):
    with job_site.database():
        job = ask("test.items", items=30, pause=0.02)
        assert services.run_now(job).state == JobState.DONE
        assert done(job) == 30


def test_a_poisonous_job_is_given_up_and_the_others_go_on(job_site, ask, log):
    with job_site.database():
        poison = ask("test.poison", log=str(log))
        wait_for(lambda: lines(log).get("poison") == 1)
        others = ask("test.items", items=5)
        wait_for(lambda: state(others) == JobState.DONE)
        wait_for(lambda: state(poison) == JobState.DEAD)
        assert (poison.attempts, poison.error) == (2, execution.GIVEN_UP)
    assert lines(log) == {"poison": 2}


def test_worker_and_clock_give_signs_of_life(job_site):
    with job_site.database():
        roles = Heartbeat.objects.values_list("role", flat=True)
        wait_for(lambda: set(roles.all()) == {"worker", "beat"})
    assert job_site.manage("alive", "worker").returncode == 0
    assert job_site.manage("alive", "beat").returncode == 0


def test_a_frozen_redis_costs_half_a_second(job_site, ask):
    pid = int(job_site.redis.pid_file.read_text())
    with job_site.database():
        os.kill(pid, signal.SIGSTOP)
        try:
            before = time.monotonic()
            jobs = [ask("test.items", key=str(n), items=1) for n in range(3)]
            assert time.monotonic() - before < 1
        finally:
            os.kill(pid, signal.SIGCONT)
        wait_for(lambda: {state(job) for job in jobs} == {JobState.DONE})


def test_redis_away_disturbs_nobody_and_the_job_runs_when_it_is_back(job_site, ask):
    with job_site.database():
        job_site.kill_redis()
        before = time.monotonic()
        job = ask("test.items", items=3)
        assert time.monotonic() - before < 1
        assert state(job) == JobState.PENDING
        job_site.start_redis()
        wait_for(lambda: state(job) == JobState.DONE)


def test_redis_killed_under_running_jobs_loses_none(job_site, ask):
    with job_site.database():
        jobs = [ask("test.alone", key=str(n), items=10, pause=0.1) for n in range(5)]
        wait_for(lambda: any(done(job) > 2 for job in jobs))
        job_site.kill_redis()
        time.sleep(1)
        job_site.start_redis()
        wait_for(lambda: {state(job) for job in jobs} == {JobState.DONE}, seconds=40)
        assert {done(job) for job in jobs} == {10}
        assert unacked(job_site) == 0


def test_a_killed_worker_is_replaced_and_nothing_is_done_twice(mortal_site, ask, log):
    with mortal_site.database():
        shared = ask("test.items", items=40, pause=0.05)
        alone = ask("test.alone", items=15, key="b", pause=0.05, log=str(log))
        wait_for(lambda: done(shared) > 5)
        mortal_site.kill_worker()
        assert state(shared) == JobState.RUNNING
        mortal_site.start_worker()  # it sweeps: the dead sessions' jobs are free at once
        wait_for(lambda: {state(shared), state(alone)} == {JobState.DONE})
        assert (done(shared), done(alone)) == (40, 15)
        assert left(shared) + left(alone) == 0
    assert lines(log)["finish"] == 1


def test_the_soft_limit_hands_on_a_job_that_advances(hurried_site, ask):
    with hurried_site.database():
        job = ask("test.alone", items=25, pause=0.12)
        wait_for(lambda: state(job) == JobState.DONE)
        assert job.claim_number >= 2
        assert (job.attempts, job.progress) == (1, 25)


def test_the_soft_limit_stops_a_job_that_hangs(hurried_site, ask, log):
    with hurried_site.database():
        job = ask("test.stuck", log=str(log))
        wait_for(lambda: (state(job), job.attempts) == (JobState.PENDING, 1))
        Job.objects.filter(pk=job.pk).update(next_attempt_at=job.created_at)
        wait_for(lambda: state(job) == JobState.DEAD)
        assert job.error == execution.STALLED
    assert lines(log) == {"stuck": 2}
