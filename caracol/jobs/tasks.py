"""Celery entry points of the job table, and the signs of life of its workers."""

import logging
import time
from typing import Any

from celery import shared_task
from celery.signals import heartbeat_sent, worker_ready
from django.conf import settings
from django.db import DatabaseError, connection

from caracol.jobs import execution, services, waking

logger = logging.getLogger(__name__)

SWEEP_TASK = "caracol.jobs.tasks.sweep"
BEAT_EVERY_SECONDS = 20.0
_last_beat = {"at": 0.0}


@shared_task(name=waking.RUN_TASK)
def run(*, job_id: int, **_: object) -> None:
    """Run a job if it is still to be run: the same message twice does its work once."""
    execution.execute(job_id, seconds=settings.CELERY_TASK_SOFT_TIME_LIMIT * 0.75)


@shared_task(name=SWEEP_TASK)
def sweep(*, every_job: int = 0, **_: object) -> None:
    """Wake workers for what was lost, and start the periodic jobs whose time has come."""
    services.sweep(every_job=bool(every_job))


@worker_ready.connect
def sweep_at_start(**_: Any) -> None:
    """Take up at once what was left behind by the workers before this one."""
    waking.publish(SWEEP_TASK, kwargs={"every_job": 1})


@heartbeat_sent.connect
def note_life(sender: Any, **_: Any) -> None:
    """Write this worker's heartbeat; it runs in the worker's own process, not in its children."""
    since = time.monotonic() - _last_beat["at"]
    if since < BEAT_EVERY_SECONDS:
        return
    _last_beat["at"] = time.monotonic()
    try:
        services.beat(name=f"worker {sender.eventer.hostname}", role="worker")
    except DatabaseError:
        logger.warning("The worker's heartbeat could not be written.")
    finally:
        connection.close()  # a child forked later must not inherit it
