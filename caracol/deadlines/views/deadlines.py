"""The worklist, a deadline, and what one does with it."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import may
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, allowed, page, render_page
from caracol.deadlines.bulk import DoneForm, SnoozeForm
from caracol.deadlines.enums import DeadlineAct, Outcome
from caracol.deadlines.filters import state_counts, states_for
from caracol.deadlines.forms import CommentForm, HandForm
from caracol.deadlines.lists import DEADLINES, WorkLine
from caracol.deadlines.models import Deadline, DeadlineEvent, Task, TaskItem
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.mine import candidates, replaced_by
from caracol.deadlines.selectors.rules import roles_to_hand, rules_on
from caracol.deadlines.services import acting
from caracol.deadlines.services.tasks import task_of, unticked
from caracol.deadlines.views.frame import (
    act_page,
    answer,
    ask_first,
    back_of,
    line_of,
    line_to_act_on,
    refuse,
    write_reading,
)
from caracol.lists.pages import export_list, listing_for, opening, prepare_bulk, state_tabs
from caracol.ui import toasts

REMINDERS_SHOWN = 20
WEEK = timedelta(days=7)
SECTIONS = (
    ("Échéances", "deadlines:deadline-list"),
    ("Équipe", "deadlines:team-load"),
    ("Remplacements", "deadlines:stand-in-list"),
)
_TONES = {DeadlineAct.DONE: "success", DeadlineAct.CLOSED: "neutral", DeadlineAct.OPENED: "info"}


def sections(request: PageRequest) -> list[dict[str, str]]:
    """Return the pages beside the worklist that the user may open."""
    return [
        {"key": key, "label": label, "url": reverse(key)}
        for label, key in SECTIONS
        if may(request.user, key)
    ]


@page("deadlines:deadline-list")
def deadline_list(request: PageRequest) -> HttpResponse:
    """List what is to be done, the most pressing first."""
    elsewhere = opening(request, DEADLINES)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, DEADLINES)
    reader = listing.asked.reader
    rows = Deadline.objects.visible_to(reader.user, reader.roles)
    counts = state_counts(rows, reader.day, rules_on(reader.day))
    context = {
        "listing": listing,
        "table": listing.table,
        "states": state_tabs(request, states_for(request.user), counts),
        "sections": sections(request),
        "replaces": bool(replaced_by(request.user, reader.day)),
    }
    return render_page(request, "deadlines/deadline_list.html", context)


@page("deadlines:deadline-export")
def deadline_export(request: PageRequest) -> HttpResponseBase:
    """Export the deadlines that the filters keep; written in the register."""
    return export_list(request, DEADLINES)


@page("deadlines:deadline-bulk", methods=("POST",))
def deadline_bulk(request: PageRequest) -> HttpResponse:
    """Take the deadlines chosen to the preview of an act."""
    return prepare_bulk(request, DEADLINES)


@page("deadlines:deadline-detail")
def deadline_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a deadline: why, what happens otherwise, what was done, what one may do."""
    line = line_of(request, pk)
    write_reading(request, line)
    events = line.row.events.select_related("by").order_by("-pk")[:100]
    task = task_of(line.row)
    context = {
        "line": line,
        "task": task,
        "items": _items(task, line),
        "events": [_told(event) for event in events],
        "comment": CommentForm(),
        "relay": _relay(line),
        "reminders": line.row.reminders.select_related("user").order_by("-pk")[:REMINDERS_SHOWN],
    }
    return render_page(request, "deadlines/deadline_detail.html", context)


def _items(task: Task | None, line: WorkLine) -> list[TaskItem]:
    """Return the checklist still to be ticked, on the open day of its task."""
    if task is None or task.deadline_id != line.pk or not line.row.is_open:
        return []
    return list(task.items.order_by("position"))


def _relay(line: object) -> object:
    rule = line.due.rule  # type: ignore[attr-defined]
    return rule if rule is not None and rule.escalation_days is not None else None


def _told(event: DeadlineEvent) -> dict[str, object]:
    text = event.text
    if event.act == DeadlineAct.CLOSED and event.text in Outcome.values:
        text = str(Outcome(event.text).label)
    if event.from_on and event.to_on and event.from_on != event.to_on:
        text = f"du {event.from_on:%d/%m/%Y} au {event.to_on:%d/%m/%Y}"
    return {
        "on": event.at,
        "title": event.get_act_display().capitalize(),
        "detail": text,
        "who": str(event.by) if event.by else "calcul de nuit",
        "icon": "",
        "tone": _TONES.get(DeadlineAct(event.act), "neutral"),
        "url": "",
    }


