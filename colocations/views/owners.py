"""Owners: their list, their page, their contacts."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.lists.pages import export_list, listing_for, opening
from caracol.ui import toasts
from colocations.forms.patrimony import ContactForm, OwnerForm
from colocations.lists import OWNERS
from colocations.models import Owner, OwnerAgreement, OwnerContact
from colocations.selectors.agreements import agreements_on
from colocations.selectors.history import owner_subjects
from colocations.selectors.homes import nearness
from colocations.services import owners as services
from colocations.views.flow import Flow, Trail, try_act
from colocations.views.frames import history_page, rights, sections, tabs_of


@page("colocations:owner-list")
def owner_list(request: PageRequest) -> HttpResponse:
    """List the owners the user sees."""
    elsewhere = opening(request, OWNERS)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, OWNERS)
    context = {
        "listing": listing,
        "table": listing.table,
        "sections": sections(request),
        "may": rights(request, None, "owner-new"),
    }
    return render_page(request, "colocations/owner_list.html", context)


@page("colocations:owner-export")
def owner_export(request: PageRequest) -> HttpResponseBase:
    """Export the owners that the filters of the list keep; written in the register."""
    return export_list(request, OWNERS)


def _frame(request: PageRequest, pk: int) -> dict[str, Any]:
    owner = get_visible_or_404(request, Owner.objects.all(), pk=pk)
    names = ("owner-edit", "contact-new", "contact-edit", "contact-remove", "agreement-new")
    return {
        "owner": owner,
        "tabs": tabs_of(request, "owner", owner.pk, None),
        "current_tab": request.page_key,
        "may": rights(request, None, *names),
    }


@page("colocations:owner-detail")
def owner_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show an owner, whom to speak to, the agreements and sites the user sees."""
    context, day = _frame(request, pk), clock.today()
    owner = context["owner"]
    seen = OwnerAgreement.objects.visible_to(request.user).filter(owner=owner)
    agreements = list(agreements_on(day, seen).order_by("-ends_on"))
    for agreement in agreements:
        agreement.near = nearness(agreement.ends_on, day)
    context |= {"agreements": agreements, "contacts": owner.contacts.order_by("name", "pk")}
    return render_page(request, "colocations/owner_detail.html", context)


@page("colocations:owner-history")
def owner_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what about an owner."""
    context = _frame(request, pk)
    context["lines"] = history_page(request, owner_subjects(context["owner"]))
    return render_page(request, "colocations/owner_history.html", context)


def _trail(owner: Owner | None = None) -> Trail:
    trail: Trail = (("Propriétaires", reverse("colocations:owner-list")),)
    if owner is not None:
        trail += ((owner.name, reverse("colocations:owner-detail", args=[owner.pk])),)
    return trail


@page("colocations:owner-new", methods=("GET", "POST"))
def owner_new(request: PageRequest) -> HttpResponse:
    """Record an owner."""
    flow = Flow(request, OwnerForm(request.POST or None))
    if flow.done(lambda said: services.create_owner(actor=request.user, **said.facts)):
        url = reverse("colocations:owner-detail", args=[flow.result.pk])
        return flow.leave(f"{flow.result} est enregistré.", url)
    return flow.show(heading="Nouveau propriétaire", trail=_trail())


@page("colocations:owner-edit", methods=("GET", "POST"))
def owner_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change an owner."""
    owner = get_visible_or_404(request, Owner.objects.all(), pk=pk)
    flow = Flow(request, OwnerForm(request.POST or None, row=owner), owner)
    if flow.done(
        lambda said: services.edit_owner(
            owner=owner, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", _trail(owner)[-1][1])
    return flow.show(heading=f"Modifier {owner.name}", trail=_trail(owner))


@page("colocations:contact-new", methods=("GET", "POST"))
def contact_new(request: PageRequest, pk: int) -> HttpResponse:
    """Record somebody to speak to at an owner's."""
    owner = get_visible_or_404(request, Owner.objects.all(), pk=pk)
    flow = Flow(request, ContactForm(request.POST or None))
    if flow.done(lambda said: services.add_contact(owner=owner, actor=request.user, **said.facts)):
        return flow.leave(f"{flow.result} est ajouté aux contacts.", _trail(owner)[-1][1])
    return flow.show(heading="Nouveau contact", trail=_trail(owner))


def _contact(request: PageRequest, pk: int) -> OwnerContact:
    get_visible_or_404(request, Owner.objects.filter(contacts__isnull=False), contacts=pk)
    return get_object_or_404(OwnerContact.objects.select_related("owner"), pk=pk)


@page("colocations:contact-edit", methods=("GET", "POST"))
def contact_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change somebody to speak to."""
    contact = _contact(request, pk)
    flow = Flow(request, ContactForm(request.POST or None, row=contact), contact)
    if flow.done(
        lambda said: services.edit_contact(
            contact=contact, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", _trail(contact.owner)[-1][1])
    return flow.show(heading=f"Modifier {contact}", trail=_trail(contact.owner))


@page("colocations:contact-remove", methods=("POST",))
def contact_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take a contact away."""
    contact = _contact(request, pk)
    url = _trail(contact.owner)[-1][1]
    if try_act(request, lambda: services.remove_contact(contact=contact, actor=request.user)):
        toasts.say(request, f"{contact} n'est plus dans les contacts.")
    return redirect(url)
