"""The nightly refresh of deadlines, the one that follows what people do, and the reminders."""

from datetime import time

from celery import shared_task

from caracol.core import clock
from caracol.deadlines import keeping_up
from caracol.deadlines.services.refreshing import refresh
from caracol.deadlines.services.reminding import open_moment, send_reminders
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


@periodic(
    "deadlines.reminders",
    label="Rappels aux équipes",
    schedule=Daily(time(5, 30)),
    catch_up=1,
    max_attempts=4,
)
def remind(work: Work) -> None:
    """Write the mails of the day; of a day missed, the next one tells what is still to be done."""

    def report(done: int, total: int) -> None:
        work.report(done=done, total=total, doing="Rappels")

    done = send_reminders(on=clock.today(), report=report)
    work.conclude(f"{done.emails} courriels, {done.reminders} rappels.")


@shared_task(name="caracol.deadlines.tasks.remind_urgent")
def remind_urgent(**_: object) -> None:
    """Tell at once what became urgent since the morning; at night nobody is told anything."""
    now = clock.now()
    if open_moment(now) == now:
        send_reminders(on=clock.today(), urgent_only=True)