@page("deadlines:deadline-done", methods=("GET", "POST"))
def deadline_done(request: PageRequest, pk: int) -> HttpResponse:
    """Say that it is dealt with: a task at once, the rest with a word on what was done."""
    line = line_to_act_on(request, pk)
    left = unticked(line.row) if line.is_task else []
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and not data.get("outcome"):
        if left:
            return ask_first(request, line)
        data["outcome"] = Outcome.DONE
    form = DoneForm(data, asks_why=not line.is_task)
    return act_page(
        request,
        line,
        form,
        heading="Clore l'échéance",
        submit="Clore",
        lead=_lead_of_closing(line, left),
        done="Échéance close.",
        act=lambda: acting.mark_done(
            deadline=line.row,
            outcome=Outcome(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            actor=request.user,
            on=clock.today(),
        ),
    )


def _lead_of_closing(line: WorkLine, left: list[str]) -> str:
    """Say what closing does, or what is not ticked yet."""
    if left:
        many = f"{len(left)} points ne sont pas cochés" if len(left) > 1 else "Un point reste"
        return f"{many} : {', '.join(left)}. Clore quand même ?"
    if line.is_task:
        return "Dites comment elle a été réglée."
    return "Dites comment elle a été réglée. Si sa source bouge, elle reviendra."


@page("deadlines:deadline-snooze", methods=("GET", "POST"))
def deadline_snooze(request: PageRequest, pk: int) -> HttpResponse:
    """Put it off until a day, for a reason."""
    line, day = line_to_act_on(request, pk), clock.today()
    due_on = line.row.due_on
    form = SnoozeForm(request.POST or None, day=day, due_on=due_on, initial={"until": day + WEEK})
    return act_page(
        request,
        line,
        form,
        heading="Reporter l'échéance",
        submit="Reporter",
        lead="Elle quitte la liste jusqu'à ce jour. La date limite, elle, ne bouge pas.",
        done="Échéance reportée.",
        act=lambda: acting.snooze(
            deadline=line.row,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            on=day,
        ),
    )


@page("deadlines:deadline-hand", methods=("GET", "POST"))
def deadline_hand(request: PageRequest, pk: int) -> HttpResponse:
    """Hand it over to somebody or a role who may know of it, or back to the team."""
    line = line_to_act_on(request, pk)
    people = candidates(line.row, rules_on(clock.today()), request.user)
    rule = None if line.row.kind == TASK else line.due.rule
    form = HandForm(
        request.POST or None,
        people=people,
        roles=roles_to_hand(rule) if rule else list(Role),
        team=_team_of(line),
    )
    return act_page(
        request,
        line,
        form,
        heading="Confier l'échéance",
        submit="Confier",
        lead="Seules les personnes qui ont le droit de la voir sont proposées.",
        done="Échéance confiée.",
        act=lambda: acting.hand_over(
            deadline=line.row,
            to=form.person,
            role=form.role,
            note=form.cleaned_data["note"],
            actor=request.user,
        ),
    )


def _team_of(line: WorkLine) -> str:
    """Name to whom a deadline goes back."""
    row = line.row
    if row.kind != TASK:
        return "L'équipe (selon la règle)"
    if row.role:
        return f"L'équipe : {Role(row.role).label}"
    return f"Son auteur : {row.author}" if row.author else "L'équipe"


@page("deadlines:deadline-comment", methods=("GET", "POST"))
def deadline_comment(request: PageRequest, pk: int) -> HttpResponse:
    """Say something about it: whoever sees it may."""
    line = line_of(request, pk)
    form = CommentForm(request.POST or None)
    return act_page(
        request,
        line,
        form,
        heading="Commenter l'échéance",
        submit="Ajouter",
        done="Commentaire ajouté.",
        act=lambda: acting.comment(
            deadline=line.row, text=form.cleaned_data["text"], actor=request.user
        ),
    )


@page("deadlines:deadline-wake", methods=("POST",))
def deadline_wake(request: PageRequest, pk: int) -> HttpResponse:
    """End a putting off."""
    line = line_to_act_on(request, pk)
    try:
        event = acting.awaken(deadline=line.row, actor=request.user)
    except Refused as refusal:
        return refuse(request, refusal)
    return answer(request, event, "Échéance de retour dans la liste.")


@page("deadlines:deadline-reopen", methods=("POST",))
def deadline_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Open again what somebody closed."""
    line = line_to_act_on(request, pk)
    try:
        event = acting.reopen(deadline=line.row, actor=request.user)
    except Refused as refusal:
        return refuse(request, refusal)
    return answer(request, event, "Échéance rouverte.")


@page("deadlines:deadline-undo", methods=("POST",))
def deadline_undo(request: PageRequest, pk: int) -> HttpResponse:
    """Take back the last act on a deadline: by its author, or who may act on it."""
    seen = allowed(request, Deadline.objects.all())
    events = DeadlineEvent.objects.select_related("deadline", "by")
    event = events.filter(pk=pk, deadline__in=seen).first()
    if event is None:
        raise Http404
    if event.by_id != request.user.pk and not line_of(request, event.deadline_id).may_act:
        raise PermissionDenied
    try:
        acting.undo(event=event, actor=request.user)
    except Refused as refusal:
        return refuse(request, refusal)
    toasts.say(request, "C'est annulé : l'échéance est comme avant.")
    own_page = reverse("deadlines:deadline-detail", args=[event.deadline_id])
    return redirect(back_of(request, own_page))
