"""The list of rooms: its page, its file, its cells, the acts on several."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase

from caracol.core.pages import PageRequest, page, render_page
from caracol.lists.cells import edit_cell
from caracol.lists.pages import export_list, listing_for, opening, prepare_bulk, state_tabs
from colocations.lists import ROOMS
from colocations.lists.room_filter import STATES, state_condition
from colocations.models import Room
from colocations.selectors.rooms import rooms_on
from colocations.views.frames import sections


@page("colocations:room-list")
def room_list(request: PageRequest) -> HttpResponse:
    """List the rooms the user sees: free or lived in, since when, why."""
    elsewhere = opening(request, ROOMS)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, ROOMS)
    context = {
        "listing": listing,
        "table": listing.table,
        "sections": sections(request),
        "states": _states(request, listing.asked.reader),
    }
    return render_page(request, "colocations/room_list.html", context)


def _states(request: PageRequest, reader: Any) -> list[dict[str, Any]]:
    """Return the states as tabs, with how many rooms are in each: one query."""
    rooms = rooms_on(reader.day, Room.objects.visible_to(reader.user, reader.roles)).order_by()
    codes = ("open", *(code for code, _label in STATES))
    counts = rooms.aggregate(
        **{code: Count("pk", filter=state_condition(code, reader.day)) for code in codes}
    )
    labels = (("", "Toutes", "open"), *((code, label, code) for code, label in STATES))
    return state_tabs(request, labels, counts)


@page("colocations:room-export")
def room_export(request: PageRequest) -> HttpResponseBase:
    """Export the rooms that the filters of the list keep; written in the register."""
    return export_list(request, ROOMS)


@page("colocations:room-cell", methods=("GET", "POST"))
def room_cell(request: PageRequest, pk: int, field: str) -> HttpResponse:
    """Edit one field of a room where it stands."""
    return edit_cell(request, ROOMS, pk, field)


@page("colocations:room-bulk", methods=("POST",))
def room_bulk(request: PageRequest) -> HttpResponse:
    """Take the rooms chosen to the preview of an act."""
    return prepare_bulk(request, ROOMS)
