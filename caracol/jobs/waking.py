"""Wake workers: publishing a message is a courtesy, and its failure is nobody's error."""

import logging
import time

from celery import current_app
from django.conf import settings
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

RUN_TASK = "caracol.jobs.tasks.run"
# The sweep publishes again what was not taken: an old message has no use and must not pile up.
MESSAGE_LIFE_SECONDS = 900
# After a failure, this process does not knock again for a while: an act that asks for a hundred
# jobs waits once.
REST_SECONDS = 3.0
_resting = {"until": 0.0}


def wake(job_id: int, *, times: int = 1) -> bool:
    """Tell up to ``times`` workers that this job waits; give False when the broker is away."""
    return publish(RUN_TASK, kwargs={"job_id": job_id}, times=times)


def publish(task: str, *, kwargs: dict[str, int] | None = None, times: int = 1) -> bool:
    """Publish a task without ever making its caller fail or wait; a sweep makes up for a loss.

    The connection is short-lived with its own brief time limits, so that a frozen broker costs a
    user half a second and not the thirty seconds a worker may wait.
    """
    if time.monotonic() < _resting["until"]:
        return False
    brief = {
        "socket_timeout": settings.JOB_WAKE_TIMEOUT_SECONDS,
        "socket_connect_timeout": settings.JOB_WAKE_TIMEOUT_SECONDS,
        "max_retries": 0,
        "retry_on_timeout": False,
    }
    try:
        with current_app.connection_for_write(transport_options=brief) as connection:
            for _ in range(times):
                current_app.send_task(
                    task,
                    kwargs=kwargs or {},
                    connection=connection,
                    retry=False,
                    expires=MESSAGE_LIFE_SECONDS,
                    ignore_result=True,
                )
    except (KombuError, RedisError, OSError) as error:
        _resting["until"] = time.monotonic() + REST_SECONDS
        logger.warning("No worker could be woken (%s): the sweep will.", type(error).__name__)
        return False
    return True
