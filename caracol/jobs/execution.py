"""Take a job, run its handler, settle its row. Everything here may be killed at any point."""

import functools
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import InterfaceError, OperationalError

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.jobs import holding, waking
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from caracol.jobs.registry import Handler, UnknownKind, handler_of, listeners
from caracol.jobs.work import LeaseLost, Work

logger = logging.getLogger(__name__)

STALLED = "Le traitement s'est arrêté sans avancer."
GIVEN_UP = "Le traitement s'est interrompu plusieurs fois sans avancer ; il attend une décision."


@dataclass(frozen=True)
class Failure:
    """Why a run stopped: words for people, and whether trying again makes sense."""

    message: str
    is_final: bool


def execute(job_id: int, *, seconds: float | None = None, at_once: bool = False) -> bool:
    """Run a job if it may be taken now; give False when it is held, over, or not due yet.

    ``at_once`` ignores the waiting time after a failure. ``seconds`` is the time a handler has
    before it is asked to return.
    """
    job = claim(job_id, at_once=at_once)
    if job is None:
        return False
    try:
        handler = handler_of(job.kind)
        with Work(job=job, handler=handler, seconds=seconds) as work:
            _run(work)
    except UnknownKind as error:
        _settle_failure(job, None, _unexpected(job, error))
    finally:
        _let_go(job_id)
    return True


@transaction.atomic
def claim(job_id: int, *, at_once: bool = False) -> Job | None:
    """Take a job, or join the workers of a shared one; None when there is nothing to do here."""
    now = clock.now()
    # Waits for another claim, never for a handler: a handler holds no lock on its job's row.
    job = Job.objects.select_for_update(of=("self",)).filter(pk=job_id).first()
    if job is None or job.is_over:
        return None
    if job.state == JobState.PENDING:
        if job.next_attempt_at > now and not at_once:
            return None
    elif not is_abandoned(job, now=now, held=holding.holders()):
        return _join(job)
    return _take(job, now=now)


def is_abandoned(job: Job, *, now: datetime, held: dict[int, int]) -> bool:
    """Tell whether a running job has lost its workers: lease over, or no session behind it."""
    return job.lease_until is None or job.lease_until <= now or not held.get(job.pk)


def _join(job: Job) -> Job | None:
    try:
        shared = handler_of(job.kind).parallel > 1
    except UnknownKind:
        return None
    if shared:
        holding.hold(job.pk)
    return job if shared else None


def _take(job: Job, *, now: datetime) -> Job | None:
    job.progress = max(job.progress, _done_so_far(job))
    has_advanced = job.progress > job.mark
    if not has_advanced and job.attempts >= job.max_attempts:
        job.state, job.finished_at, job.lease_until = JobState.DEAD, now, None
        job.error = job.error or GIVEN_UP
        job.save()
        return None
    job.attempts = 1 if has_advanced else job.attempts + 1
    job.mark = max(job.mark, job.progress)
    job.state = JobState.RUNNING
    job.claim_number += 1
    job.lease_until = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    job.started_at = job.started_at or now
    job.save()
    # Before the commit: whoever reads RUNNING finds the session behind it.
    holding.hold(job.pk)
    return job


def _done_so_far(job: Job) -> int:
    """Count what a killed worker finished and had no time to report."""
    try:
        remaining = handler_of(job.kind).remaining
    except UnknownKind:
        return 0
    return max(job.total - remaining(job), 0) if remaining is not None and job.total else 0


def _run(work: Work) -> None:
    try:
        work.handler.run(work)
        work.write()
        _settle_return(work)
    except LeaseLost:
        logger.warning("Job %s was taken over by another worker.", work.job.pk)
    except SoftTimeLimitExceeded:
        _mend_connection()
        _settle_unfinished(work, was_stopped=True)
    except Refused as refusal:
        _settle_failure(work.job, work.handler, Failure(str(refusal), is_final=True))
    except Exception as error:  # noqa: BLE001 - whatever it is, the row must say so
        failure = _unexpected(work.job, error)
        _mend_connection()
        _settle_failure(work.job, work.handler, failure)


