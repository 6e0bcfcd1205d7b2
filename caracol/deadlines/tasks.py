"""The nightly refresh of deadlines."""

from datetime import time

from caracol.core import clock
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
