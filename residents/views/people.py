"""The list of residents: its page, its file, its cells, the acts on several."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase

from caracol.accounts.policy import may
from caracol.core.pages import PageRequest, page, render_page
from caracol.lists.cells import edit_cell
from caracol.lists.pages import export_list, listing_for, opening, prepare_bulk, state_tabs
from residents.lists import PEOPLE
from residents.permissions import Fact
from residents.selectors.people import state_counts
from residents.views.tabs import list_tabs

STATES = (
    ("", "Actuels", "current"),
    ("arriving", "Arrivées à venir", "arriving"),
    ("leaving", "Départs annoncés", "leaving"),
    ("former", "Anciens", "former"),
    ("none", "Sans contrat", ""),
    ("all", "Tous", ""),
)


@page("residents:person-list")
def person_list(request: PageRequest) -> HttpResponse:
    """List the residents the user sees, with what the user may know of each."""
    elsewhere = opening(request, PEOPLE)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, PEOPLE)
    known = PEOPLE.known(listing.asked.reader)
    context: dict[str, Any] = {
        "listing": listing,
        "table": listing.table,
        "filter": listing.asked.filter,
        "total": listing.total,
        "named": Fact.NAME in known,
        "may_add": may(request.user, "residents:person-new"),
        "tabs": list_tabs(request),
        "states": [],
    }
    if Fact.DATES in known:
        found = listing.asked.filter
        counts = state_counts(found.shown, found.day)
        context["states"] = state_tabs(request, STATES, counts)
    return render_page(request, "residents/person_list.html", context)


@page("residents:person-export")
def person_export(request: PageRequest) -> HttpResponseBase:
    """Export the residents that the filters of the list keep; written in the register."""
    return export_list(request, PEOPLE)


@page("residents:person-cell", methods=("GET", "POST"))
def person_cell(request: PageRequest, pk: int, field: str) -> HttpResponse:
    """Edit one field of a person where it stands."""
    return edit_cell(request, PEOPLE, pk, field)


@page("residents:person-bulk", methods=("POST",))
def person_bulk(request: PageRequest) -> HttpResponse:
    """Take the people chosen to the preview of an act."""
    return prepare_bulk(request, PEOPLE)
