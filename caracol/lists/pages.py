"""The pages of a list, each one call of a view: the list, its file, the rows chosen."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock, export
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest
from caracol.lists.asking import asked_by
from caracol.lists.bulk import act_of
from caracol.lists.definition import ListDefinition
from caracol.lists.listing import Listing, default_address
from caracol.lists.services import acting, exporting
from caracol.ui import toasts


def listing_for(request: PageRequest, definition: ListDefinition) -> Listing:
    """Return the list as the address asks for it."""
    asked = asked_by(request.user, definition, request.GET, request.page_key, clock.today())
    return Listing(asked)


def opening(request: PageRequest, definition: ListDefinition) -> HttpResponse | None:
    """Send a bare address to the view that the reader opens the list with, if any."""
    if request.META.get("QUERY_STRING") or getattr(request, "htmx", None):
        return None
    address = default_address(request.user, definition)
    return redirect(f"{request.path}{address}") if address else None


def export_list(request: PageRequest, definition: ListDefinition) -> HttpResponse:
    """Give the list as a file, or start the job that makes it when it is long."""
    asked = asked_by(request.user, definition, request.GET, request.page_key, clock.today())
    form = "csv" if request.GET.get("format") == "csv" else "xlsx"
    every = "toutes" in request.GET
    total = asked.found.count()
    if total > exporting.LARGE:
        wanted = exporting.ask_export(
            asked=asked, actor=request.user, form=form, every=every, total=total
        )
        return redirect("jobs:job-detail", pk=wanted.job_id)
    parts = exporting.parts_of(asked, every=every)
    rows = list(exporting.rows_of(parts, asked.all_lines()))
    exporting.write_down(asked=asked, actor=request.user, rows=len(rows))
    name = f"{definition.file_stem}-{asked.reader.day:%Y-%m-%d}"
    return export.answer(exporting.columns_of(parts), rows, name=name, form=form)


def prepare_bulk(request: PageRequest, definition: ListDefinition) -> HttpResponse:
    """Take the rows chosen, or all that the filters keep, to the preview of an act."""
    query = request.POST.get("query", "")
    back = f"{reverse(definition.key)}?{query}"
    act = act_of(request.POST.get("act", ""))
    if act is None or act.list_key != definition.key:
        toasts.say(request, "Choisissez d'abord ce qu'il faut faire.", tone="warning")
        return redirect(back)
    if not act.allowed(request.user):
        raise PermissionDenied
    try:
        kept = acting.prepare_act(
            act=act, ids=chosen_ids(request, definition, query), query=query, actor=request.user
        )
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect(back)
    return redirect("lists:act-detail", token=kept.token)


def chosen_ids(request: PageRequest, definition: ListDefinition, query: str) -> list[int]:
    """Return the rows ticked, or all that the filters keep when that was asked for."""
    if request.POST.get("all") == "1":
        day = clock.today()
        return asked_by(request.user, definition, QueryDict(query), definition.key, day).ids()
    return [int(text) for text in request.POST.getlist("ids") if text.isdecimal()]


def state_tabs(
    request: PageRequest,
    states: Iterable[tuple[str, str, str]],
    counts: Mapping[str, int],
    name: str = "state",
) -> list[dict[str, Any]]:
    """Return the states as tabs (value, label, count's name): how many, whatever the filters.

    `name`: the word of the address that says the state.
    """
    chosen = request.GET.get(name, "")
    items = []
    for value, label, code in states:
        query = request.GET.copy()
        query.pop("page", None)
        query.pop(name, None)
        if value:
            query[name] = value
        items.append(
            {
                "key": value or "current",
                "label": label,
                "count": counts.get(code, ""),
                "url": f"?{query.urlencode(safe=',') or 'vue=0'}",
                "current": chosen == value,
            }
        )
    return items
