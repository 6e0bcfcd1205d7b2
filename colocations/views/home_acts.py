"""Create, change, close and reopen a home."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from caracol.core import clock
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page
from colocations.forms.patrimony import CloseHomeForm, HomeForm, ReopenForm
from colocations.models import Colocation, Site
from colocations.services import homes as services
from colocations.views.flow import Flow, Trail

HOMES = Colocation.objects.select_related("site__territory")


def trail_to(home: Colocation | None = None) -> Trail:
    """Return the way to a home's page."""
    trail: Trail = (("Parc", reverse("colocations:home-list")),)
    if home is not None:
        trail += ((home.name, reverse("colocations:home-detail", args=[home.pk])),)
    return trail


def _sites(request: PageRequest) -> Any:
    return allowed(request, Site.objects.all()).order_by("name", "pk")


@page("colocations:home-new", methods=("GET", "POST"))
def home_new(request: PageRequest) -> HttpResponse:
    """Create a home on a site."""
    sites = _sites(request)
    initial = {"site": request.GET.get("site", ""), "opens_on": clock.today()}
    flow = Flow(request, HomeForm(request.POST or None, sites_seen=sites, initial=initial))
    if flow.done(lambda said: services.create_home(actor=request.user, **said.facts)):
        url = reverse("colocations:home-detail", args=[flow.result.pk])
        return flow.leave(f"{flow.result} est créée. Ajoutez maintenant ses chambres.", url)
    return flow.show(
        heading="Nouvelle colocation",
        trail=trail_to(),
        submit="Créer",
        aside="colocations/home_new_aside.html",
    )


@page("colocations:home-edit", methods=("GET", "POST"))
def home_edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a home."""
    home = get_visible_or_404(request, HOMES, pk=pk)
    form = HomeForm(request.POST or None, row=home, sites_seen=_sites(request))
    flow = Flow(request, form, home)
    if flow.done(
        lambda said: services.edit_home(home=home, actor=request.user, seen=said.seen, **said.facts)
    ):
        return flow.leave("Modifications enregistrées.", trail_to(home)[-1][1])
    return flow.show(heading=f"Modifier {home.name}", trail=trail_to(home))


@page("colocations:home-close", methods=("GET", "POST"))
def home_close(request: PageRequest, pk: int) -> HttpResponse:
    """Close a home after a last day: who must leave is shown before it is done."""
    home = get_visible_or_404(request, HOMES, pk=pk)
    initial = {"closes_on": home.closes_on, "note": home.closing_note}
    flow = Flow(request, CloseHomeForm(request.POST or None, initial=initial), home)
    if flow.done(
        lambda said: services.close_home(
            home=home,
            today=clock.today(),
            actor=request.user,
            seen=said.seen,
            acceptance=said.acceptance,
            **said.facts,
        )
    ):
        words = f"{home.name} fermera." if _to_come(flow.result) else f"{home.name} est fermée."
        undo = reverse("colocations:home-reopen", args=[home.pk])
        return flow.leave(words, trail_to(home)[-1][1], undo_url=undo)
    return flow.show(
        heading=f"Fermer {home.name}",
        trail=trail_to(home),
        submit="Fermer la colocation",
        tone="danger",
        lead="Les contrats qui vont au-delà seront montrés avant d'enregistrer.",
    )


def _to_come(home: Colocation) -> bool:
    return home.closes_on is not None and home.closes_on >= clock.today()


@page("colocations:home-reopen", methods=("GET", "POST"))
def home_reopen(request: PageRequest, pk: int) -> HttpResponse:
    """Take the closing of a home back."""
    home = get_visible_or_404(request, HOMES, pk=pk)
    flow = Flow(request, ReopenForm(request.POST if request.method == "POST" else None), home)
    if flow.done(
        lambda said: services.reopen_home(
            home=home,
            today=clock.today(),
            actor=request.user,
            seen=said.seen,
            acceptance=said.acceptance,
        )
    ):
        return flow.leave(f"{home.name} n'est plus fermée.", trail_to(home)[-1][1])
    return flow.show(
        heading=f"Rouvrir {home.name}", trail=trail_to(home), submit="Rouvrir la colocation"
    )
