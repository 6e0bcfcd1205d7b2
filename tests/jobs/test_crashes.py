"""Real workers, a real Redis, a real database: what is killed is taken up again, once."""

import os
import signal
import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from redis import Redis

from caracol.jobs import execution, services, waking
from caracol.jobs.enums import JobState
from caracol.jobs.models import Heartbeat, Job, PeriodRun
from tests.jobs import kinds
from tests.jobs.conftest import wait_for


@pytest.fixture
def log(tmp_path):
    return tmp_path / "effects.log"


def ask(kind, *, key="a", items=0, **payload):
    with transaction.atomic():
        if items:
            kinds.make_items(key, items)
        return services.enqueue(
            kind=kind, dedup_key=f"{kind}:{key}", payload={"key": key, **payload}, total=items
        )


def state(job):
    job.refresh_from_db()
    return job.state


def lines(log):
    return Counter(line.split()[0] for line in log.read_text().splitlines()) if log.exists() else {}


def workers_seen(log):
    return {line.split()[1] for line in log.read_text().splitlines()}


def unacked(site):
    with Redis(unix_socket_path=str(site.address.redis_socket)) as redis:
        return redis.hlen("caracol:unacked")


def test_two_workers_share_a_job(job_site, log):
    job_site.start_worker()
    with job_site.database():
        job = ask("test.items", items=30, pause=0.02, log=str(log))
        wait_for(lambda: state(job) == JobState.DONE)
        assert kinds.done_items("a") == job.progress == 30
    assert len(workers_seen(log)) == 2
    assert set(lines(log).values()) == {1}


def test_a_killed_worker_is_replaced_and_nothing_is_done_twice(job_site, log):
    job_site.start_worker()
    with job_site.database():
        shared = ask("test.items", items=40, pause=0.05)
        alone = ask("test.alone", key="b", items=15, pause=0.05, log=str(log))
        wait_for(lambda: kinds.done_items("a") > 5)
        job_site.kill_worker()
        assert state(shared) == JobState.RUNNING
        job_site.start_worker()  # it sweeps: the dead sessions' jobs are free at once
        wait_for(lambda: {state(shared), state(alone)} == {JobState.DONE})
        assert (kinds.done_items("a"), kinds.done_items("b")) == (40, 15)
        assert not PeriodRun.objects.filter(kind__startswith="todo").exists()
    assert lines(log)["finish"] == 1


def test_a_poisonous_job_is_given_up_and_the_others_go_on(job_site, log):
    job_site.start_worker()
    with job_site.database():
        poison = ask("test.poison", log=str(log))
        wait_for(lambda: lines(log).get("poison") == 1)
        others = ask("test.items", items=5)
        wait_for(lambda: state(others) == JobState.DONE)
        for _ in range(100):
            services.sweep(every_job=True)
            if state(poison) == JobState.DEAD:
                break
            time.sleep(0.3)
        assert (poison.state, poison.attempts) == (JobState.DEAD, 2)
        assert poison.error == execution.GIVEN_UP
    assert lines(log) == {"poison": 2}


def test_redis_away_disturbs_nobody_and_the_job_runs_when_it_is_back(job_site):
    job_site.start_worker()
    with job_site.database():
        job_site.kill_redis()
        before = time.monotonic()
        job = ask("test.items", items=3)
        assert time.monotonic() - before < 1
        assert state(job) == JobState.PENDING
        job_site.start_redis()
        waking._resting["until"] = 0.0
        wait_for(lambda: services.sweep() == 0 or state(job) == JobState.DONE)
        wait_for(lambda: state(job) == JobState.DONE)


