from datetime import timedelta

import pytest
import time_machine
from django.core.checks import run_checks

from caracol.core import clock
from caracol.jobs import services
from caracol.jobs.checks import check_settings
from caracol.jobs.models import Heartbeat


@pytest.mark.django_db
def test_a_process_has_one_row_and_is_forgotten_after_a_day():
    services.beat(name="worker a", role="worker")
    with time_machine.travel(clock.now() + timedelta(hours=23)):
        services.beat(name="worker b", role="worker")
        services.beat(name="worker b", role="worker")
    assert Heartbeat.objects.count() == 2
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        services.beat(name="beat a", role="beat")
    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"worker b", "beat a"}


def test_the_settings_of_the_jobs_hold_together():
    assert check_settings(None) == []
    assert not [error for error in run_checks(tags=["jobs"]) if error.id.startswith("jobs.")]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("JOB_LEASE_SECONDS", 300, "jobs.E001"),
        ("CELERY_TASK_SOFT_TIME_LIMIT", 300, "jobs.E002"),
        ("CELERY_TASK_ACKS_LATE", True, "jobs.E003"),
        ("CELERY_WORKER_DISABLE_PREFETCH", False, "jobs.E004"),
        ("CELERY_TASK_IGNORE_RESULT", False, "jobs.E005"),
        (
            "CELERY_BEAT_SCHEDULE",
            {"far": {"task": "x", "schedule": 60, "options": {"countdown": 1801}}},
            "jobs.E006",
        ),
    ],
)
def test_a_setting_that_would_double_or_lose_a_job_is_an_error(settings, name, value, code):
    setattr(settings, name, value)
    assert [error.id for error in check_settings(None)] == [code]
