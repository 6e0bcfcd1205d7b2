"""The countdown of the homes that end: the page and its file."""

from typing import Any

from django.http import HttpResponse

from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, allowed, page, render_page
from colocations.models import Colocation
from colocations.selectors import closures as selectors
from colocations.views.frames import sections


def _found(request: PageRequest) -> list[selectors.Closure]:
    homes = allowed(request, Colocation.objects.all())
    return selectors.closures(request.user, homes, clock.today())


@page("colocations:closures")
def closures(request: PageRequest) -> HttpResponse:
    """Show the homes that end within a year, and who is still there."""
    found = _found(request)
    exits = [closure.without_exit for closure in found if closure.knows_exits]
    context = {
        "closures": found,
        "sections": sections(request),
        "households": sum(len(closure.leavers) for closure in found),
        "after": sum(closure.after for closure in found),
        "without_exit": sum(exits),
        "knows_exits": bool(found) and len(exits) == len(found),
        "dated": any(leaver.ends_on for closure in found for leaver in closure.leavers),
    }
    return render_page(request, "colocations/closures.html", context)


EXPORT = [
    export.Column("Territoire"),
    export.Column("Colocation"),
    export.Column("Fin", "date"),
    export.Column("Cause"),
    export.Column("À libérer pour le", "date"),
    export.Column("Jours restants", "number"),
    export.Column("Chambre"),
    export.Column("Ménage"),
    export.Column("Contrat"),
    export.Column("Fin du contrat", "date"),
    export.Column("Départ annoncé", "date"),
    export.Column("Jours au-delà", "number"),
    export.Column("Destination"),
]


@page("colocations:closures-export")
def closures_export(request: PageRequest) -> HttpResponse:
    """Export the households that must leave, one line each."""
    rows: list[tuple[Any, ...]] = []
    for closure in _found(request):
        home = closure.home
        where = (home.site.territory.name, home.name, closure.ends_on, closure.cause)
        when = (closure.vacate_by, closure.days_left)
        for leaver, too_long in closure.lines:
            who = (leaver.room, leaver.label, leaver.contract)
            goes = (leaver.ends_on, leaver.leaves_on, too_long or None)
            unknown = "inconnue" if leaver.knows_exit else ""
            rows.append((*where, *when, *who, *goes, leaver.destination or unknown))
    record_access(
        actor=request.user,
        action="EXPORT",
        label="Fermetures à venir",
        page=request.page_key,
        rows=len(rows),
    )
    name = f"fermetures-{clock.today():%Y-%m-%d}"
    return export.answer(EXPORT, rows, name=name, form=request.GET.get("format", "xlsx"))
