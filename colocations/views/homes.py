"""The list of homes, its export, and a home's page."""

from dataclasses import replace
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse

from caracol.accounts.models import Territory
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, allowed, get_visible_or_404, page, render_page
from colocations.filters import HomeFilter
from colocations.models import Colocation, Room
from colocations.permissions import sees_amounts, sees_notes
from colocations.selectors.acts import room_acts
from colocations.selectors.agreements import ends_of, to_shorten
from colocations.selectors.closures import closure_of
from colocations.selectors.history import home_subjects
from colocations.selectors.homes import homes_on, nearness, open_on
from colocations.selectors.rooms import room_lines, rooms_on
from colocations.selectors.timeline import home_timeline
from colocations.tables import HomeTable
from colocations.views.frames import history_page, page_number, rights, sections, tabs_of

PER_PAGE = 50
_ACTS = ("home-edit", "room-new", "agreement-detail", "owner-detail", "site-detail")


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
    table.paginate(page=page_number(request), per_page=PER_PAGE)
    # A home given back to its owner has rooms, but none to let.
    living = found.qs.order_by().filter(open_on(clock.today()))
    totals = living.aggregate(rooms=Sum("room_count"), occupied=Sum("occupied_count"))
    context = {
        "filter": found,
        "table": table,
        "rooms": totals["rooms"] or 0,
        "occupied": totals["occupied"] or 0,
        "may_export": bool(table.rows),
        "sections": sections(request),
        "may": rights(request, None, "home-new"),
    }
    return render_page(request, "colocations/home_list.html", context)


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
    lines = [
        replace(line, acts=tuple(room_acts(request.user, line)))
        for line in room_lines(request.user, rooms, day)
    ]
    agreement = home.site.agreements.select_related("owner").order_by("-ends_on").first()
    ends = ends_of(home)
    numbers = {line.room.pk: line.room.number for line in lines}
    context |= {
        "lines": lines,
        "agreement": agreement,
        "agreement_near": nearness(agreement.ends_on if agreement else None, day),
        "extensions": agreement.extensions.order_by("signed_on") if agreement else [],
        "outlasting": to_shorten(request.user, home, ends.limit),
        "outlasting_day": ends.limit,
        "outlasting_cause": ends.cause,
        "timeline": home_timeline(request.user, home, numbers, day),
        "closure": closure_of(request.user, home, day),
    }
    return render_page(request, "colocations/home_detail.html", context)


@page("colocations:home-history")
def home_history(request: PageRequest, pk: int) -> HttpResponse:
    """Show who changed what about a home, its site, its rooms and its agreement."""
    context = home_frame(request, pk)
    context["lines"] = history_page(request, home_subjects(context["home"]))
    return render_page(request, "colocations/home_history.html", context)


def home_frame(request: PageRequest, pk: int) -> dict[str, Any]:
    """Return what every page of a home shows around its content: header and tabs."""
    homes = homes_on(clock.today(), Colocation.objects.all())
    home = get_visible_or_404(request, homes, pk=pk)
    territory = home.site.territory_id
    return {
        "home": home,
        "tabs": tabs_of(request, "home", home.pk, territory),
        "acts_on": rights(request, territory, *_ACTS),
        "sees_notes": sees_notes(request.user, territory),
        "sees_amounts": sees_amounts(request.user, territory),
        "near": nearness(home.agreement_end, clock.today()),
        "current_tab": request.page_key,
    }