def test_a_frozen_redis_costs_half_a_second(job_site):
    with job_site.database():
        pid = int(job_site.redis.pid_file.read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            before = time.monotonic()
            ask("test.items", items=1)
            ask("test.items", key="b", items=1)
            assert time.monotonic() - before < 1
        finally:
            os.kill(pid, signal.SIGCONT)


def test_redis_killed_under_running_jobs_loses_none(job_site):
    job_site.start_worker()
    with job_site.database():
        jobs = [ask("test.alone", key=f"k{n}", items=10, pause=0.1) for n in range(5)]
        wait_for(lambda: kinds.done_items("k0") > 2)
        job_site.kill_redis()
        time.sleep(1)
        job_site.start_redis()
        waking._resting["until"] = 0.0

        def all_done():
            services.sweep(every_job=True)
            time.sleep(0.5)
            return {state(job) for job in jobs} == {JobState.DONE}

        wait_for(all_done, seconds=40)
        assert {kinds.done_items(f"k{n}") for n in range(5)} == {10}
        assert unacked(job_site) == 0


def test_the_soft_limit_hands_on_a_job_that_advances(job_site, monkeypatch):
    monkeypatch.setenv("JOB_SOFT_LIMIT_SECONDS", "2")
    monkeypatch.setenv("JOB_HARD_LIMIT_SECONDS", "4")
    job_site.start_worker()
    with job_site.database():
        job = ask("test.alone", items=25, pause=0.15)
        wait_for(lambda: state(job) == JobState.DONE)
        assert job.claim_number >= 2
        assert (job.attempts, job.progress) == (1, 25)


def test_the_soft_limit_stops_a_job_that_hangs(job_site, monkeypatch, log):
    monkeypatch.setenv("JOB_SOFT_LIMIT_SECONDS", "1")
    monkeypatch.setenv("JOB_HARD_LIMIT_SECONDS", "3")
    job_site.start_worker()
    with job_site.database():
        job = ask("test.stuck", log=str(log))
        wait_for(lambda: state(job) == JobState.RUNNING)
        wait_for(lambda: state(job) == JobState.PENDING)
        assert job.attempts == 1
        Job.objects.update(next_attempt_at=job.created_at)
        services.sweep(every_job=True)
        wait_for(lambda: state(job) == JobState.DEAD)
        assert job.error == execution.STALLED
    assert lines(log) == {"stuck": 2}


def test_progress_shows_from_within_a_transaction(job_site):
    job_site.start_worker()
    with job_site.database():
        job = ask("test.steps", steps=10, pause=0.15)
        seen = set()

        def is_done():
            seen.add((job.progress, job.doing))
            return state(job) == JobState.DONE

        wait_for(is_done)
        assert len(seen) > 4
        assert job.result["links"][0]["name"] == "jobs:job-list"


def test_two_clocks_start_a_period_once(job_site, nightly):
    nightly()
    barrier = threading.Barrier(4)
    started = []

    def clock_process():
        barrier.wait()
        started.append(len(services.start_due_periods()))
        connection.close()

    with job_site.database():
        threads = [threading.Thread(target=clock_process) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(started) == [0, 0, 0, 1]
        assert PeriodRun.objects.count() == Job.objects.count() == 1


def test_a_job_run_twice_at_once_leaves_the_same_database(job_site, log):
    barrier = threading.Barrier(3)

    def worker(job_id):
        barrier.wait()
        execution.execute(job_id)
        connection.close()

    with job_site.database():
        job = ask("test.alone", items=10, pause=0.01, log=str(log))
        threads = [threading.Thread(target=worker, args=[job.pk]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert state(job) == JobState.DONE
        assert (job.attempts, job.claim_number) == (1, 1)
    assert lines(log)["finish"] == 1
    assert set(lines(log).values()) == {1}


def test_the_same_job_asked_for_twice_at_once_is_one(job_site):
    barrier = threading.Barrier(4)
    found = []

    def ask_at_once():
        barrier.wait()
        found.append(ask("test.alone").pk)
        connection.close()

    with job_site.database():
        threads = [threading.Thread(target=ask_at_once) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == Job.objects.count() == 1


def test_a_command_does_a_job_itself_beside_the_workers(job_site):
    job_site.start_worker()
    with job_site.database():
        job = ask("test.items", items=30, pause=0.02)
        assert services.run_now(job).state == JobState.DONE
        assert kinds.done_items("a") == 30


def test_worker_and_clock_give_signs_of_life(job_site):
    job_site.start_worker()
    job_site.start_beat()
    with job_site.database():
        wait_for(
            lambda: set(Heartbeat.objects.values_list("role", flat=True)) == {"worker", "beat"}
        )
