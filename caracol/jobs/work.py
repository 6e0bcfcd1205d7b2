"""What a handler holds while it works: its job, its progress, its time."""

import time
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from caracol.core import clock
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from caracol.jobs.registry import Handler

WRITE_EVERY_SECONDS = 0.4
REPORT_SQL = """
UPDATE jobs_job
   SET total = %(total)s, doing = %(doing)s, lease_until = %(lease_until)s,
       progress = CASE WHEN %(shared)s THEN LEAST(GREATEST(progress, %(done)s), %(total)s)
                       ELSE %(done)s END
 WHERE id = %(id)s AND state = %(running)s AND (%(shared)s OR claim_number = %(claim_number)s)
"""


class LeaseLost(Exception):
    """The job went on without this worker: it must stop, and settle nothing."""


class Work:
    """A job in hand. Progress is written outside the handler's transactions, so that it shows."""

    def __init__(self, *, job: Job, handler: Handler, seconds: float | None = None) -> None:
        self.job = job
        self.handler = handler
        self.payload: dict[str, Any] = job.payload
        self.result: dict[str, Any] = dict(job.result)
        self._done = job.progress
        self._total = job.total
        self._doing = job.doing
        self._ends_at = None if seconds is None else time.monotonic() + seconds
        self._written_at = 0.0
        # Called within a caller's transaction, nobody else can see the job yet.
        self._unseen = connection.in_atomic_block
        self._is_settling = False
        self._side: BaseDatabaseWrapper | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._side is not None:
            self._side.close()

    @property
    def is_shared(self) -> bool:
        """Tell whether other workers may hold the same job now."""
        return self.handler.parallel > 1

    @property
    def period(self) -> date:
        """Give the first day of the period a periodic job is for."""
        return date.fromisoformat(self.payload["period"])

    @property
    def time_is_up(self) -> bool:
        """Tell a long handler to return now: what remains is taken up again at once."""
        return self._ends_at is not None and time.monotonic() >= self._ends_at

    def report(
        self, *, done: int | None = None, total: int | None = None, doing: str | None = None
    ) -> None:
        """Show what is done and keep the job; raise LeaseLost when another worker took it over.

        Cheap to call for each item: written a few times a second. ``doing`` is shown to people.
        """
        changed = (total is not None and total != self._total) or (
            doing is not None and doing != self._doing
        )
        self._total = self._total if total is None else total
        self._doing = self._doing if doing is None else doing[:200]
        self._done = self._done if done is None else done
        since = time.monotonic() - self._written_at
        if since >= WRITE_EVERY_SECONDS or (changed and self._written_at == 0.0):
            self.write()

    def step(self, doing: str) -> None:
        """Show the start of a long stage at once."""
        self.report(doing=doing)
        self.write()

    def stop_reporting(self) -> None:
        """Write no more progress: the row is about to be locked and settled."""
        self._is_settling = True

    def write(self) -> None:
        """Write the progress and renew the lease now."""
        if self._is_settling:
            return
        if self.handler.remaining is not None:
            self._done = max(self._total - self.handler.remaining(self.job), 0)
        if self._total:
            self._done = min(self._done, self._total)
        with self._cursor() as cursor:
            cursor.execute(
                REPORT_SQL,
                {
                    "id": self.job.pk,
                    "claim_number": self.job.claim_number,
                    "running": JobState.RUNNING,
                    "shared": self.is_shared,
                    "done": self._done,
                    "total": self._total,
                    "doing": self._doing,
                    "lease_until": clock.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS),
                },
            )
            mine = cursor.rowcount == 1
        self._written_at = time.monotonic()
        if not mine and not self.is_shared:
            raise LeaseLost(f"job {self.job.pk}, claim {self.job.claim_number}")

    def conclude(
        self, message: str, *, links: list[tuple[str, str, dict[str, Any]]] | None = None
    ) -> None:
        """Say in French what came out, with links (label, URL name, its arguments) to see it."""
        self.result |= {
            "message": message,
            "links": [
                {"label": label, "name": name, "kwargs": kwargs}
                for label, name, kwargs in links or []
            ],
        }

    def _cursor(self) -> AbstractContextManager[CursorWrapper]:
        if self._unseen or not connection.in_atomic_block:
            return connection.cursor()
        if self._side is None:
            self._side = connections.create_connection(DEFAULT_DB_ALIAS)
            with self._side.cursor() as cursor:
                # A handler that locked its own job's row would wait for itself for ever.
                cursor.execute("SET lock_timeout = '3s'")
        return self._side.cursor()