def _settle_return(work: Work) -> None:
    remaining = work.handler.remaining
    # Read after the handler's last commit: of several workers, the last one reads zero.
    if remaining is not None and remaining(work.job):
        _settle_unfinished(work, was_stopped=work.time_is_up)
        return
    work.stop_reporting()
    with transaction.atomic():
        job = _locked(work.job, work.handler)
        if job is None:
            return
        if work.handler.on_done is not None:
            work.handler.on_done(work)
        job.state, job.finished_at, job.lease_until = JobState.DONE, clock.now(), None
        job.progress = job.total or job.progress
        job.result = work.result
        job.error = job.doing = ""
        job.save()
        for listener in listeners():
            transaction.on_commit(functools.partial(listener, job), robust=True)


def _settle_unfinished(work: Work, *, was_stopped: bool) -> None:
    """Hand on a job that stopped short: at once if it advanced, else after a wait."""
    if work.is_shared and holding.holders(but_me=True).get(work.job.pk):
        if was_stopped:  # else what remains is in the others' hands
            waking.wake(work.job.pk)
        return
    with transaction.atomic():
        job = _locked(work.job, work.handler)
        if job is None or job.state != JobState.RUNNING:
            return
        if job.progress > job.mark:
            _release(job, wait=0)
            transaction.on_commit(lambda: waking.wake(job.pk, times=work.handler.parallel))
        else:
            _fail(job, Failure(STALLED, is_final=False))


def _settle_failure(job: Job, handler: Handler | None, failure: Failure) -> None:
    is_shared = handler is not None and handler.parallel > 1
    if is_shared and not failure.is_final and holding.holders(but_me=True).get(job.pk):
        return  # the other workers go on, the last of them settles
    with transaction.atomic():
        row = _locked(job, handler)
        if row is None or row.state != JobState.RUNNING:
            return
        _fail(row, failure)


def _fail(row: Job, failure: Failure) -> None:
    """Write a failure on a locked row: the end, or another attempt after a wait."""
    row.error = failure.message
    is_spent = row.attempts >= row.max_attempts and row.progress <= row.mark
    if failure.is_final or is_spent:
        row.state = JobState.FAILED if failure.is_final else JobState.DEAD
        row.finished_at, row.lease_until = clock.now(), None
        row.save()
    else:
        _release(row, wait=_wait_after(row.attempts))


def _locked(job: Job, handler: Handler | None) -> Job | None:
    """Lock the row if it is still this worker's to settle."""
    rows = (
        Job.objects.select_for_update(of=("self",)).filter(pk=job.pk).exclude(state=JobState.DONE)
    )
    if handler is None or handler.parallel == 1:
        rows = rows.filter(state=JobState.RUNNING, claim_number=job.claim_number)
    return rows.first()


def _release(job: Job, *, wait: float) -> None:
    job.state, job.lease_until = JobState.PENDING, None
    job.next_attempt_at = clock.now() + timedelta(seconds=wait)
    job.save()


def _wait_after(attempts: int) -> float:
    waits = settings.JOB_RETRY_WAITS_SECONDS
    return float(waits[min(max(attempts, 1), len(waits)) - 1])


def _unexpected(job: Job, error: Exception) -> Failure:
    """Log the error being handled; people get a reference, never its text (it may name someone)."""
    reference = secrets.token_hex(3)
    words = "Job %s (%s) failed, reference %s"
    logger.error(words, job.pk, job.kind, reference, exc_info=error)
    return Failure(f"Une erreur inattendue est survenue (référence {reference}).", is_final=False)


def _mend_connection() -> None:
    """Start afresh after an interruption that may have cut a query in two."""
    if not connection.in_atomic_block:
        connection.close()


def _let_go(job_id: int) -> None:
    try:
        holding.let_go(job_id)
    except (OperationalError, InterfaceError):
        connection.close()  # the session is gone, and its marks with it
