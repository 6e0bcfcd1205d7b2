"""Several threads at the same place at the same moment leave the same database as one."""

import threading
from collections import Counter

from django.db import connection

from caracol.jobs import execution, services
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job, PeriodRun
from tests.jobs import kinds


def at_once(number, act):
    """Run the act in threads that start together; return what each gave."""
    barrier = threading.Barrier(number)
    found = []

    def run():
        barrier.wait()
        try:
            found.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == number
    return found


def ask():
    return services.enqueue(kind="test.alone", dedup_key="key", payload={"key": "a"}, total=10)


def test_two_clocks_start_a_period_once(real_db, nightly):
    nightly()
    started = at_once(4, lambda: len(services.start_due_periods()))
    assert sorted(started) == [0, 0, 0, 1]
    assert PeriodRun.objects.count() == Job.objects.count() == 1


def test_the_same_job_asked_for_twice_at_once_is_one(real_db):
    assert len(set(at_once(4, lambda: ask().pk))) == Job.objects.count() == 1


def test_a_job_run_twice_at_once_is_done_once(real_db, tmp_path):
    log = tmp_path / "log"
    kinds.make_items("a", 10)
    job = ask()
    Job.objects.update(payload={"key": "a", "pause": 0.01, "log": str(log)})
    at_once(3, lambda: execution.execute(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts, job.claim_number) == (JobState.DONE, 1, 1)
    effects = Counter(line.split()[0] for line in log.read_text().splitlines())
    assert set(effects.values()) == {1}
    assert effects["finish"] == 1
    assert kinds.done_items("a") == 10


def test_a_shared_job_run_by_three_at_once_is_done_once(real_db, tmp_path):
    log = tmp_path / "log"
    kinds.make_items("a", 30)
    job = services.enqueue(
        kind="test.items",
        dedup_key="key",
        payload={"key": "a", "pause": 0.005, "log": str(log)},
        total=30,
    )
    at_once(3, lambda: execution.execute(job.pk))
    job.refresh_from_db()
    assert (job.state, job.progress) == (JobState.DONE, 30)
    assert len(log.read_text().splitlines()) == kinds.done_items("a") == 30
