"""What people do with a deadline: done, put off, handed over, commented; and taken back."""

from datetime import date
from typing import Any

from django.db import transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from caracol.deadlines.enums import SAID_BY_PEOPLE, DeadlineAct, DeadlineState, Outcome
from caracol.deadlines.models import Deadline, DeadlineEvent, Task
from caracol.deadlines.registry import TASK, kind_of
from caracol.deadlines.selectors.mine import latest_snooze, may_decide
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services.repeating import bring_back, call_off_next, ticks_of

# What an act of a person changes, hence what taking it back restores.
CHANGED = (
    *("state", "outcome", "note", "closed_on", "closed_by_id"),
    *("snoozed_until", "snooze_reason", "assignee_id", "role", "settled_on"),
)
_DAYS = frozenset({"closed_on", "snoozed_until", "settled_on"})


class DeadlineRefused(Refused):
    """The act makes no sense on the deadline as it is now."""


def _held(deadline: Deadline) -> Deadline:
    return Deadline.objects.select_for_update(of=("self",)).get(pk=deadline.pk)


def _open(deadline: Deadline) -> Deadline:
    """Return the deadline held, still to be done. Raises DeadlineRefused."""
    row = _held(deadline)
    if row.is_open:
        return row
    who = f" par {row.closed_by}" if row.closed_by_id else ""
    when = f" le {french_day(row.closed_on)}" if row.closed_on else ""
    raise DeadlineRefused(f"Cette échéance est déjà close{who}{when} : rien n'a été changé.")


def _was(row: Deadline) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in CHANGED}
    return {
        name: value.isoformat() if name in _DAYS and value else value
        for name, value in found.items()
    }


def _tell(
    row: Deadline, act: DeadlineAct, actor: User, text: str, before: Any = None
) -> DeadlineEvent:
    return DeadlineEvent.objects.create(
        deadline=row, act=act, by=actor, text=text[:600], before=before, from_on=row.due_on
    )


@transaction.atomic
def mark_done(
    *, deadline: Deadline, outcome: Outcome, note: str = "", actor: User, on: date
) -> DeadlineEvent:
    """Say that a deadline is dealt with, and how. Raises DeadlineRefused."""
    if outcome not in SAID_BY_PEOPLE:
        raise DeadlineRefused("Dites comment cette échéance a été réglée.")
    row = _open(deadline)
    before = _was(row)
    row.state, row.outcome, row.note = DeadlineState.DONE, outcome, note.strip()[:300]
    row.closed_on, row.closed_by = on, actor
    row.snoozed_until, row.snooze_reason = None, ""
    row.checklist = _ticks(row)
    row.save()
    text = " : ".join(filter(None, (str(Outcome(outcome).label), note.strip())))
    event = _tell(row, DeadlineAct.DONE, actor, f"{text}{_left(row.checklist)}", before)
    if row.kind == TASK:
        bring_back(row, actor=actor, on=on)
    return event


def _ticks(row: Deadline) -> list[dict[str, Any]] | None:
    """Return what the checklist of a task says as it is closed."""
    task = Task.objects.filter(deadline=row).first() if row.kind == TASK else None
    return (ticks_of(task) or None) if task else None


def _left(checklist: list[dict[str, Any]] | None) -> str:
    """Say what was not ticked."""
    left = [line["label"] for line in checklist or () if not line["on"]]
    return f" (non coché : {', '.join(left)})" if left else ""


@transaction.atomic
def snooze(*, deadline: Deadline, until: date, reason: str, actor: User, on: date) -> DeadlineEvent:
    """Put a deadline off until a day, for a reason. Raises DeadlineRefused."""
    row = _open(deadline)
    if until <= on:
        raise DeadlineRefused("Reportez à un jour à venir.")
    if not reason.strip():
        raise DeadlineRefused("Dites pourquoi vous reportez.")
    rule = rules_on(on).get(row.kind)
    limit = latest_snooze(row, rule, on)
    if until > limit and not may_decide(actor, row, rule):
        raise DeadlineRefused(
            f"On ne reporte pas au-delà du {french_day(limit)}, où le relais est pris : seule une "
            "personne qui décide peut le faire."
        )
    before = _was(row)
    row.snoozed_until, row.snooze_reason = until, reason.strip()[:200]
    row.save(update_fields=["snoozed_until", "snooze_reason"])
    text = f"au {french_day(until)} : {row.snooze_reason}"
    return _tell(row, DeadlineAct.SNOOZED, actor, text, before)


