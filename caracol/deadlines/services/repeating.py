"""A task that comes back: done, its next day opens; taken back, the next one is called off."""

from datetime import date

from caracol.accounts.models import User
from caracol.deadlines.enums import DeadlineAct, DeadlineState, Outcome, Subject
from caracol.deadlines.models import Deadline, DeadlineEvent, Task
from caracol.deadlines.recurrence import next_after
from caracol.deadlines.registry import TASK


def open_day(task: Task, due_on: date, *, like: Deadline, on: date) -> Deadline:
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
            "assignee_id": like.assignee_id,
            "owner_id": like.owner_id,
            "role": like.role,
            "why": task.note[:300],
        },
    )
    if not created:
        row.state, row.outcome, row.closed_on, row.closed_by = DeadlineState.OPEN, "", None, None
        row.save()
    DeadlineEvent.objects.create(
        deadline=row,
        act=DeadlineAct.OPENED if created else DeadlineAct.REOPENED,
        to_on=due_on,
    )
    task.deadline = row
    task.save(update_fields=["deadline"])
    return row


def bring_back(done: Deadline, *, actor: User, on: date) -> Deadline | None:
    """Open the next day of the task whose day was done, if it comes back."""
    task = Task.objects.select_for_update().filter(pk=done.subject_id).first()
    if task is None or task.deadline_id != done.pk:
        return None
    following = next_after(task.series_on, task.frequency, task.every, done.due_on, task.until)
    if following is None:
        return None
    task.items.exclude(done_on=None).update(done_on=None, done_by=None)
    return open_day(task, following, like=done, on=on)


def call_off_next(again: Deadline, *, on: date) -> None:
    """Call off the day that followed one taken back."""
    task = Task.objects.select_for_update().filter(pk=again.subject_id).first()
    if task is None or task.deadline_id == again.pk:
        return
    following = task.deadline
    if following is not None and following.is_open:
        following.state, following.outcome = DeadlineState.CLOSED, Outcome.NEEDLESS
        following.closed_on = on
        following.save()
        DeadlineEvent.objects.create(deadline=following, act=DeadlineAct.CLOSED)
    task.deadline = again
    task.save(update_fields=["deadline"])
