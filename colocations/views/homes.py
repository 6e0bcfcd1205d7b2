"""The list of homes, its export, and a home's page."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.urls import reverse

from caracol.accounts.models import Territory
from caracol.accounts.policy import may_on
from caracol.audit.selectors import history_of
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from caracol.core.registries import tabs_for
from colocations.filters import HomeFilter
from colocations.models import Colocation, Room
from colocations.permissions import sees_amounts
from colocations.selectors.history import home_subjects
from colocations.selectors.homes import homes_on, nearness, open_on
from colocations.selectors.rooms import room_lines, rooms_on
from colocations.selectors.timeline import home_timeline
from colocations.tables import HomeTable

PER_PAGE = 50
HISTORY_PAGE = 20


def _filtered(request: PageRequest) -> HomeFilter:
    day = clock.today()
    homes = homes_on(day, allowed(request, Colocation.objects.all())).order_by("name", "pk")
    sites = allowed(request, Colocation.objects.all()).values("site__territory")
    territories = Territory.objects.filter(pk__in=sites).order_by("name")
    return HomeFilter(request.GET or None, queryset=homes, day=day, territories=territories)


@page("colocations:home-list")
def home_list(request: PageRequest) -> HttpResponse:
    """List the homes the user sees, with their occupation."""
    found = _filtered(request)
    table = HomeTable(found.qs, day=clock.today(), order_by=request.GET.get("sort", ""))
    table.paginate(page=_number(request), per_page=PER_PAGE)
    # A home given back to its owner has rooms, but none to let.
    living = found.qs.order_by().filter(open_on(clock.today()))
    totals = living.aggregate(rooms=Sum("room_count"), occupied=Sum("occupied_count"))
    context = {
        "filter": found,
        "table": table,
        "rooms": totals["rooms"] or 0,
        "occupied": totals["occupied"] or 0,
        "may_export": bool(table.rows),
    }
    return render_page(request, "colocations/home_list.html", context)


def _number(request: PageRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isdigit() and 0 < int(text) < 100_000 else 1


EXPORT = [
    export.Column("Code"),
    export.Column("Colocation"),
    export.Column("Site"),
    export.Column("Adresse"),
    export.Column("Ville"),
    export.Column("Territoire"),
    export.Column("Chambres", "number"),
    export.Column("Occupées", "number"),
    export.Column("Libres", "number"),
    export.Column("Prochaine fin de contrat", "date"),
    export.Column("Fin côté propriétaire", "date"),
    export.Column("Suivi par"),
]


@page("colocations:home-export")
def home_export(request: PageRequest) -> HttpResponse:
    """Export the homes that the filters of the list keep."""
    rows = [
        (
            home.code, home.name, home.site.name, home.site.address,
            f"{home.site.postcode} {home.site.city}", home.site.territory.name,
            home.room_count, home.occupied_count, home.free_count, home.next_end,
            home.agreement_end, str(home.mission_officer or home.mission_officer_email),
        )
        for home in _filtered(request).qs
    ]  # fmt: skip
    record_access(
        actor=request.user,
        action="EXPORT",
        label="Liste des colocations",
        page=request.page_key,
        rows=len(rows),
    )
    name = f"colocations-{clock.today():%Y-%m-%d}"
    return export.answer(EXPORT, rows, name=name, form=request.GET.get("format", "xlsx"))


@page("colocations:home-detail")
def home_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a home: its occupation, its rooms, its agreement, its life."""
    context = home_frame(request, pk)
    home, day = context["home"], clock.today()
    rooms = rooms_on(day, Room.objects.filter(colocation=home))
    lines = room_lines(request.user, rooms, day)
    agreement = home.site.agreements.select_related("owner").order_by("-ends_on").first()
    numbers = {line.room.pk: line.room.number for line in lines}
    context |= {
        "lines": lines,
        "agreement": agreement,
        "agreement_near": nearness(agreement.ends_on if agreement else None, day),
        "extensions": agreement.extensions.order_by("signed_on") if agreement else [],
        "timeline": home_timeline(request.user, home, numbers, day),
    }
    return render_page(request, "colocations/home_detail.html", context)


@page("colocations:home-history")
def home_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what about a home, its site, its rooms and its agreement."""
    context = home_frame(request, pk)
    lines = history_of(home_subjects(context["home"]))
    context["lines"] = Paginator(lines, HISTORY_PAGE).get_page(request.GET.get("page"))
    return render_page(request, "colocations/home_history.html", context)


def home_frame(request: PageRequest, pk: int) -> dict[str, Any]:
    """Return what every page of a home shows around its content: header and tabs."""
    homes = homes_on(clock.today(), Colocation.objects.all())
    home = get_visible_or_404(request, homes, pk=pk)
    territory = home.site.territory_id
    tabs = [
        {"key": tab.url_name, "label": tab.label, "url": reverse(tab.url_name, args=[home.pk])}
        for tab in tabs_for("home")
        if may_on(request.user, tab.page_key, territory)
    ]
    return {
        "home": home,
        "tabs": tabs,
        "sees_amounts": sees_amounts(request.user, territory),
        "near": nearness(home.agreement_end, clock.today()),
        "current_tab": request.page_key,
    }
