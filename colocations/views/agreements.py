"""Agreements: their list, their page, what creates and corrects them."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.models import Territory
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.documents.selectors import uploads_about
from colocations.filters import AgreementFilter
from colocations.forms.agreements import AgreementForm
from colocations.models import Owner, OwnerAgreement, Site
from colocations.selectors.agreements import agreements_on, end_acts, outlasting
from colocations.selectors.history import agreement_subjects
from colocations.selectors.homes import nearness
from colocations.services import agreements as services
from colocations.tables import AgreementTable
from colocations.views.flow import Flow, Trail
from colocations.views.frames import history_page, page_number, rights, sections, tabs_of

PER_PAGE = 50
SIGNED_COPY = "AGREEMENT"
AGREEMENTS = OwnerAgreement.objects.select_related("site__territory", "owner")
_ACTS = (
    "agreement-edit", "agreement-extend", "agreement-document", "agreement-shorten",
    "extension-undo", "shortening-undo", "obligation-new", "obligation-edit",
    "obligation-done", "obligation-reopen", "agreement-copy", "owner-detail", "site-detail",
)  # fmt: skip


def _filtered(request: PageRequest) -> AgreementFilter:
    day = clock.today()
    seen = allowed(request, OwnerAgreement.objects.all())
    territories = Territory.objects.filter(pk__in=seen.values("site__territory")).order_by("name")
    rows = agreements_on(day, seen).order_by("ends_on", "pk")
    return AgreementFilter(request.GET or None, queryset=rows, day=day, territories=territories)


@page("colocations:agreement-list")
def agreement_list(request: PageRequest) -> HttpResponse:
    """List the agreements the user sees, the nearest end first."""
    found = _filtered(request)
    table = AgreementTable(found.qs, day=clock.today(), order_by=request.GET.get("sort", ""))
    table.paginate(page=page_number(request), per_page=PER_PAGE)
    context = {
        "filter": found,
        "table": table,
        "total": table.page.paginator.count,
        "sections": sections(request),
        "may": rights(request, None, "agreement-new", "agreement-export"),
    }
    return render_page(request, "colocations/agreement_list.html", context)


EXPORT = [
    export.Column("Site"),
    export.Column("Ville"),
    export.Column("Propriétaire"),
    export.Column("Cadre"),
    export.Column("Début", "date"),
    export.Column("Fin", "date"),
    export.Column("À libérer avant le", "date"),
    export.Column("Préavis (mois)", "number"),
    export.Column("Agrément"),
    export.Column("Fin de l'agrément", "date"),
    export.Column("Prolongation à documenter"),
    export.Column("Chambres", "number"),
]


@page("colocations:agreement-export")
def agreement_export(request: PageRequest) -> HttpResponse:
    """Export the agreements that the filters of the list keep."""
    rows = [
        (
            row.site.name, row.site.city, row.owner.name, row.get_legal_basis_display(),
            row.starts_on, row.ends_on, row.vacate_by, row.notice_months,
            row.approval_reference, row.approval_ends_on,
            "oui" if row.extension_undocumented else "", row.room_count,
        )
        for row in _filtered(request).qs
    ]  # fmt: skip
    record_access(
        actor=request.user,
        action="EXPORT",
        label="Liste des conventions",
        page=request.page_key,
        rows=len(rows),
    )
    name = f"conventions-{clock.today():%Y-%m-%d}"
    return export.answer(EXPORT, rows, name=name, form=request.GET.get("format", "xlsx"))


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
