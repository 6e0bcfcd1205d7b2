"""An act on several rows: its settings, its preview, its result, its undo."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, policy, render_page
from caracol.lists.bulk import BulkAct, act_of
from caracol.lists.definition import list_of
from caracol.lists.enums import ActState
from caracol.lists.models import ListAct
from caracol.lists.services import acting
from caracol.ui import toasts

SHOWN = 200


def _kept(request: PageRequest, token: UUID) -> ListAct:
    return cast(ListAct, get_visible_or_404(request, ListAct.objects.all(), token=token))


def _act(request: PageRequest, kept: ListAct) -> BulkAct:
    act = act_of(kept.code)
    if act is None:
        raise Http404
    if not act.allowed(request.user):
        raise PermissionDenied
    return act


@page("lists:act-detail", methods=("GET", "POST"))
def act_detail(request: PageRequest, token: UUID) -> HttpResponse:
    """Show what an act would do to the rows chosen, then do it, then say what it did."""
    kept = _kept(request, token)
    act = _act(request, kept)
    if request.method == "POST" and request.POST.get("etape") == "reglages":
        return _settings(request, kept, act)
    refusal = _confirmed(request, kept, act) if request.method == "POST" else ""
    if request.method == "POST" and not refusal:
        return redirect("lists:act-detail", token=kept.token)
    kept.refresh_from_db()
    return _page(request, kept, act, refusal=refusal, status=422 if refusal else 200)


def _settings(request: PageRequest, kept: ListAct, act: BulkAct) -> HttpResponse:
    reader = act.reader(request.user, clock.today())
    form = acting.settings_form(kept=kept, act=act, reader=reader, data=request.POST)
    if form is None or kept.state != ActState.PREPARED:
        return redirect("lists:act-detail", token=kept.token)
    if not form.is_valid():
        return _page(request, kept, act, form=form, status=422)
    acting.keep_settings(
        kept=kept, params={name: request.POST.get(name, "") for name in form.fields}
    )
    return redirect("lists:act-detail", token=kept.token)


def _confirmed(request: PageRequest, kept: ListAct, act: BulkAct) -> str:
    """Do the act; return why not."""
    try:
        done = acting.do_act(
            kept=kept,
            act=act,
            seen=request.POST.get("vu", ""),
            actor=request.user,
            today=clock.today(),
        )
    except Refused as refusal:
        return refusal.message
    undo = reverse("lists:act-undo", args=[done.token]) if _undoable(done, act) else ""
    toasts.say(request, done.result, undo_url=undo)
    return ""


def _undoable(kept: ListAct, act: BulkAct) -> bool:
    return act.reversible and acting.may_undo(kept, clock.now())


def _page(
    request: PageRequest,
    kept: ListAct,
    act: BulkAct,
    *,
    form: Any = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    definition = act.definition
    prepared = kept.state == ActState.PREPARED
    reader = act.reader(request.user, clock.today())
    preview = None
    if prepared:
        if form is None:
            form = acting.settings_form(kept=kept, act=act, reader=reader)
        preview = acting.preview_act(kept=kept, act=act, reader=reader)
    found = len(preview.effects) if preview else len(kept.row_ids)
    context = {
        "kept": kept,
        "act": act,
        "definition": definition,
        "form": form,
        "preview": preview,
        "shown": preview.kept[:SHOWN] if preview else (),
        "more": max(0, len(preview.kept) - SHOWN) if preview else 0,
        "counted": definition.count_words(len(kept.row_ids)),
        "unseen": len(kept.row_ids) - found,
        "refusal": refusal,
        "prepared": prepared,
        "undone": kept.state == ActState.UNDONE,
        "undoable": _undoable(kept, act),
        "back": _back(request, kept),
    }
    return render_page(request, "lists/act.html", context, status=status)


def _back(request: PageRequest, kept: ListAct) -> str:
    definition = list_of(kept.list_key)
    if definition is None or not policy().may(request.user, definition.key):
        return "/"
    return f"{reverse(definition.key)}?{kept.query}"


@page("lists:act-undo", methods=("POST",))
def act_undo(request: PageRequest, token: UUID) -> HttpResponse:
    """Take an act back."""
    kept = _kept(request, token)
    try:
        acting.undo_act(kept=kept, actor=request.user, today=clock.today())
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
    else:
        toasts.say(request, "C'est annulé : les valeurs d'avant sont revenues.")
    said = request.headers.get("Referer", "")
    if kept.code.startswith(acting.CELL) and said.startswith(request.build_absolute_uri("/")):
        return redirect(said)
    return redirect(_back(request, kept))
