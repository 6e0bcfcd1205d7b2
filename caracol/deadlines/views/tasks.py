"""Tasks: written, changed, their checklist ticked."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from caracol.accounts.models import Territory
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, page, render_page
from caracol.deadlines.forms import TaskChoices, TaskForm
from caracol.deadlines.models import Deadline, Task, TaskItem
from caracol.deadlines.selectors.mine import is_everywhere, mates
from caracol.deadlines.services import tasks as services
from caracol.deadlines.services.tasks import TaskAbout, TaskWords
from caracol.deadlines.subjects import CONTRACT, HOME, PERSON, Named, named, subjects
from caracol.deadlines.views.frame import line_to_act_on
from caracol.ui import toasts

ALONE = "À moi seul·e"


def _form(
    request: PageRequest, initial: dict[str, Any], *, row: Deadline | None = None, me: str
) -> TaskForm:
    """Return the form: colleagues and territories of the writer, and those the task has already."""
    user = request.user
    wide = is_everywhere(user)
    territories = Territory.objects.order_by("name")
    if not wide:
        mine = Q(pk__in=[right.territory_id for right in user.rights])
        territories = territories.filter(mine | Q(pk=row.territory_id if row else None))
    people = list(mates(user).exclude(pk=user.pk))
    if row is not None and row.assignee and row.assignee not in (*people, user):
        people.append(row.assignee)
    places = list(territories)
    nowhere = ""
    if wide or (row is not None and row.territory_id is None):
        nowhere = "Tous"
    elif len(places) > 1:
        nowhere = "Choisir…"
    choices = TaskChoices(people, places, me, nowhere)
    return TaskForm(request.POST or None, initial=initial, choices=choices)


def _words(form: TaskForm, *, is_author: bool = True) -> TaskWords:
    """Return what the form says; « à moi » is the writer: alone for its author, else by name."""
    said = form.cleaned_data
    whose = said["whose"]
    return TaskWords(
        title=said["title"],
        due_on=said["due_on"],
        note=said["note"],
        frequency=said["frequency"],
        every=said["every"],
        until=said["until"],
        is_private=whose == "me" and is_author,
        assignee=form.people.get(whose),
        role=whose[1:] if whose.startswith("r") else "",
        territory=form.territories.get(said["territory"]),
        items=[line for line in said["items"].splitlines() if line.strip()],
    )


@page("deadlines:task-new", methods=("GET", "POST"))
def task_new(request: PageRequest) -> HttpResponse:
    """Write a task for oneself, for somebody, or for a team; about somebody, back to their page."""
    today = clock.today()
    where, subject, territory = _about(request)
    initial = {"whose": "me", "due_on": today, "territory": str(territory or "")}
    form = _form(request, initial, me=ALONE)
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
    """Change a task and its checklist; whose it is stays, unless somebody else is chosen."""
    task = _task(request, pk)
    row: Any = task.deadline
    is_author = task.created_by_id == request.user.pk
    initial = _initial(task, row, request.user)
    form = _form(request, initial, row=row, me=ALONE if is_author else "À moi")
    if form.is_valid():
        words = _words(form, is_author=is_author)
        if form.cleaned_data["whose"] == initial["whose"]:
            words = replace(words, keeps_people=True)
        elif form.cleaned_data["whose"] == "me" and not is_author:
            words = replace(words, assignee=request.user)
        seen = form.cleaned_data["seen"]
        try:
            services.edit_task(task=task, words=words, actor=request.user, seen=seen)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            toasts.say(request, "Tâche modifiée.")
            return _after_edit(request, row)
    return _answer(request, form, "Modifier la tâche", row=row)


def _after_edit(request: PageRequest, row: Deadline) -> HttpResponse:
    """Go back to the task, or to the list for who no longer sees it."""
    if Deadline.objects.visible_to(request.user).filter(pk=row.pk).exists():
        return redirect("deadlines:deadline-detail", pk=row.pk)
    return redirect("deadlines:deadline-list")


def _initial(task: Task, row: Deadline, user: Any) -> dict[str, Any]:
    whose = f"r{row.role}" if row.role else "me"
    if row.assignee_id is not None and row.assignee_id != user.pk:
        whose = f"u{row.assignee_id}"
    elif user.pk in {row.assignee_id, row.owner_id}:
        whose = "me"
    return {
        "title": task.title,
        "due_on": row.due_on,
        "whose": whose,
        "territory": str(row.territory_id or ""),
        "frequency": task.frequency,
        "every": task.every,
        "until": task.until,
        "items": "\n".join(item.label for item in task.items.order_by("position")),
        "note": task.note,
        "seen": services.print_of(task, row),
    }


@page("deadlines:task-item", methods=("POST",))
def task_item(request: PageRequest, pk: int, item: int) -> HttpResponse:
    """Tick a line of the checklist, or untick it."""
    task = _task(request, pk)
    found = get_object_or_404(TaskItem, pk=item, task=task)
    done = request.POST.get("fait") == "1"
    services.check_item(item=found, is_done=done, actor=request.user, on=clock.today())
    return redirect("deadlines:deadline-detail", pk=pk)