@transaction.atomic
def awaken(*, deadline: Deadline, actor: User) -> DeadlineEvent:
    """End a putting off. Raises DeadlineRefused."""
    row = _open(deadline)
    before = _was(row)
    row.snoozed_until, row.snooze_reason = None, ""
    row.save(update_fields=["snoozed_until", "snooze_reason"])
    return _tell(row, DeadlineAct.AWAKENED, actor, "", before)


def _sees(person: User, row: Deadline) -> bool:
    return Deadline.objects.visible_to(person).filter(pk=row.pk).exists()


@transaction.atomic
def hand_over(
    *, deadline: Deadline, to: User | None, role: str = "", note: str = "", actor: User
) -> DeadlineEvent:
    """Hand a deadline to somebody, to a role, or back to whom it belongs by rule.

    It gives no right: who may not know of it is refused. A task has no rule: it goes back to the
    team it was written for, else to its author. Raises DeadlineRefused.
    """
    row = _open(deadline)
    if to is not None and row.kind != TASK and not _sees(to, row):
        raise DeadlineRefused(f"{to} n'a pas le droit de voir cette échéance.")
    _check_role(row, role)
    before = _was(row)
    row.assignee = to
    if row.kind != TASK:
        row.role = role
    else:
        row.role = role or row.role
        if to is None and not row.role and row.owner_id is None:
            row.assignee = row.author
    row.save(update_fields=["assignee", "role"])
    name = str(row.assignee or (Role(row.role).label if row.role else "l'équipe"))
    return _tell(row, DeadlineAct.HANDED, actor, f"à {name}{f' : {note}' if note else ''}", before)


def _check_role(row: Deadline, role: str) -> None:
    kind = kind_of(row.kind)
    if role and kind is not None and Role(role) not in kind.readers:
        raise DeadlineRefused(f"{Role(role).label} n'a pas le droit de voir cette échéance.")


@transaction.atomic
def comment(*, deadline: Deadline, text: str, actor: User) -> DeadlineEvent:
    """Say something about a deadline. Raises DeadlineRefused."""
    if not text.strip():
        raise DeadlineRefused("Écrivez votre commentaire.")
    return _tell(deadline, DeadlineAct.COMMENTED, actor, text.strip())


@transaction.atomic
def undo(*, event: DeadlineEvent, actor: User) -> Deadline:
    """Take back the last act of a person, once. Raises DeadlineRefused."""
    row = _held(event.deadline)
    if event.before is None:
        raise DeadlineRefused("Cet acte ne s'annule pas.")
    later = row.events.filter(pk__gt=event.pk).exclude(act=DeadlineAct.COMMENTED)
    if later.exists():
        raise DeadlineRefused("L'échéance a changé depuis : regardez où elle en est.")
    for name, value in event.before.items():
        kept = date.fromisoformat(value) if name in _DAYS and value else value
        setattr(row, name, kept)
    row.save()
    DeadlineEvent.objects.create(
        deadline=row, act=DeadlineAct.UNDONE, by=actor, undoes=event, text=event.get_act_display()
    )
    if row.kind == TASK and event.act == DeadlineAct.DONE:
        call_off_next(row, on=event.deadline.closed_on or row.due_on, actor=actor)
    return row


@transaction.atomic
def reopen(*, deadline: Deadline, actor: User) -> DeadlineEvent:
    """Open again what somebody said was done; a task has one open day. Raises DeadlineRefused."""
    row = _held(deadline)
    if row.state != DeadlineState.DONE:
        raise DeadlineRefused("Cette échéance n'a pas été close par quelqu'un.")
    closed_on = row.closed_on or row.due_on
    row.state, row.outcome, row.note = DeadlineState.OPEN, "", ""
    row.closed_on, row.closed_by, row.settled_on = None, None, None
    row.save()
    if row.kind == TASK:
        call_off_next(row, on=closed_on, actor=actor)
    return _tell(row, DeadlineAct.REOPENED, actor, "")
