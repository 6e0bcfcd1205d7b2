"""Tasks: written, changed, their checklist ticked."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from caracol.accounts.models import Territory, User
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.deadlines.forms import TaskForm
from caracol.deadlines.models import Task, TaskItem
from caracol.deadlines.services import tasks as services
from caracol.deadlines.services.tasks import TaskAbout, TaskWords
from caracol.deadlines.subjects import CONTRACT, HOME, PERSON, Named, named, subjects
from caracol.deadlines.views.frame import line_to_act_on
from caracol.ui import toasts


def _form(request: PageRequest, initial: dict[str, Any]) -> TaskForm:
    user = request.user
    wide = any(right.territory_id is None for right in user.rights)
    mine = [right.territory_id for right in user.rights if right.territory_id is not None]
    territories = Territory.objects.order_by("name")
    people = User.objects.filter(is_active=True, memberships__isnull=False).exclude(pk=user.pk)
    if not wide:
        territories = territories.filter(pk__in=mine)
        people = people.filter(memberships__territory__in=mine) | people.filter(
            memberships__territory=None
        )
    named = people.distinct().order_by("last_name", "first_name", "pk")
    return TaskForm(
        request.POST or None, initial=initial, people=list(named), territories=list(territories)
    )


def _words(form: TaskForm) -> TaskWords:
    said = form.cleaned_data
    whose = said["whose"]
    return TaskWords(
        title=said["title"],
        due_on=said["due_on"],
        note=said["note"],
        frequency=said["frequency"],
        every=said["every"],
        until=said["until"],
        is_private=whose == "me",
        assignee=form.people.get(whose),
        role=whose[1:] if whose.startswith("r") else "",
        territory=form.territories.get(said["territory"]),
        items=said["items"].splitlines(),
    )


@page("deadlines:task-new", methods=("GET", "POST"))
def task_new(request: PageRequest) -> HttpResponse:
    """Write a task for oneself, for somebody, or for a team; about somebody, back to their page."""
    today = clock.today()
    where, subject, territory = _about(request)
    initial = {"whose": "me", "due_on": today, "territory": str(territory or "")}
    form = _form(request, initial)
    if form.is_valid():
        try:
            task = services.create_task(
                words=_words(form), actor=request.user, on=today, about=where
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Tâche ajoutée à la liste.")
            if subject is not None:
                return redirect(subject.url)
            return redirect("deadlines:deadline-detail", pk=task.deadline_id)
    return _answer(request, form, "Nouvelle tâche", subject=subject)


def _about(request: PageRequest) -> tuple[TaskAbout, Named | None, int | None]:
    """Return whom the address says the task is about, and in which territory. Raises Http404."""
    for code in (PERSON, CONTRACT, HOME):
        text = request.GET.get(code, "")
        if not text:
            continue
        known = subjects(code)
        found = named(code, request.user, [int(text)]) if text.isdecimal() else {}
        if known is None or not found:
            raise Http404
        pk = int(text)
        return TaskAbout(**{f"{code}_id": pk}), found[pk], known.territory(pk)
    return TaskAbout(), None, None


def _answer(request: PageRequest, form: TaskForm, heading: str, **more: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "heading": heading, **more}
    return render_page(request, "deadlines/task_form.html", context, status=status)


def _task(request: PageRequest, pk: int) -> Task:
    """Return a task by the deadline of its open day, through its door."""
    line = line_to_act_on(request, pk)
    found = services.task_of(line.row)
    if found is None or found.deadline_id != line.pk:
        raise PermissionDenied
    return found


@page("deadlines:task-edit", methods=("GET", "POST"))
def task_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a task and its checklist."""
    task = _task(request, pk)
    row: Any = task.deadline
    whose = f"u{row.assignee_id}" if row.assignee_id else f"r{row.role}" if row.role else "me"
    if row.assignee_id == request.user.pk:
        whose = "me"
    items = "\n".join(item.label for item in task.items.order_by("position"))
    form = _form(
        request,
        {
            "title": task.title,
            "due_on": row.due_on,
            "whose": whose,
            "territory": str(row.territory_id or ""),
            "frequency": task.frequency,
            "every": task.every,
            "until": task.until,
            "items": items,
            "note": task.note,
        },
    )
    if form.is_valid():
        try:
            services.edit_task(task=task, words=_words(form), actor=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Tâche modifiée.")
            return redirect("deadlines:deadline-detail", pk=row.pk)
    return _answer(request, form, "Modifier la tâche", row=row)


@page("deadlines:task-item", methods=("POST",))
def task_item(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """Tick a line of the checklist, or untick it."""
    task = _task(request, pk)
    found = get_object_or_404(TaskItem, pk=item, task=task)
    done = request.POST.get("fait") == "1"
    services.check_item(item=found, is_done=done, actor=request.user, on=clock.today())
    return redirect("deadlines:deadline-detail", pk=pk)
