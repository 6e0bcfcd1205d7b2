"""Sites: their page, their diagnostics, their history."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.ui import toasts
from colocations.calculations.departments import caf_of
from colocations.forms.patrimony import DiagnosticForm, SiteForm
from colocations.models import Colocation, Diagnostic, OwnerAgreement, Site
from colocations.selectors.agreements import agreements_on, end_acts
from colocations.selectors.history import site_subjects
from colocations.selectors.homes import homes_on, nearness
from colocations.services import sites as services
from colocations.views.flow import Flow, Trail, try_act
from colocations.views.frames import history_page, rights, tabs_of

SITES = Site.objects.select_related("territory")


def _frame(request: PageRequest, pk: int) -> dict[str, Any]:
    site = get_visible_or_404(request, SITES, pk=pk)
    names = (
        "site-edit", "home-new", "agreement-new", "agreement-detail", "owner-detail",
        "diagnostic-new", "diagnostic-edit", "diagnostic-remove",
    )  # fmt: skip
    return {
        "site": site,
        "caf": caf_of(site.department),
        "tabs": tabs_of(request, "site", site.pk, site.territory_id),
        "current_tab": request.page_key,
        "may": rights(request, site.territory_id, *names),
    }


@page("colocations:site-detail")
def site_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a site: its homes, its agreements with their ends, its diagnostics."""
    context, day = _frame(request, pk), clock.today()
    site = context["site"]
    homes = homes_on(day, Colocation.objects.visible_to(request.user).filter(site=site))
    agreements = list(
        agreements_on(day, OwnerAgreement.objects.filter(site=site)).order_by("-ends_on")
    )
    for agreement in agreements:
        agreement.near = nearness(agreement.ends_on, day)
    latest = agreements[0] if agreements else None
    context |= {
        "homes": homes.order_by("name", "pk"),
        "agreements": agreements,
        "acts": end_acts(latest) if latest else [],
        "diagnostics": site.diagnostics.order_by("kind", "-done_on", "-pk"),
        "day": day,
    }
    return render_page(request, "colocations/site_detail.html", context)


@page("colocations:site-history")
def site_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what about a site, its homes and its agreements."""
    context = _frame(request, pk)
    context["lines"] = history_page(request, site_subjects(context["site"]))
    return render_page(request, "colocations/site_history.html", context)


def trail_to(site: Site | None = None) -> Trail:
    """Return the way to a site's page."""
    trail: Trail = (("Parc", reverse("colocations:home-list")),)
    if site is not None:
        trail += ((site.name, reverse("colocations:site-detail", args=[site.pk])),)
    return trail


@page("colocations:site-new", methods=("GET", "POST"))
def site_new(request: PageRequest) -> HttpResponse:
    """Record a site."""
    flow = Flow(request, SiteForm(request.POST or None))
    if flow.done(
        lambda said: services.create_site(
            actor=request.user, acceptance=said.acceptance, **said.facts
        )
    ):
        url = reverse("colocations:site-detail", args=[flow.result.pk])
        words = f"{flow.result} est enregistré ({caf_of(flow.result.department)})."
        return flow.leave(words, url)
    return flow.show(
        heading="Nouveau site",
        trail=trail_to(),
        lead="Un site est une adresse. Ses colocations et sa convention s'y rattachent ensuite.",
    )


@page("colocations:site-edit", methods=("GET", "POST"))
def site_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a site."""
    site = get_visible_or_404(request, SITES, pk=pk)
    flow = Flow(request, SiteForm(request.POST or None, row=site), site)
    if flow.done(
        lambda said: services.edit_site(
            site=site,
            actor=request.user,
            seen=said.seen,
            acceptance=said.acceptance,
            **said.facts,
        )
    ):
        return flow.leave("Modifications enregistrées.", trail_to(site)[-1][1])
    return flow.show(heading=f"Modifier {site.name}", trail=trail_to(site))


@page("colocations:diagnostic-new", methods=("GET", "POST"))
def diagnostic_new(request: PageRequest, pk: int) -> HttpResponse:
    """Record a diagnostic of a site."""
    site = get_visible_or_404(request, SITES, pk=pk)
    flow = Flow(request, DiagnosticForm(request.POST or None))
    if flow.done(lambda said: services.add_diagnostic(site=site, actor=request.user, **said.facts)):
        return flow.leave("Diagnostic enregistré.", trail_to(site)[-1][1])
    return flow.show(heading="Nouveau diagnostic", trail=trail_to(site))


def _diagnostic(request: PageRequest, pk: int) -> Diagnostic:
    found: Diagnostic = get_visible_or_404(
        request, Diagnostic.objects.select_related("site"), pk=pk
    )
    return found


@page("colocations:diagnostic-edit", methods=("GET", "POST"))
def diagnostic_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a diagnostic."""
    row = _diagnostic(request, pk)
    flow = Flow(request, DiagnosticForm(request.POST or None, row=row), row)
    if flow.done(
        lambda said: services.edit_diagnostic(
            diagnostic=row, actor=request.user, seen=said.seen, **said.facts
        )
    ):
        return flow.leave("Modifications enregistrées.", trail_to(row.site)[-1][1])
    return flow.show(heading="Modifier le diagnostic", trail=trail_to(row.site))


@page("colocations:diagnostic-remove", methods=("POST",))
def diagnostic_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take away a diagnostic recorded by mistake."""
    row = _diagnostic(request, pk)
    if try_act(request, lambda: services.remove_diagnostic(diagnostic=row, actor=request.user)):
        toasts.say(request, "Diagnostic supprimé.")
    return redirect(trail_to(row.site)[-1][1])
