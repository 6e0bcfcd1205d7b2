"""Ask for a check of the whole ledger, and read what the last one found."""

from dataclasses import dataclass
from datetime import datetime

from caracol.accounts.models import User
from caracol.core import clock
from caracol.jobs import services as jobs
from caracol.jobs.enums import OVER, JobState
from caracol.jobs.models import Job

CHECK = "payments.check-ledger"


@dataclass(frozen=True)
class LastCheck:
    """What the last finished check of the books found."""

    at: datetime
    failures: list[str]
    checked: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def facts(self) -> int:
        """How many facts were verified."""
        return sum(self.checked.values())


def ask_check(*, actor: User) -> Job:
    """Ask for a check of the ledger; one that waits already is the one."""
    live = running_check()
    if live is not None:
        return live
    return jobs.enqueue(
        kind=CHECK,
        dedup_key=f"{CHECK}:asked:{clock.now().isoformat()}",
        title="Contrôle des comptes",
        requested_by=actor,
    )


def running_check() -> Job | None:
    """Return the check that waits or runs, if any."""
    live = Job.objects.filter(kind=CHECK, state__in=[JobState.PENDING, JobState.RUNNING])
    return live.order_by("pk").first()


def last_check() -> LastCheck | None:
    """Return what the last finished check found; one that failed says why."""
    over = Job.objects.filter(kind=CHECK, state__in=OVER, finished_at__isnull=False)
    job = over.order_by("-finished_at").first()
    if job is None or job.finished_at is None:
        return None
    failures = job.result.get("failures", []) if job.state == JobState.DONE else [job.error]
    return LastCheck(job.finished_at, failures, job.result.get("checked", {}))
