"""What the pages of a deadline share: the row through its door, its line, where to go back."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, render_page
from caracol.deadlines.lists import DEADLINES, WorkLine
from caracol.deadlines.models import Deadline, DeadlineEvent
from caracol.lists.definition import Reader, roles_of
from caracol.ui import toasts

DEADLINE_ROWS = Deadline.objects.select_related(
    "assignee", "owner", "author", "territory", "closed_by"
)
HOME = "deadlines:deadline-list"


def line_of(request: PageRequest, pk: int) -> WorkLine:
    """Return the line of a deadline the reader may know of. Raises Http404."""
    row = get_visible_or_404(request, DEADLINE_ROWS, pk=pk)
    reader = Reader(request.user, roles_of(request.page_key), clock.today())
    return next(iter(DEADLINES.lines(reader, [row])))


def line_to_act_on(request: PageRequest, pk: int) -> WorkLine:
    """Return the same, for who may act on it. Raises Http404, PermissionDenied."""
    line = line_of(request, pk)
    if not line.may_act:
        raise PermissionDenied
    return line


def write_reading(request: PageRequest, line: WorkLine) -> None:
    """Write in the register that what is due about somebody was read."""
    row = line.row
    if row.person_id is None and row.contract_id is None:
        return
    record_access(
        actor=request.user,
        action=AccessAction.VIEW,
        subject=row,
        label=f"Échéance · {row.pk}",
        page=request.page_key,
        request_id=getattr(request, "request_id", ""),
    )


def back_of(request: PageRequest, otherwise: str = "") -> str:
    """Return the page one came from, if it is one of ours: as it was filtered."""
    asked = request.POST.get("next") or request.GET.get("next") or _referring_page(request)
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None) and asked.startswith("/")
    return asked if safe else otherwise or reverse(HOME)


def _referring_page(request: PageRequest) -> str:
    """Return the address of the page whose link or button was used, unless it is this very one."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host() or parts.path == request.path:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def answer(request: PageRequest, event: DeadlineEvent, words: str) -> HttpResponse:
    """Say what was done, with the way to take it back: for a part of the page, or the next one."""
    undo_url = "" if event.before is None else reverse("deadlines:deadline-undo", args=[event.pk])
    if getattr(request, "htmx", None):
        response = toasts.say_now(HttpResponse(status=204), words, undo_url=undo_url)
        return trigger_client_event(response, "echeances")
    toasts.say(request, words, undo_url=undo_url)
    return redirect(back_of(request))


def ask_first(request: PageRequest, line: WorkLine) -> HttpResponse:
    """Lead to the page that asks before a deadline is closed, then back."""
    address = reverse("deadlines:deadline-done", args=[line.pk])
    url = f"{address}?{urlencode({'next': back_of(request)})}"
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def refuse(request: PageRequest, refusal: Refused) -> HttpResponse:
    """Say why nothing was done."""
    if getattr(request, "htmx", None):
        return toasts.say_now(HttpResponse(status=204), refusal.message, tone="danger")
    toasts.say(request, refusal.message, tone="danger")
    return redirect(back_of(request))


def act_page(
    request: PageRequest,
    line: WorkLine,
    form: Any,
    *,
    heading: str,
    submit: str,
    act: Callable[[], DeadlineEvent],
    done: str,
    lead: str = "",
) -> HttpResponse:
    """Ask for an act with its form, do it, say why it is refused."""
    if form.is_valid():
        try:
            event = act()
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return answer(request, event, done)
    write_reading(request, line)
    context = {
        "line": line,
        "form": form,
        "heading": heading,
        "submit": submit,
        "lead": lead,
        "back": back_of(request, reverse("deadlines:deadline-detail", args=[line.pk])),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render_page(request, "deadlines/act.html", context, status=status)
