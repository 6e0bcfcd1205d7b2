import contextlib
import time

import pytest
from django.db import transaction

from caracol.jobs import services
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from caracol.jobs.registry import UnknownKind, handler
from tests.jobs import kinds

pytestmark = pytest.mark.django_db

RUN = "caracol.jobs.tasks.run"


def enqueue(**options):
    return services.enqueue(
        **{"kind": "test.fails", "dedup_key": "key", "payload": {"id": 1}} | options
    )


def test_a_job_is_asked_for_once(commits, messages):
    with commits():
        first = enqueue()
        again = enqueue(payload={"id": 2})
    assert first == again
    assert Job.objects.get().payload == {"id": 1}
    assert messages() == [(RUN, {"job_id": first.pk})] * 2


def test_a_rollback_leaves_no_job_and_no_message(commits, messages):
    with commits(), contextlib.suppress(RuntimeError), transaction.atomic():
        enqueue()
        raise RuntimeError
    assert not Job.objects.exists()
    assert messages() == []


def test_a_shared_job_wakes_as_many_workers_as_it_bears(commits, messages):
    with commits():
        job = enqueue(kind="test.items", payload={"key": "a"})
    assert messages() == [(RUN, {"job_id": job.pk})] * 2


def test_a_job_may_be_asked_for_without_waking_anybody(commits, messages):
    with commits():
        enqueue(wakes=False)
    assert messages() == []


def test_a_finished_job_is_given_back_and_not_woken(commits, messages):
    job = enqueue(kind="test.items", payload={"key": "none"}, wakes=False)
    services.run_now(job)
    with commits():
        again = enqueue(kind="test.items", payload={"key": "none"})
    assert again.state == JobState.DONE
    assert messages() == []


def test_the_broker_away_costs_a_user_less_than_half_a_second(commits, broker_down, caplog):
    before = time.monotonic()
    with commits():
        jobs = [enqueue(dedup_key=f"key-{n}") for n in range(20)]
    assert time.monotonic() - before < 0.5
    assert "No worker could be woken" in caplog.text
    assert {Job.objects.get(pk=job.pk).woken_at for job in jobs} == {None}


def test_an_unknown_kind_is_refused_at_once():
    with pytest.raises(UnknownKind):
        enqueue(kind="test.unheard-of")


def test_a_shared_kind_must_say_what_remains():
    with pytest.raises(ValueError, match="what remains"):
        handler("test.wrong", label="Faux", parallel=2)


def test_a_kind_has_one_handler():
    with pytest.raises(ValueError, match="twice"):
        handler("test.fails", label="Double")(kinds.poison)
