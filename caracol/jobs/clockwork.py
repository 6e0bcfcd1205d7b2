"""When each periodic job ran, when it runs next, and whether the clock missed one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from caracol.core import clock
from caracol.jobs.enums import JobState
from caracol.jobs.models import Heartbeat, Job, PeriodRun
from caracol.jobs.registry import Periodic, periodics

SILENT_AFTER = timedelta(minutes=5)
# A sweep comes every half minute: a period not begun by then was missed.
GRACE = timedelta(minutes=15)
WATCHED = 31  # periods back
ROLES = (("worker", "Calcul (worker)"), ("beat", "Horloge (beat)"))


@dataclass(frozen=True)
class Turn:
    """A periodic job: its last period, how it went, the next one."""

    kind: str
    label: str
    period: date
    due_at: datetime
    next_at: datetime
    is_begun: bool
    has_run: bool
    job: Job | None
    skipped: list[date] = field(default_factory=list)
    now: datetime = field(default_factory=clock.now)

    @property
    def is_missed(self) -> bool:
        """Whether its moment has passed and nothing began it, though it ran before."""
        return self.has_run and not self.is_begun and self.now - self.due_at > GRACE

    @property
    def is_stopped(self) -> bool:
        """Whether its last run was refused or given up."""
        return self.job is not None and self.job.is_stopped

    @property
    def tone(self) -> str:
        """Its colour."""
        if self.is_missed or self.is_stopped:
            return "danger"
        return "success" if self.job and self.job.state == JobState.DONE else "neutral"

    @property
    def words(self) -> str:
        """How it stands."""
        if self.is_missed:
            return "Manqué"
        if self.job is None:
            return "Jamais lancé" if not self.has_run else "En attente"
        return JobState(self.job.state).label.capitalize()

    @property
    def seconds(self) -> int | None:
        """How long the last run took."""
        job = self.job
        if job is None or job.started_at is None or job.finished_at is None:
            return None
        return max(1, round((job.finished_at - job.started_at).total_seconds()))


@dataclass(frozen=True)
class Process:
    """A process that must live, and when it gave a sign last."""

    label: str
    seen_at: datetime | None
    is_silent: bool


def turns(now: datetime) -> list[Turn]:
    """Return every periodic job as it stands: two queries, however many there are."""
    known = periodics()
    kinds = [periodic.kind for periodic in known]
    runs: dict[str, set[date]] = defaultdict(set)
    for kind, period in PeriodRun.objects.filter(kind__in=kinds).values_list("kind", "period"):
        runs[kind].add(period)
    last = Job.objects.filter(kind__in=kinds).order_by("kind", "-created_at", "-pk")
    jobs = {job.kind: job for job in last.distinct("kind")}
    return [_turn(periodic, runs, jobs, now) for periodic in known]


def _turn(
    periodic: Periodic, runs: Mapping[str, set[date]], jobs: Mapping[str, Job], now: datetime
) -> Turn:
    schedule, begun = periodic.schedule, runs.get(periodic.kind, set())
    latest = schedule.latest(timezone.localtime(now))
    return Turn(
        kind=periodic.kind,
        label=periodic.label,
        period=latest,
        due_at=schedule.moment(latest),
        next_at=schedule.moment(schedule.after(latest)),
        is_begun=latest in begun,
        has_run=bool(begun),
        job=jobs.get(periodic.kind),
        skipped=_skipped(periodic, begun, latest),
        now=now,
    )


def _skipped(periodic: Periodic, begun: set[date], latest: date) -> list[date]:
    """Return the periods of late that nobody ran though earlier and later ones were."""
    found: list[date] = []
    period = latest
    for _ in range(WATCHED):
        period = periodic.schedule.before(period)
        if not begun or period < min(begun):
            break
        if period not in begun:
            found.append(period)
    return found


def processes(now: datetime) -> list[Process]:
    """Return the processes that must live: one query."""
    seen = dict(Heartbeat.objects.values_list("role").annotate(Max("beat_at")))
    return [Process(label, seen.get(role), is_silent(seen.get(role), now)) for role, label in ROLES]


def is_silent(seen_at: datetime | None, now: datetime) -> bool:
    """Whether a process has given no sign of life for too long."""
    return seen_at is None or now - seen_at > SILENT_AFTER


def fault_of_worker() -> str:
    """Say what is wrong with the workers, for what watches them; "" when all is well."""
    return _silence("worker", clock.now())


def fault_of_beat() -> str:
    """Say what is wrong with the clock, a missed beat included; "" when all is well."""
    now = clock.now()
    missed = [turn.kind for turn in turns(now) if turn.is_missed]
    faults = [_silence("beat", now), f"missed {' '.join(missed)}" if missed else ""]
    return ", ".join(filter(None, faults))


def _silence(role: str, now: datetime) -> str:
    alive = Heartbeat.objects.filter(role=role, beat_at__gte=now - SILENT_AFTER)
    return "" if alive.exists() else "silent"
