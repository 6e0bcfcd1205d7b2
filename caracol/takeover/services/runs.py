"""The takeover through the browser: a workbook is kept from its preview to its confirmation."""

import io
import uuid
from datetime import date, timedelta
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction

from caracol.accounts.enums import NETWORK_WIDE
from caracol.accounts.models import User
from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.takeover.files import MAX_FILE
from caracol.takeover.findings import as_json
from caracol.takeover.models import RunState, TakeoverRun
from caracol.takeover.services.taking import Examination, Outcome, examine, take_over
from colocations.models import Site

KEPT_HOURS = 24


class NotYourTerritory(Refused):
    """A takeover reaches territories that the person has no right on."""


class PreviewLost(Refused):
    """A preview that was abandoned, replaced or kept too long."""


def preview_workbook(*, workbook: BinaryIO, name: str, actor: User, today: date) -> TakeoverRun:
    """Examine a workbook and keep it for its confirmation; one with errors is not kept.

    Raises NotAWorkbook, NotYourTerritory.
    """
    content = io.BytesIO(workbook.read(MAX_FILE + 1))
    exam = examine(workbook=content, today=today)
    _must_reach(exam, actor)
    refusal = exam.refusal
    report: dict[str, Any] = {
        "errors": as_json(exam.findings.errors),
        "remarks": as_json(exam.findings.remarks),
        "refusal": "" if refusal is None or exam.findings.errors else str(refusal),
    }
    if exam.difference is not None:
        report |= {
            "difference": exam.difference.told,
            "sheets": exam.difference.by_sheet(),
            "digest": exam.difference.digest,
        }
    with transaction.atomic():
        _drop_previews(actor)
        run = TakeoverRun(
            actor=actor,
            state=RunState.REFUSED if refusal else RunState.PREVIEWED,
            name=name[-200:],
            sha256=exam.sha256,
            taken_on=exam.book.taken_on if exam.book.balances else None,
            counts=exam.counts,
            workbook_total=exam.book.opening_total,
            report=report,
        )
        if refusal is None:
            run.file.save(f"{uuid.uuid4().hex}.xlsx", ContentFile(content.getvalue()), save=False)
        run.save()
    return run


def confirm_run(*, run: TakeoverRun, actor: User, today: date) -> Outcome:
    """Take over the workbook of a preview, whose difference must still be the same.

    Raises PreviewLost, and what `take_over` raises.
    """
    if run.state == RunState.DONE:
        return Outcome(run.counts, run.opening_total or run.workbook_total, 0, 0, [], run)
    if run.state != RunState.PREVIEWED or not run.file:
        raise PreviewLost("Cet aperçu n'est plus valable. Envoyez le classeur à nouveau.")
    with run.file.open("rb") as stored:
        content = io.BytesIO(stored.read())
    with transaction.atomic():
        _must_reach(examine(workbook=content, today=today), actor)
        outcome = take_over(
            workbook=content,
            actor=actor,
            today=today,
            name=run.name,
            expected=run.report.get("digest", ""),
        )
        _forget(run, RunState.ABANDONED)
    return outcome


def abandon_run(*, run: TakeoverRun) -> None:
    """Give up a preview and remove its file. Again = no change."""
    if run.state == RunState.PREVIEWED:
        _forget(run, RunState.ABANDONED)


def _forget(run: TakeoverRun, state: RunState) -> None:
    """Remove the file and what the report tells of people."""
    file = run.file
    name, storage = file.name, file.storage
    run.file = ""
    run.state = state
    run.report = {"remarks": run.report.get("remarks", []), "sheets": run.report.get("sheets", {})}
    run.save(update_fields=["file", "state", "report"])
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def _drop_previews(actor: User) -> None:
    """Abandon the actor's earlier previews, and everybody's old ones."""
    waiting = TakeoverRun.objects.filter(state=RunState.PREVIEWED)
    limit = clock.now() - timedelta(hours=KEPT_HOURS)
    for run in waiting.filter(actor=actor) | waiting.filter(created_at__lt=limit):
        _forget(run, RunState.ABANDONED)


def reaches_all(actor: User) -> bool:
    """Return whether the person has a right on every territory that Caracol knows homes in."""
    roles = PAGES["takeover:confirm"]
    if actor.roles & roles & NETWORK_WIDE:
        return True
    known = Site.objects.values_list("territory", flat=True).distinct()
    return all(actor.roles_on(territory) & roles for territory in known)


def _must_reach(exam: Examination, actor: User) -> None:
    """A takeover shows and writes every territory: the person needs a right on all of them."""
    roles = PAGES["takeover:confirm"]
    if actor.roles & roles & NETWORK_WIDE:
        return
    codes = {row.territory.upper() for row in exam.book.sites}
    known = {territory.pk for code, territory in exam.known.territories.items() if code in codes}
    known |= set(Site.objects.values_list("territory", flat=True).distinct())
    if any(not actor.roles_on(territory) & roles for territory in known):
        raise NotYourTerritory(
            "La reprise touche des colocations d'un territoire sur lequel vous n'avez pas de "
            "droit : demandez à la direction de la faire."
        )
