"""Tasks: written, changed, their checklist; done and handed over as every deadline is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.deadlines.enums import DeadlineAct, Subject
from caracol.deadlines.models import Deadline, DeadlineEvent, Task, TaskItem
from caracol.deadlines.recurrence import in_words
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.mine import is_everywhere
from caracol.deadlines.services.repeating import open_day

CREATED = history.label("deadlines.task-created", "Tâche créée")
CHANGED = history.label("deadlines.task-changed", "Tâche modifiée")
CHECKED = history.label("deadlines.task-checked", "Point d'une tâche coché")


MOST_ITEMS = 50
SHOWN = 80  # what the history keeps of a text before and after


class TaskRefused(Refused):
    """The task cannot be written as it is said."""


@dataclass(frozen=True)
class TaskWords:
    """What a task says: its words, its day, how it comes back, whose it is, its checklist.

    Private, it is its author's alone; else its role's on a territory, or somebody's by name.
    `keeps_people`: a correction leaves it to whom it is.
    """

    title: str
    due_on: date
    note: str = ""
    frequency: str = ""
    every: int = 1
    until: date | None = None
    is_private: bool = False
    assignee: User | None = None
    role: str = ""
    territory: Territory | None = None
    items: Sequence[str] = ()
    keeps_people: bool = False


@dataclass(frozen=True)
class TaskAbout:
    """Whom or what a task is about, by number."""

    person_id: int | None = None
    contract_id: int | None = None
    home_id: int | None = None


@transaction.atomic
def create_task(*, words: TaskWords, actor: User, on: date, about: TaskAbout | None = None) -> Task:
    """Write a task, and open its first day. Raises TaskRefused."""
    _check(words)
    _check_place(words, actor)
    where = about or TaskAbout()
    with history.act(CREATED, actor=actor):
        task = Task.objects.create(
            title=words.title.strip(),
            note=words.note.strip(),
            frequency=words.frequency,
            every=words.every,
            series_on=words.due_on,
            until=words.until,
            created_by=actor,
        )
        _write_items(task, words.items)
        like = Deadline(
            territory=words.territory,
            person_id=where.person_id,
            contract_id=where.contract_id,
            home_id=where.home_id,
            assignee=None if words.is_private else words.assignee,
            owner=actor if words.is_private else None,
            role="" if words.is_private else words.role,
        )
        open_day(task, words.due_on, like=like, on=on, actor=actor)
    return task


@transaction.atomic
def edit_task(*, task: Task, words: TaskWords, actor: User, seen: str = "") -> Task:
    """Change a task and the day of it that is open; `seen` is how it was read. Raises TaskRefused.

    Who changed what is written in its history.
    """
    _check(words)
    with history.act(CHANGED, actor=actor):
        held = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
        days = Deadline.objects.select_for_update(of=("self",)).filter(task=held)
        row = days.first()
        if row is None or not row.is_open:
            raise TaskRefused("Cette tâche est déjà faite : rouvrez-la d'abord.")
        if seen and seen != print_of(held, row):
            raise TaskRefused(
                "Quelqu'un a changé cette tâche pendant que vous l'écriviez : rien n'a été "
                "enregistré. Relisez-la dans un autre onglet, puis reprenez vos changements."
            )
        if words.territory is not None or row.territory_id is not None:
            _check_place(words, actor)
        before = _said(held, row)
        _move(held, row, words, actor)
        held.title, held.note = words.title.strip(), words.note.strip()
        held.frequency, held.every, held.until = words.frequency, words.every, words.until
        held.save()
        row.about, row.why = held.title, held.note[:300]
        row.territory = words.territory
        if not words.keeps_people:
            row.assignee = None if words.is_private else words.assignee
            row.owner = held.created_by if words.is_private else None
            row.role = "" if words.is_private else words.role
        row.save()
        _write_items(held, words.items)
        _tell_changes(row, before, _said(held, row), actor)
    return held


def print_of(task: Task, row: Deadline) -> str:
    """Return a fingerprint of all that the form of a task writes, to notice a change by another."""
    facts = [
        *(task.title, task.note, task.frequency, task.every, task.until, row.due_on),
        *(row.assignee_id, row.owner_id, row.role, row.territory_id, row.state),
        *task.items.order_by("position").values_list("label", flat=True),
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def _said(task: Task, row: Deadline) -> dict[str, str]:
    """Return what a task says, in words; its day has its own line in the history."""
    labels = task.items.order_by("position").values_list("label", flat=True)
    who = str(row.assignee or row.owner or (Role(row.role).label if row.role else ""))
    return {
        "intitulé": task.title,
        "à qui": who,
        "territoire": str(row.territory or "tous"),
        "revient": in_words(task.frequency, task.every),
        "jusqu'au": f"{task.until:%d/%m/%Y}" if task.until else "sans fin",
        "précisions": task.note,
        "points à cocher": ", ".join(labels),
    }


def _tell_changes(
    row: Deadline, before: dict[str, str], after: dict[str, str], actor: User
) -> None:
    changes = [
        f"{name} : {was[:SHOWN] or 'rien'} → {after[name][:SHOWN] or 'rien'}"
        for name, was in before.items()
        if was != after[name]
    ]
    if changes:
        text = " ; ".join(changes)[:600]
        DeadlineEvent.objects.create(deadline=row, act=DeadlineAct.EDITED, by=actor, text=text)


def _move(task: Task, row: Deadline, words: TaskWords, actor: User) -> None:
    if words.due_on == row.due_on:
        return
    DeadlineEvent.objects.create(
        deadline=row, act=DeadlineAct.MOVED, by=actor, from_on=row.due_on, to_on=words.due_on
    )
    row.due_on, task.series_on = words.due_on, words.due_on


@transaction.atomic
def check_item(*, item: TaskItem, is_done: bool, actor: User, on: date) -> TaskItem:
    """Tick a line of a checklist, or untick it."""
    with history.act(CHECKED, actor=actor):
        held = TaskItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
        held.done_on, held.done_by = (on, actor) if is_done else (None, None)
        held.save()
    return held


def _check(words: TaskWords) -> None:
    if not words.title.strip():
        raise TaskRefused("Écrivez ce qu'il y a à faire.")
    if words.until is not None and words.until < words.due_on:
        raise TaskRefused("La série finit avant d'avoir commencé.")
    has_people = words.keeps_people or words.is_private or words.assignee is not None
    if not has_people and not words.role:
        raise TaskRefused("Dites à qui est cette tâche : à vous, à quelqu'un, ou à un rôle.")
    if len(words.items) > MOST_ITEMS:
        raise TaskRefused(f"Au plus {MOST_ITEMS} points à cocher : faites-en plusieurs tâches.")


def _check_place(words: TaskWords, actor: User) -> None:
    """Refuse a task for others that no territory keeps from those of another one."""
    if not words.is_private and words.territory is None and not is_everywhere(actor):
        raise TaskRefused("Choisissez le territoire : la tâche n'est montrée qu'à son équipe.")


def _write_items(task: Task, labels: Sequence[str]) -> None:
    """Keep the lines said, in their order; those already ticked stay so by their words."""
    known = {item.label: item for item in task.items.all()}
    wanted = [label.strip()[:160] for label in labels if label.strip()]
    for item in known.values():
        item.delete()
    for position, label in enumerate(dict.fromkeys(wanted), start=1):
        was = known.get(label)
        TaskItem.objects.create(
            task=task,
            position=position,
            label=label,
            done_on=was.done_on if was else None,
            done_by=was.done_by if was else None,
        )


def task_of(deadline: Deadline) -> Task | None:
    """Return the task whose day a deadline is."""
    if deadline.kind != TASK or deadline.subject != Subject.TASK:
        return None
    return Task.objects.filter(pk=deadline.subject_id).select_related("created_by").first()


def unticked(deadline: Deadline) -> list[str]:
    """Return what is not ticked of the task whose open day a deadline is."""
    left = TaskItem.objects.filter(task__deadline=deadline, done_on=None).order_by("position")
    return list(left.values_list("label", flat=True))
