"""Agreements: their list, their page, what creates and corrects them."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from caracol.core import clock
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.documents.selectors import uploads_about
from caracol.lists.pages import export_list, listing_for, opening
from colocations.forms.agreements import AgreementForm
from colocations.lists import AGREEMENTS as AGREEMENT_LIST
from colocations.models import Owner, OwnerAgreement, Site
from colocations.selectors.agreements import agreements_on, end_acts, outlasting
from colocations.selectors.history import agreement_subjects
from colocations.selectors.homes import nearness
from colocations.services import agreements as services
from colocations.views.flow import Flow, Trail
from colocations.views.frames import history_page, rights, sections, tabs_of

SIGNED_COPY = "AGREEMENT"
AGREEMENTS = OwnerAgreement.objects.select_related("site__territory", "owner")
_ACTS = (
    "agreement-edit", "agreement-extend", "agreement-document", "agreement-shorten",
    "extension-undo", "shortening-undo", "obligation-new", "obligation-edit",
    "obligation-done", "obligation-reopen", "agreement-copy", "owner-detail", "site-detail",
)  # fmt: skip


@page("colocations:agreement-list")
def agreement_list(request: PageRequest) -> HttpResponse:
    """List the agreements the user sees, the nearest end first."""
    elsewhere = opening(request, AGREEMENT_LIST)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, AGREEMENT_LIST)
    context = {
        "listing": listing,
        "table": listing.table,
        "sections": sections(request),
        "may": rights(request, None, "agreement-new"),
    }
    return render_page(request, "colocations/agreement_list.html", context)


@page("colocations:agreement-export")
def agreement_export(request: PageRequest) -> HttpResponseBase:
    """Export the agreements that the filters of the list keep; written in the register."""
    return export_list(request, AGREEMENT_LIST)


def _frame(request: PageRequest, pk: int) -> dict[str, Any]:
    day = clock.today()
    agreement = get_visible_or_404(request, agreements_on(day, OwnerAgreement.objects.all()), pk=pk)
    territory = agreement.site.territory_id
    return {
        "agreement": agreement,
        "near": nearness(agreement.ends_on, day),
        "day": day,
        "tabs": tabs_of(request, "agreement", agreement.pk, territory),
        "current_tab": request.page_key,
        "may": rights(request, territory, *_ACTS),
    }


@page("colocations:agreement-detail")
def agreement_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show an agreement: its end and the acts that moved it, who outlasts it, what is owed."""
    context = _frame(request, pk)
    agreement: OwnerAgreement = context["agreement"]
    obligations = list(agreement.obligations.order_by("due_on", "pk"))
    context |= {
        "acts": end_acts(agreement),
        "outlasting": outlasting(request.user, agreement),
        "todo": [each for each in obligations if each.done_on is None],
        "done": [each for each in reversed(obligations) if each.done_on is not None],
        "copies": uploads_about(
            user=request.user,
            subjects=[agreement],
            back=request.path,
            kinds=[SIGNED_COPY],
        ),
        "homes": agreement.site.colocations.order_by("name", "pk"),
    }
    return render_page(request, "colocations/agreement_detail.html", context)


@page("colocations:agreement-history")
def agreement_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what about an agreement."""
    context = _frame(request, pk)
    context["lines"] = history_page(request, agreement_subjects(context["agreement"]))
    return render_page(request, "colocations/agreement_history.html", context)


def trail_to(agreement: OwnerAgreement | None = None) -> Trail:
    """Return the way to an agreement's page."""
    trail: Trail = (("Conventions", reverse("colocations:agreement-list")),)
    if agreement is not None:
        url = reverse("colocations:agreement-detail", args=[agreement.pk])
        trail += ((agreement.site.name, url),)
    return trail


def _owners(request: PageRequest) -> Any:
    return allowed(request, Owner.objects.all()).order_by("name", "pk")


@page("colocations:agreement-new", methods=("GET", "POST"))
def agreement_new(request: PageRequest) -> HttpResponse:
    """Record an agreement on a site."""
    sites = allowed(request, Site.objects.all()).order_by("name", "pk")
    initial = {
        "site": request.GET.get("site", ""),
        "owner": request.GET.get("proprietaire", ""),
        "legal_basis": "ELAN_29",
    }
    form = AgreementForm(
        request.POST or None, owners=_owners(request), sites=sites, initial=initial
    )
    flow = Flow(request, form)
    if flow.done(lambda said: services.create_agreement(actor=request.user, **said.facts)):
        return flow.leave("La convention est enregistrée.", trail_to(flow.result)[-1][1])
    return flow.show(
        heading="Nouvelle convention",
        trail=trail_to(),
        aside="colocations/agreement_new_aside.html",
    )


@page("colocations:agreement-edit", methods=("GET", "POST"))
def agreement_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Correct an agreement."""
    agreement = get_visible_or_404(request, AGREEMENTS, pk=pk)
    form = AgreementForm(request.POST or None, row=agreement, owners=_owners(request))
    flow = Flow(request, form, agreement)
    if flow.done(
        lambda said: services.edit_agreement(
            agreement=agreement,
            actor=request.user,
            seen=said.seen,
            acceptance=said.acceptance,
            **said.facts,
        )
    ):
        return flow.leave("Modifications enregistrées.", trail_to(agreement)[-1][1])
    return flow.show(heading="Corriger la convention", trail=trail_to(agreement))
