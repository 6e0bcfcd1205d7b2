"""The list of contracts: its page, its file, its cells, the acts on several."""

from django.http import HttpResponse, HttpResponseBase

from caracol.core.pages import PageRequest, page, render_page
from caracol.lists.cells import edit_cell
from caracol.lists.pages import export_list, listing_for, opening, prepare_bulk, state_tabs
from residents.lists import CONTRACTS
from residents.models import Contract
from residents.selectors import contract_list as selectors
from residents.views.tabs import list_tabs

STATES = tuple(
    ("" if code == "current" else code, label, code)
    for code, (label, _statuses) in selectors.STATES.items()
)


@page("residents:contract-list")
def contract_list(request: PageRequest) -> HttpResponse:
    """List the contracts the user sees, with what the user may know of each."""
    elsewhere = opening(request, CONTRACTS)
    if elsewhere is not None:
        return elsewhere
    listing = listing_for(request, CONTRACTS)
    reader = listing.asked.reader
    counts = selectors.state_counts(Contract.objects.visible_to(reader.user, reader.roles))
    context = {
        "listing": listing,
        "table": listing.table,
        "tabs": list_tabs(request),
        "states": state_tabs(request, STATES, counts),
    }
    return render_page(request, "residents/contract_list.html", context)


@page("residents:contract-export")
def contract_export(request: PageRequest) -> HttpResponseBase:
    """Export the contracts that the filters of the list keep; written in the register."""
    return export_list(request, CONTRACTS)


@page("residents:contract-cell", methods=("GET", "POST"))
def contract_cell(request: PageRequest, pk: int, field: str) -> HttpResponse:
    """Edit one field of a contract where it stands."""
    return edit_cell(request, CONTRACTS, pk, field)


@page("residents:contract-bulk", methods=("POST",))
def contract_bulk(request: PageRequest) -> HttpResponse:
    """Take the contracts chosen to the preview of an act."""
    return prepare_bulk(request, CONTRACTS)
