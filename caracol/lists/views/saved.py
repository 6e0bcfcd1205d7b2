"""Saved views: keep an address, rename it, share it, open a list with it, delete and take back."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts import saved_views as services
from caracol.accounts.models import SavedView
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.pages import PageRequest, get_visible_or_404, page, policy, render_page
from caracol.lists.asking import COLUMNS
from caracol.lists.definition import ListDefinition, list_of
from caracol.lists.forms import KeptAddress, ViewForm
from caracol.lists.listing import address_of, views_of
from caracol.ui import toasts


def _definition(request: PageRequest, key: str) -> ListDefinition:
    definition = list_of(key)
    if definition is None:
        raise Http404
    if not policy().may(request.user, key):
        raise PermissionDenied
    return definition


def _own_view(request: PageRequest, pk: int) -> SavedView:
    view = cast(SavedView, get_visible_or_404(request, SavedView.objects.all(), pk=pk))
    if view.owner_id != request.user.pk:
        raise PermissionDenied
    return view


def _open(view: SavedView) -> str:
    return f"{reverse(view.list_key)}{address_of(view)}"


@page("lists:view-list")
def view_list(request: PageRequest) -> HttpResponse:
    """Show the views of a list, one's own and the shared ones."""
    definition = _definition(request, request.GET.get("liste", ""))
    views = [
        {"view": view, "url": f"{reverse(definition.key)}{address_of(view)}"}
        for view in views_of(request.user, definition)
    ]
    context = {"definition": definition, "views": views, "list_url": reverse(definition.key)}
    return render_page(request, "lists/view_list.html", context)


@page("lists:view-save", methods=("GET", "POST"))
def view_save(request: PageRequest) -> HttpResponse:
    """Keep the address of a list under a name."""
    sent = KeptAddress(request.POST or request.GET).address()
    definition = _definition(request, sent.get("liste", ""))
    address = sent.get("adresse", "")
    form = ViewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            view = services.save_view(
                owner=request.user,
                list_key=definition.key,
                query=address,
                columns=_columns(definition, address),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error("name", refusal.message)
        else:
            toasts.say(
                request,
                f"Vue « {view.name} » enregistrée.",
                undo_url=reverse("lists:view-delete", args=[view.pk]),
            )
            return redirect(_open(view))
    context = _form_context(definition, form, f"{reverse(definition.key)}?{address}")
    context |= {"address": address, "view": None}
    status = 422 if form.errors else 200
    return render_page(request, "lists/view_form.html", context, status=status)


def _columns(definition: ListDefinition, address: str) -> list[str]:
    known = {column.key for column in definition.columns}
    said = ",".join(QueryDict(address).getlist(COLUMNS)).split(",")
    return list(dict.fromkeys(key for key in said if key in known))


def _form_context(definition: ListDefinition, form: ViewForm, back: str) -> dict[str, Any]:
    return {"definition": definition, "form": form, "back": back}


@page("lists:view-edit", methods=("GET", "POST"))
def view_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Rename a view of one's own, share it or keep it to oneself."""
    view = _own_view(request, pk)
    definition = _definition(request, view.list_key)
    initial = {"name": view.name, "is_shared": view.is_shared}
    form = ViewForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            services.rename_view(view=view, name=form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error("name", refusal.message)
        else:
            services.share_view(view=view, is_shared=form.cleaned_data["is_shared"])
            toasts.say(request, f"Vue « {view.name} » enregistrée.")
            return redirect(_open(view))
    back = f"{reverse('lists:view-list')}?liste={view.list_key}"
    context = _form_context(definition, form, back) | {"address": "", "view": view}
    status = 422 if form.errors else 200
    return render_page(request, "lists/view_form.html", context, status=status)


@page("lists:view-update", methods=("POST",))
def view_update(request: PageRequest, pk: int) -> HttpResponse:
    """Keep the present address of the list in a view of one's own."""
    view = _own_view(request, pk)
    definition = _definition(request, view.list_key)
    address = request.POST.get("adresse", "")
    services.change_view(view=view, query=address, columns=_columns(definition, address))
    toasts.say(request, f"Vue « {view.name} » mise à jour.")
    return redirect(_open(view))


@page("lists:view-default", methods=("POST",))
def view_default(request: PageRequest, pk: int) -> HttpResponse:
    """Open the list with a view, or no longer."""
    view = get_visible_or_404(request, SavedView.objects.all(), pk=pk)
    definition = _definition(request, view.list_key)
    wanted = request.POST.get("ouvrir") == "1"
    services.set_default_view(
        user=request.user, list_key=definition.key, view=view if wanted else None
    )
    said = (
        f"La liste s'ouvrira avec « {view.name} »." if wanted else "La liste s'ouvrira sans filtre."
    )
    toasts.say(request, said)
    return redirect(f"{reverse('lists:view-list')}?liste={definition.key}")


@page("lists:view-delete", methods=("POST",))
def view_delete(request: PageRequest, pk: int) -> HttpResponse:
    """Delete a view of one's own; it may be taken back."""
    view = _own_view(request, pk)
    services.delete_view(view=view, at=clock.now())
    toasts.say(
        request,
        f"Vue « {view.name} » supprimée.",
        undo_url=reverse("lists:view-restore", args=[view.pk]),
    )
    return redirect(f"{reverse(view.list_key)}?vue=0")


@page("lists:view-restore", methods=("POST",))
def view_restore(request: PageRequest, pk: int) -> HttpResponse:
    """Take back a view of one's own just deleted."""
    view = SavedView.objects.filter(owner=request.user, pk=pk).first()
    if view is None:
        raise Http404
    _definition(request, view.list_key)
    try:
        services.restore_view(view=view)
    except Refused as refusal:
        toasts.say(request, refusal.message, tone="danger")
        return redirect(f"{reverse(view.list_key)}?vue=0")
    toasts.say(request, f"Vue « {view.name} » reprise.")
    return redirect(_open(view))
