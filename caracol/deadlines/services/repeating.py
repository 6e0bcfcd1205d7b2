"""A task that comes back: done, its next day opens; taken back, the next one is called off."""

from datetime import date
from typing import Any

from caracol.accounts.models import User
from caracol.core.periods import french_day
from caracol.deadlines.enums import DeadlineAct, DeadlineState, Outcome, Subject
from caracol.deadlines.models import Deadline, DeadlineEvent, Task, TaskItem
from caracol.deadlines.recurrence import next_after
from caracol.deadlines.registry import TASK

_NAMED = 3
_MOST = 400


def open_day(
    task: Task, due_on: date, *, like: Deadline, on: date, actor: User, text: str = ""
) -> Deadline:
    """Open a day of a task for the same people; the same day again is the same deadline."""
    row, created = Deadline.objects.get_or_create(
        kind=TASK,
        key=f"{task.pk}/{due_on:%Y-%m-%d}",
        defaults={
            "subject": Subject.TASK,
            "subject_id": task.pk,
            "about": task.title,
            "due_on": due_on,
            "opened_on": on,
            "territory_id": like.territory_id,
            "person_id": like.person_id,
            "contract_id": like.contract_id,
            "home_id": like.home_id,
            "site_id": like.site_id,
            "author_id": task.created_by_id,
            "why": task.note[:300],
            **_people(task, like),
        },
    )
    if not created:
        row.state, row.outcome, row.closed_on, row.closed_by = DeadlineState.OPEN, "", None, None
        row.save()
    DeadlineEvent.objects.create(
        deadline=row,
        act=DeadlineAct.OPENED if created else DeadlineAct.REOPENED,
        by=actor,
        to_on=due_on,
        text=text,
    )
    task.deadline = row
    task.save(update_fields=["deadline"])
    return row


def _people(task: Task, like: Deadline) -> dict[str, Any]:
    """Return whose the new day is: who has left since is not kept; the author has it again."""
    assignee = like.assignee if like.assignee and like.assignee.is_active else None
    if assignee is None and not like.role and like.owner_id is None:
        assignee = task.created_by
    return {"assignee": assignee, "owner_id": like.owner_id, "role": like.role}


def bring_back(done: Deadline, *, actor: User, on: date) -> Deadline | None:
    """Open the next day to come of the task whose day was done; say which were passed over."""
    task = Task.objects.select_for_update(of=("self",)).filter(pk=done.subject_id).first()
    if task is None or task.deadline_id != done.pk:
        return None
    following = _after(task, max(done.due_on, on))
    if following is None:
        return None
    task.items.exclude(done_on=None).update(done_on=None, done_by=None)
    return open_day(task, following, like=done, on=on, actor=actor, text=_passed(task, done, on))


def _after(task: Task, day: date) -> date | None:
    return next_after(task.series_on, task.frequency, task.every, day, task.until)


def _passed(task: Task, done: Deadline, on: date) -> str:
    """Say which days of the series went by while it was late."""
    days: list[date] = []
    day = _after(task, done.due_on)
    while day is not None and day <= on and len(days) < _MOST:
        days.append(day)
        day = _after(task, day)
    if not days:
        return ""
    named = ", ".join(f"{each:%d/%m/%Y}" for each in days[:_NAMED])
    more = f" et {len(days) - _NAMED} autres" if len(days) > _NAMED else ""
    return f"sauté pendant le retard : {named}{more}"


def call_off_next(again: Deadline, *, on: date, actor: User) -> None:
    """Call off the day that followed one open again, whose ticks come back."""
    task = Task.objects.select_for_update(of=("self",)).filter(pk=again.subject_id).first()
    if task is None:
        return
    following = task.deadline
    if following is not None and following.pk != again.pk and following.is_open:
        following.state, following.outcome = DeadlineState.CLOSED, Outcome.NEEDLESS
        following.closed_on, following.checklist = on, ticks_of(task)
        following.save()
        DeadlineEvent.objects.create(
            deadline=following,
            act=DeadlineAct.CLOSED,
            by=actor,
            text=f"la tâche du {french_day(again.due_on)} est rouverte",
        )
    task.deadline = again
    task.save(update_fields=["deadline"])
    _tick_again(task, again.checklist)


def ticks_of(task: Task) -> list[dict[str, Any]]:
    """Return the checklist as it stands: what a closed day keeps."""
    return [
        {
            "label": item.label,
            "on": item.done_on.isoformat() if item.done_on else None,
            "by": item.done_by_id,
            "who": str(item.done_by) if item.done_by else "",
        }
        for item in task.items.select_related("done_by").order_by("position")
    ]


def _tick_again(task: Task, kept: list[dict[str, Any]] | None) -> None:
    """Tick what was ticked when the day was closed."""
    ticked = {line["label"]: line for line in kept or () if line["on"]}
    changed: list[TaskItem] = []
    for item in task.items.all():
        line = ticked.get(item.label)
        item.done_on = date.fromisoformat(line["on"]) if line else None
        item.done_by_id = line["by"] if line else None
        changed.append(item)
    TaskItem.objects.bulk_update(changed, ["done_on", "done_by"])
