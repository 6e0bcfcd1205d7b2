"""Read jobs for people: what to say of one, and the health of what runs them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db.models import Max, Min
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from caracol.core import clock
from caracol.core.money import NBSP
from caracol.jobs.clockwork import is_silent, turns
from caracol.jobs.enums import JobState
from caracol.jobs.models import Heartbeat, Job
from caracol.jobs.registry import UnknownKind, handler_of
from caracol.ui import atoms

LATE_AFTER = timedelta(minutes=15)
TONES = {
    JobState.PENDING: "neutral",
    JobState.RUNNING: "info",
    JobState.DONE: "success",
    JobState.FAILED: "danger",
    JobState.DEAD: "danger",
}


@dataclass(frozen=True)
class Link:
    """Where a result is seen."""

    label: str
    url: str


@dataclass(frozen=True)
class ShownJob:
    """A job in words."""

    job: Job
    tone: str
    label: str
    is_live: bool
    detail: str
    ended: str
    announced: str
    links: list[Link]


def show(job: Job) -> ShownJob:
    """Say where a job stands; ``announced`` changes ten times at most (screen readers hear it)."""
    state = JobState(job.state)
    return ShownJob(
        job=job,
        tone=TONES[state],
        label=state.label.capitalize(),
        is_live=not job.is_over,
        detail=_detail(job, state),
        ended=_ended(job),
        announced=_announced(job, state),
        links=_links(job),
    )


def _detail(job: Job, state: JobState) -> str:
    if state == JobState.DONE:
        return str(job.result.get("message", "")) or "Le traitement est terminé."
    if state in (JobState.FAILED, JobState.DEAD):
        return job.error
    if state == JobState.PENDING and job.error:
        return f"{job.error} Nouvel essai le {_moment(job.next_attempt_at)}."
    return job.doing or "Vous pouvez quitter cette page, le traitement continue."


def _announced(job: Job, state: JobState) -> str:
    if state == JobState.RUNNING and job.percent:
        return f"En cours, {job.percent // 10 * 10} %"
    return state.label.capitalize()


def _links(job: Job) -> list[Link]:
    links = []
    for link in job.result.get("links", []):
        try:
            url = reverse(link["name"], kwargs=link["kwargs"])
        except NoReverseMatch:
            continue  # the page has moved since: the rest still serves
        links.append(Link(label=link["label"], url=url))
    return links


def facts(job: Job) -> list[tuple[str, object]]:
    """List what is known of a job."""
    asked: list[tuple[str, object]] = [
        ("Genre", _kind(job)),
        ("Demandé par", job.requested_by or "Automatique"),
        ("Territoire", job.territory or "Tous"),
        ("Demandé le", _moment(job.created_at)),
    ]
    if job.retried_by:
        asked.append(("Relancé par", job.retried_by))
    return asked


def _ended(job: Job) -> str:
    if job.finished_at is None:
        return ""
    words = f"Fini le {_moment(job.finished_at)}"
    if job.started_at is None:
        return f"{words}."
    seconds = round((job.finished_at - job.started_at).total_seconds())
    if seconds < 60:
        return f"{words}, en {max(seconds, 1)}{NBSP}s."
    return f"{words}, en {seconds // 60}{NBSP}min."


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{atoms.short_day(local)} à {local:%H}{NBSP}h{NBSP}{local:%M}"


def _kind(job: Job) -> str:
    try:
        return handler_of(job.kind).label
    except UnknownKind:
        return job.kind


@dataclass(frozen=True)
class Health:
    """What runs the jobs, and what is wrong with it, in French."""

    broker_answers: bool
    queued: int | None
    unacked: int | None
    worker_seen_at: datetime | None
    clock_seen_at: datetime | None
    oldest_due_at: datetime | None
    stopped_jobs: int
    problems: list[str]


def health() -> Health:
    """Look at the broker, the workers, the clock and the jobs that wait."""
    now = clock.now()
    broker_answers, queued, unacked = _broker()
    seen = dict(Heartbeat.objects.values_list("role").annotate(Max("beat_at")))
    due = Job.objects.filter(state=JobState.PENDING, next_attempt_at__lte=now)
    oldest = due.aggregate(oldest=Min("next_attempt_at"))["oldest"]
    stopped = Job.objects.filter(state__in=[JobState.FAILED, JobState.DEAD]).count()
    missed = [turn.label for turn in turns(now) if turn.is_missed]
    findings = [
        (not broker_answers, "Redis ne répond pas."),
        (is_silent(seen.get("worker"), now), "Aucun processus de calcul n'a donné signe de vie."),
        (is_silent(seen.get("beat"), now), "L'horloge n'a pas donné signe de vie."),
        (oldest is not None and now - oldest > LATE_AFTER, "Des traitements attendent."),
        (bool(missed), f"L'horloge a manqué un passage : {', '.join(missed)}."),
    ]
    return Health(
        broker_answers=broker_answers,
        queued=queued,
        unacked=unacked,
        worker_seen_at=seen.get("worker"),
        clock_seen_at=seen.get("beat"),
        oldest_due_at=oldest,
        stopped_jobs=stopped,
        problems=[words for wrong, words in findings if wrong],
    )


def _broker() -> tuple[bool, int | None, int | None]:
    brief: dict[str, Any] = {
        "socket_timeout": settings.JOB_WAKE_TIMEOUT_SECONDS,
        "socket_connect_timeout": settings.JOB_WAKE_TIMEOUT_SECONDS,
        "max_retries": 0,
    }
    try:
        with current_app.connection_for_write(transport_options=brief) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            channel = connection.default_channel
            if connection.transport.driver_type != "redis":
                return True, None, None
            return True, channel.client.llen("celery"), channel.client.hlen("unacked")
    except (KombuError, RedisError, OSError):
        return False, None, None
