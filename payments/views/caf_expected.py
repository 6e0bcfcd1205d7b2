"""The aid expected and received of a month: what is missing, and a file of it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.periods import Month
from payments.selectors.caf_expected import (
    GAPS,
    STATES,
    AidLine,
    aid_lines,
    months_with_aid,
    totals,
)
from payments.views.lists import answer_file
from payments.views.scope import Scope

_COLUMNS = (
    export.Column("Contrat"),
    export.Column("Personnes"),
    export.Column("Colocation"),
    export.Column("Chambre"),
    export.Column("Aide attendue", "money"),
    export.Column("Aide reçue", "money"),
    export.Column("Écart", "money"),
    export.Column("État"),
    export.Column("Dernier mouvement", "date"),
)


def _lines(request: PageRequest, month: Month, scope: Scope) -> list[AidLine]:
    lines = aid_lines(scope.contracts(), month, clock.today(), with_places=scope.sees_places)
    asked = request.GET.get("etat", "")
    if asked == "ecarts":
        lines = [one for one in lines if one.rule in GAPS]
    elif asked in STATES:
        lines = [one for one in lines if one.rule == asked]
    words = request.GET.get("q", "")
    return [one for one in lines if one.label.matches(words)] if words else lines


@page("payments:caf-expected")
def caf_expected(request: PageRequest, month: Month) -> HttpResponse:
    """Show the aid of a month, gaps first."""
    scope = Scope(request)
    lines = _lines(request, month, scope)
    months = months_with_aid(scope.contracts())
    query = {name: request.GET[name] for name in ("etat", "q", "territoire") if name in request.GET}
    record_access(
        actor=request.user,
        action="VIEW",
        label=f"Aides au logement {month.of_label}",
        page=request.page_key,
        rows=len(lines),
    )
    context: dict[str, Any] = {
        "month": month,
        "months": months if month in months else [month, *months],
        "lines": lines,
        "totals": totals(lines),
        "states": [(code, words.capitalize()) for code, (words, _tone) in STATES.items()],
        "asked": request.GET.get("etat", ""),
        "words": request.GET.get("q", ""),
        "scope": scope,
        "query": urlencode(query),
    }
    return render_page(request, "payments/caf_expected.html", context)


@page("payments:caf-expected-export")
def caf_expected_export(request: PageRequest, month: Month) -> HttpResponse:
    """Answer with the lines that the page shows, as a file."""
    scope = Scope(request)
    places = scope.sees_places
    rows = [
        (
            one.label.number,
            one.label.people,
            one.label.home if places else "",
            one.label.room if places else "",
            one.expected,
            one.received,
            one.gap,
            one.state[0],
            one.last_on,
        )
        for one in _lines(request, month, scope)
    ]
    return answer_file(
        request,
        _COLUMNS,
        rows,
        name=f"aides-{month}",
        label=f"Aides au logement {month.of_label}",
    )
