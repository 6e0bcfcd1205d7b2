"""The list of homes, its export, and a home's page."""

from dataclasses import replace
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpResponse, HttpResponseBase

from caracol.core import clock
from caracol.core.pages import PageRequest, get_visible_or_404, page, render_page
from caracol.deadlines.selectors.about import appointment_url, task_url
from caracol.deadlines.selectors.agenda import coming
from caracol.lists.cells import edit_cell
from caracol.lists.pages import export_list, listing_for, opening, prepare_bulk
from colocations.lists import HOMES
from colocations.models import Colocation, Room
from colocations.permissions import sees_amounts, sees_notes
from colocations.selectors.acts import room_acts
from colocations.selectors.agreements import ends_of, to_shorten
from colocations.selectors.closures import closure_of
from colocations.selectors.deadlines import home_deadlines
from colocations.selectors.history import home_subjects
from colocations.selectors.homes import homes_on, nearness, open_on
from colocations.selectors.rooms import room_lines, rooms_on
from colocations.selectors.timeline import home_timeline
from colocations.views.frames import history_page, rights, sections, tabs_of

_ACTS = ("home-edit", "room-new", "agreement-detail", "owner-detail", "site-detail")


@page("colocations:home-list")
def home_list(request: PageRequest) -> HttpResponse:
    """List the homes the user sees, with their occupation."""
    elsewhere = opening(request, HOMES)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, HOMES)
    # A home given back to its owner has rooms, but none to let.
    living = listing.asked.filter.qs.order_by().filter(open_on(listing.asked.reader.day))
    totals = living.aggregate(rooms=Sum("room_count"), occupied=Sum("occupied_count"))
    rooms, occupied = totals["rooms"] or 0, totals["occupied"] or 0
    plural = "s" if occupied > 1 else ""
    listing.detail = f"{occupied} chambre{plural} occupée{plural} sur {rooms}"
    context = {
        "listing": listing,
        "table": listing.table,
        "sections": sections(request),
        "may": rights(request, None, "home-new"),
    }
    return render_page(request, "colocations/home_list.html", context)


@page("colocations:home-export")
def home_export(request: PageRequest) -> HttpResponseBase:
    """Export the homes that the filters of the list keep; written in the register."""
    return export_list(request, HOMES)


@page("colocations:home-cell", methods=("GET", "POST"))
def home_cell(request: PageRequest, pk: int, field: str) -> HttpResponse:
    """Edit one field of a home where it stands."""
    return edit_cell(request, HOMES, pk, field)


@page("colocations:home-bulk", methods=("POST",))
def home_bulk(request: PageRequest) -> HttpResponse:
    """Take the homes chosen to the preview of an act."""
    return prepare_bulk(request, HOMES)


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
        "deadlines": home_deadlines(request.user, home, day),
        "task_url": task_url(home=home.pk),
        "meetings": coming(request.user, Q(home_id=home.pk), day),
        "meeting_url": appointment_url(request.user, colocation=home.pk),
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
