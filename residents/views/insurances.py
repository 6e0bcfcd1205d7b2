"""The list of insurances: who lacks one, since when, the next step; ask several at once."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from caracol.accounts.models import Territory
from caracol.accounts.policy import PAGES, may
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, allowed, page, render_page
from caracol.ui import toasts
from colocations.models import Colocation
from residents.forms.insurance_filter import InsuranceFilter
from residents.models import Contract
from residents.selectors.insurance_list import STATES, insured_contracts, insured_lines
from residents.services.insurance_asking import ask_certificates, paragraphs
from residents.views.insurance_table import InsuranceTable

PER_PAGE = 50
EXPORT_CUT = 500
MOST_ASKED = 200


def _filter(request: PageRequest) -> InsuranceFilter:
    user, roles, day = request.user, PAGES[request.page_key], clock.today()
    contracts = Contract.objects.visible_to(user, roles)
    territories = Territory.objects.filter(pk__in=contracts.values("territory"))
    homes = Colocation.objects.visible_to(user, roles).order_by("name")
    return InsuranceFilter(
        request.GET or None,
        queryset=insured_contracts(user, roles, day),
        day=day,
        territories=territories.order_by("name"),
        homes=homes.values_list("pk", "name"),
    )


@page("residents:insurance-list")
def insurance_list(request: PageRequest) -> HttpResponse:
    """List the contracts lived in by their insurance, the longest without one first."""
    found = _filter(request)
    table = InsuranceTable(
        found.qs.order_by("expiry", "pk"),
        may_ask=may(request.user, "residents:insurance-ask"),
        order_by=request.GET.get("sort", "") if "cover" in request.GET.get("sort", "") else "",
    )
    number = request.GET.get("page", "")
    page_number = int(number) if number.isdecimal() and 0 < int(number) < 100_000 else 1
    table.paginate(page=page_number, per_page=PER_PAGE)
    rows = table.page.object_list.data
    lines = insured_lines(request.user, list(rows), clock.today())
    table.lines = {line.pk: line for line in lines}
    context = {
        "filter": found,
        "table": table,
        "total": table.page.paginator.count,
        "states": _states(request, found),
        "may_ask": may(request.user, "residents:insurance-ask"),
        "may_export": may(request.user, "residents:insurance-export"),
        "partials": ("results",),
    }
    return render_page(request, "residents/insurance_list.html", context)


def _states(request: PageRequest, found: InsuranceFilter) -> list[dict[str, Any]]:
    items = []
    for value, label in STATES:
        query = request.GET.copy()
        query.pop("page", None)
        query.pop("etat", None)
        if value:
            query["etat"] = value
        url = f"?{query.urlencode()}"
        items.append({"label": label, "url": url, "current": found.state == value})
    return items


EXPORT = [
    export.Column("Contrat"),
    export.Column("Ménage"),
    export.Column("Chambre"),
    export.Column("Assureur"),
    export.Column("Couvert jusqu'au", "date"),
    export.Column("Non assuré depuis", "date"),
    export.Column("Jours sans assurance", "number"),
    export.Column("État"),
    export.Column("Prochaine étape"),
    export.Column("À partir du", "date"),
]


@page("residents:insurance-export")
def insurance_export(request: PageRequest) -> HttpResponse:
    """Export what the filters of the list keep; written in the register."""
    contracts = list(_filter(request).qs.order_by("expiry", "pk"))
    rows = []
    for start in range(0, len(contracts), EXPORT_CUT):
        part = contracts[start : start + EXPORT_CUT]
        rows += [
            (
                *(line.number, line.name, line.place, line.insurer, line.covered_until),
                *(line.lacking_since, line.days_lacking, line.state, line.next_label),
                line.next_on,
            )
            for line in insured_lines(request.user, part, clock.today())
        ]
    record_access(
        actor=request.user,
        action="EXPORT",
        label="Liste des assurances",
        page=request.page_key,
        rows=len(rows),
    )
    name = f"assurances-{clock.today():%Y-%m-%d}"
    return export.answer(EXPORT, rows, name=name, form=request.GET.get("format", "xlsx"))


@page("residents:insurance-ask", methods=("GET", "POST"))
def insurance_ask(request: PageRequest) -> HttpResponse:
    """Show who would be written to and who has no mail; once confirmed, write to them."""
    ids = [int(text) for text in request.POST.getlist("ids") if text.isdecimal()][:MOST_ASKED]
    day = clock.today()
    found = allowed(request, Contract.objects.filter(pk__in=ids))
    lived = found.filter(starts_on__lte=day, ends_on__gte=day).order_by("number").distinct()
    lines = insured_lines(request.user, list(lived), day)
    if not lines:
        toasts.say(request, "Cochez d'abord les ménages à qui demander.", tone="info")
        return redirect("residents:insurance-list")
    mailed = [line for line in lines if line.may_be_mailed]
    if "confirmer" in request.POST:
        asked = ask_certificates(lines=mailed, on=day, actor=request.user)
        some = asked.sent > 1
        words = f"{asked.sent} courriel{'s' if some else ''} en route, rappel noté."
        if asked.left:
            words += " " + " ".join(f"{reason}." for reason in asked.left[:3])
        toasts.say(request, words, tone="warning" if asked.left else "success")
        return redirect(reverse("residents:insurance-list"))
    context = {
        "mailed": mailed,
        "unmailed": [line for line in lines if not line.may_be_mailed],
        "sample": paragraphs(mailed[0]) if mailed else [],
    }
    return render_page(request, "residents/insurance_ask.html", context)
