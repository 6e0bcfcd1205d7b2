"""Ask for jobs, start them again, and send out again what was lost on the way."""

import time
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from caracol.accounts.models import Territory, User
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.jobs import execution, holding, waking
from caracol.jobs.enums import JobState
from caracol.jobs.models import Heartbeat, Job, PeriodRun
from caracol.jobs.registry import Periodic, UnknownKind, handler_of, periodics

SWEPT_AT_ONCE = 500
HEARTBEAT_KEPT = timedelta(days=1)


class JobNotStopped(Refused):
    """Only a job that stopped short may be started again."""


def enqueue(
    *,
    kind: str,
    dedup_key: str,
    payload: dict[str, Any] | None = None,
    total: int = 0,
    title: str = "",
    requested_by: User | None = None,
    territory: Territory | None = None,
    wakes: bool = True,
) -> Job:
    """Insert a job in the caller's transaction and wake workers once it commits.

    A key already known gives its job, whatever its state: what must be done again has a new key.
    The payload holds ids only. The title is for people and names nobody.
    """
    handler = handler_of(kind)
    now = clock.now()
    job, _ = Job.objects.get_or_create(
        dedup_key=dedup_key,
        defaults={
            "kind": kind,
            "title": title or handler.label,
            "payload": payload or {},
            "total": total,
            "max_attempts": handler.max_attempts,
            "requested_by": requested_by,
            "territory": territory,
            "created_at": now,
            "next_attempt_at": now,
            "woken_at": now,
        },
    )
    if wakes and job.state == JobState.PENDING:
        transaction.on_commit(lambda: _wake(job.pk, times=handler.parallel))
    return job


def _wake(job_id: int, *, times: int) -> None:
    if not waking.wake(job_id, times=times):
        Job.objects.filter(pk=job_id).update(woken_at=None)  # the next sweep does not wait


def run_now(job: Job, *, patience: timedelta = timedelta(minutes=30)) -> Job:
    """Do the job in this process, or wait for the workers that hold it; give it back as it ended.

    A job that failed and will be tried again later comes back PENDING with its error.
    """
    until = clock.now() + patience
    while clock.now() < until:
        before = job.progress
        was_run = execution.execute(job.pk, at_once=True)
        job.refresh_from_db()
        if job.is_over:
            break
        if job.state == JobState.PENDING and was_run and job.progress <= before:
            break
        if job.state == JobState.RUNNING:
            time.sleep(0.1)
    return job


def finish(*, kind: str) -> list[Job]:
    """Do in this process every job of a kind that is not over, those of a killed command too."""
    unfinished = Job.objects.filter(kind=kind, state__in=[JobState.PENDING, JobState.RUNNING])
    return [run_now(job) for job in unfinished.order_by("pk")]


def retry(*, job: Job, actor: User | None) -> Job:
    """Start again a job that was refused or given up, with all its attempts, in a person's name."""
    with transaction.atomic():
        row = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
        if not row.is_stopped:
            raise JobNotStopped("Ce traitement n'est pas arrêté : il n'y a rien à relancer.")
        now = clock.now()
        row.state, row.attempts, row.mark = JobState.PENDING, 0, row.progress
        row.next_attempt_at, row.woken_at = now, now
        row.finished_at, row.error, row.doing = None, "", ""
        row.retried_by, row.retried_at = actor, now
        row.save()
        times = _workers_of(row)
        transaction.on_commit(lambda: _wake(row.pk, times=times))
    return row


def run_again(*, job: Job, actor: User | None) -> Job:
    """Start a stopped job again, or do a periodic one once more. Raises JobNotStopped."""
    if job.is_stopped:
        return retry(job=job, actor=actor)
    known = {periodic.kind for periodic in periodics()}
    if not job.is_over or job.kind not in known:
        raise JobNotStopped(
            "Ce traitement est déjà terminé."
            if job.is_over
            else "Ce traitement n'est pas arrêté : il n'y a rien à relancer."
        )
    key = f"{job.kind}:{job.payload['period']}"
    number = Job.objects.filter(dedup_key__startswith=f"{key}:again:").count() + 1
    return enqueue(
        kind=job.kind,
        dedup_key=f"{key}:again:{number}",
        payload=job.payload,
        requested_by=actor,
    )


