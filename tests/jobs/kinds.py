"""Kinds of jobs made for the tests, known to the test process and to the workers it starts."""

import os
import signal
import time
from datetime import date, timedelta
from datetime import time as hour
from pathlib import Path

from django.db import transaction

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.deadlines.services.reminding import send_reminders
from caracol.jobs.models import PeriodRun
from caracol.jobs.periods import Daily
from caracol.jobs.registry import handler, periodic

FIRST_DAY = date(2020, 1, 1)


def make_items(key, number):
    """Write the items of a batch: rows that are to do, then done."""
    PeriodRun.objects.bulk_create(
        PeriodRun(kind=f"todo:{key}", period=FIRST_DAY + timedelta(n), created_at=clock.now())
        for n in range(number)
    )


def done_items(key):
    """Count the items done."""
    return PeriodRun.objects.filter(kind=f"done:{key}").count()


def items_left(job):
    """Count the items still to do."""
    return PeriodRun.objects.filter(kind=f"todo:{job.payload['key']}").count()


def note(job, word):
    """Add a line to the journal of effects, which a crash does not undo."""
    if "log" in job.payload:
        with Path(job.payload["log"]).open("a") as file:
            file.write(f"{word} {os.getpid()}\n")


def do_items(work):
    """Do the items one by one, each in its transaction, until none can be claimed."""
    work.report(doing="Traitement")
    while not work.time_is_up:
        with transaction.atomic():
            rows = PeriodRun.objects.select_for_update(skip_locked=True).order_by("period")
            item = rows.filter(kind=f"todo:{work.payload['key']}").first()
            if item is None:
                return
            time.sleep(work.payload.get("pause", 0))
            item.kind = f"done:{work.payload['key']}"
            item.save()
        note(work.job, f"item-{item.period}")
        work.report()


@handler("test.items", label="Traitement partagé", parallel=2, remaining=items_left)
def shared_items(work):
    do_items(work)


def finish_batch(work):
    note(work.job, "finish")
    work.conclude("Tout est fait.")


@handler(
    "test.alone",
    label="Traitement seul",
    remaining=items_left,
    on_done=finish_batch,
    max_attempts=3,
)
def items_alone(work):
    do_items(work)


@handler("test.poison", label="Poison", max_attempts=2)
def poison(work):
    note(work.job, "poison")
    os.kill(os.getpid(), signal.SIGKILL)


@handler("test.fails", label="Échec", max_attempts=3)
def fails(work):
    note(work.job, "fail")
    raise ValueError("M. Untel, 12 rue Secrète")


@handler("test.refused", label="Refus")
def refused(work):
    raise Refused("Ce mois est fermé.")


@handler("test.steps", label="Étapes")
def steps(work):
    with transaction.atomic():
        for number in range(work.payload["steps"]):
            work.report(done=number, total=work.payload["steps"], doing=f"Étape {number}")
            work.write()
            time.sleep(work.payload.get("pause", 0))
    work.conclude("Fini.", links=[("Voir les traitements", "jobs:job-list", {})])


@handler("test.stuck", label="Bloqué", max_attempts=2)
def stuck(work):
    note(work.job, "stuck")
    time.sleep(60)


@handler("test.reminders", label="Rappels d'un jour")
def reminders(work):
    send_reminders(on=date.fromisoformat(work.payload["on"]))


PERIODIC = "test.nightly"


def register_nightly(*, at=hour(2, 30), catch_up=31):
    """Register a nightly job for the time of a test."""

    @periodic(PERIODIC, label="Nuit", schedule=Daily(at), catch_up=catch_up)
    def nightly(work):
        note(work.job, f"night-{work.period}")

    return nightly
