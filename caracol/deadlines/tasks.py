"""The nightly refresh of deadlines, and the one that follows what people do."""

from datetime import time

from celery import shared_task

from caracol.core import clock
from caracol.deadlines import keeping_up
from caracol.deadlines.services.refreshing import refresh
from caracol.jobs.periods import Daily
from caracol.jobs.registry import periodic
from caracol.jobs.work import Work


@periodic(
    "deadlines.refresh",
    label="Calcul des échéances",
    schedule=Daily(time(4, 0)),
    catch_up=1,
    max_attempts=4,
)
def refresh_deadlines(work: Work) -> None:
    """Bring deadlines in line with their sources; a day missed is caught up by the next one."""
    done = refresh(on=clock.today())
    work.conclude(
        f"{done.opened} échéances ouvertes, {done.moved} déplacées, {done.closed} réglées."
    )


@shared_task(name="caracol.deadlines.tasks.keep_up")
def keep_up(**_: object) -> None:
    """Follow what was done since the last look."""
    keeping_up.keep_up()