def run_period(*, kind: str, now: datetime, actor: User) -> Job:
    """Do a periodic job for its last period: for the first time if the clock missed it, or again.

    Raises JobNotStopped while it is under way, and for what is no periodic job.
    """
    found = next((periodic for periodic in periodics() if periodic.kind == kind), None)
    if found is None:
        raise JobNotStopped("Ce travail périodique n'existe pas ou n'existe plus.")
    period = found.schedule.latest(timezone.localtime(now))
    with transaction.atomic():
        started = _start_period(found, period)
        if started is not None:
            return started
        payload = {"period": period.isoformat()}
        done = Job.objects.filter(kind=kind, payload=payload).order_by("-created_at", "-pk").first()
        if done is None:
            return enqueue(kind=kind, dedup_key=f"{kind}:{period:%Y-%m-%d}", payload=payload)
        return run_again(job=done, actor=actor)


def start_due_periods(*, now: datetime | None = None) -> list[Job]:
    """Start each periodic job for the periods that have come and were not started, oldest first."""
    local = timezone.localtime(now or clock.now())
    started = []
    for periodic in periodics():
        for period in _missing_periods(periodic, local):
            job = _start_period(periodic, period)
            if job is not None:
                started.append(job)
    return started


def _missing_periods(periodic: Periodic, local: datetime) -> list[date]:
    latest = periodic.schedule.latest(local)
    runs = PeriodRun.objects.filter(kind=periodic.kind)
    last = runs.order_by("-period").values_list("period", flat=True).first()
    if last is None:
        return [latest]
    missing: list[date] = []
    period = latest
    while period > last and len(missing) < periodic.catch_up:
        missing.append(period)
        period = periodic.schedule.before(period)
    return missing[::-1]


@transaction.atomic
def _start_period(periodic: Periodic, period: date) -> Job | None:
    # Two clocks may come here at once: the second waits for the first, then finds its row.
    _, is_new = PeriodRun.objects.get_or_create(
        kind=periodic.kind, period=period, defaults={"created_at": clock.now()}
    )
    if not is_new:
        return None
    return enqueue(
        kind=periodic.kind,
        dedup_key=f"{periodic.kind}:{period:%Y-%m-%d}",
        payload={"period": period.isoformat()},
    )


def sweep(*, every_job: bool = False) -> int:
    """Wake workers again for what waits or was abandoned; give the number of jobs concerned.

    ``every_job`` (a worker has just started) does not wait for earlier messages to be answered.
    """
    start_due_periods()
    now = clock.now()
    patience = now - timedelta(seconds=settings.JOB_WAKE_AGAIN_SECONDS)
    due = Job.objects.filter(state=JobState.PENDING, next_attempt_at__lte=now)
    if not every_job:
        due = due.filter(Q(woken_at__isnull=True) | Q(woken_at__lte=patience))
    # Read before the rows: a job taken in between looks abandoned, and its claim sees it is not.
    held = holding.holders()
    running = Job.objects.filter(state=JobState.RUNNING)
    wanted = {job.pk: _workers_of(job) for job in due.order_by("next_attempt_at")[:SWEPT_AT_ONCE]}
    for job in running:
        missing = _workers_of(job) - held.get(job.pk, 0)
        if execution.is_abandoned(job, now=now, held=held):
            wanted[job.pk] = _workers_of(job)
        elif missing > 0 and (every_job or not job.woken_at or job.woken_at <= patience):
            wanted[job.pk] = missing
    for job_id, times in wanted.items():
        if not waking.wake(job_id, times=times):
            break
        Job.objects.filter(pk=job_id).update(woken_at=now)
    return len(wanted)


def _workers_of(job: Job) -> int:
    try:
        return handler_of(job.kind).parallel
    except UnknownKind:
        return 1


def beat(*, name: str, role: str) -> None:
    """Note that a process is alive, and forget those long gone."""
    now = clock.now()
    Heartbeat.objects.update_or_create(name=name, defaults={"role": role, "beat_at": now})
    Heartbeat.objects.filter(beat_at__lt=now - HEARTBEAT_KEPT).delete()
