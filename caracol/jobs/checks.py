"""System checks: the job settings hold together, or the product does not start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error


def check_settings(app_configs: Sequence[Any] | None, **_: object) -> list[CheckMessage]:
    """List every job setting that would let a job run twice at once, or be lost."""
    soft, hard = settings.CELERY_TASK_SOFT_TIME_LIMIT, settings.CELERY_TASK_TIME_LIMIT
    options: dict[str, Any] = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    faults = [
        (
            hard >= settings.JOB_LEASE_SECONDS,
            "JOB_LEASE_SECONDS must exceed CELERY_TASK_TIME_LIMIT.",
            "jobs.E001",
        ),
        (soft >= hard, "CELERY_TASK_SOFT_TIME_LIMIT must be under the hard limit.", "jobs.E002"),
        (
            settings.CELERY_TASK_ACKS_LATE,
            "Late acknowledgement runs jobs twice on Redis; the job table re-sends what was lost.",
            "jobs.E003",
        ),
        (
            not settings.CELERY_WORKER_DISABLE_PREFETCH,
            "Prefetched messages stay stuck when Redis restarts.",
            "jobs.E004",
        ),
        (
            not settings.CELERY_TASK_IGNORE_RESULT or hasattr(settings, "CELERY_RESULT_BACKEND"),
            "The state of a job is its row: no result backend.",
            "jobs.E005",
        ),
        (
            any(
                _delay(entry) > options["visibility_timeout"] / 2
                for entry in settings.CELERY_BEAT_SCHEDULE.values()
            ),
            "A delayed message is run several times once it outlives the visibility timeout.",
            "jobs.E006",
        ),
    ]
    return [Error(message, id=code) for wrong, message, code in faults if wrong]


def _delay(entry: dict[str, Any]) -> float:
    options = entry.get("options", {})
    return float("inf") if "eta" in options else float(options.get("countdown", 0))
