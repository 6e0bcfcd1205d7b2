"""The list of residents and its export."""

from typing import Any

from django.http import HttpResponse

from caracol.accounts.models import Territory
from caracol.accounts.policy import PAGES, may
from caracol.audit.services import record_access
from caracol.core import clock, export
from caracol.core.pages import PageRequest, page, render_page
from colocations.models import Colocation
from residents.enums import ContractKind
from residents.filters import PersonFilter
from residents.models import Contract, Person
from residents.permissions import Fact, may_ever
from residents.selectors import people as selectors
from residents.tables import PersonTable

PER_PAGE = 50
EXPORT_CUT = 500


class _List:
    """The list as the address asks for it, for the user of the request."""

    def __init__(self, request: PageRequest) -> None:
        user, roles = request.user, PAGES[request.page_key]
        self.day, self.roles = clock.today(), roles
        self.known = may_ever(user)
        self.shown = selectors.holdings_shown(user, roles)
        self.sort = _known_sort(request.GET.get("sort", ""))
        sort = self.sort or ("" if Fact.NAME in self.known else "place")
        seen = Person.objects.visible_to(user, roles)
        people = selectors.sortable(seen, user, roles, self.day, sort)
        homes = Colocation.objects.visible_to(user, roles)
        contracts = Contract.objects.visible_to(user, roles)
        territories = Territory.objects.filter(pk__in=contracts.values("territory"))
        self.filter = PersonFilter(
            request.GET or None,
            queryset=people,
            user=user,
            shown=self.shown,
            day=self.day,
            territories=territories.order_by("name"),
            homes=homes.order_by("name").values_list("pk", "name"),
        )

    @property
    def people(self) -> Any:
        """Who the filters keep: by name, or by room for who knows no name."""
        found = self.filter.qs
        if Fact.NAME not in self.known and "sort_place" in found.query.annotations:
            return found.order_by("sort_place", "pk")
        return found.order_by("search_key", "pk")


@page("residents:person-list")
def person_list(request: PageRequest) -> HttpResponse:
    """List the residents the user sees, with what the user may know of each."""
    user, found = request.user, _List(request)
    known, people = found.known, found.people
    table = PersonTable(
        people,
        known=known,
        money="balance" in people.query.annotations,
        order_by=found.sort,
    )
    number = request.GET.get("page", "")
    table.paginate(page=_page(number), per_page=PER_PAGE)
    rows = table.page.object_list.data
    table.lines = {
        line.pk: line for line in selectors.person_lines(user, found.roles, rows, found.day)
    }
    context = {
        "filter": found.filter,
        "table": table,
        "total": table.page.paginator.count,
        "may_export": may(user, "residents:person-export"),
        "may_add": may(user, "residents:person-new"),
        "named": Fact.NAME in known,
        "states": _states(request, found) if Fact.DATES in known else [],
    }
    return render_page(request, "residents/person_list.html", context)


def _known_sort(text: str) -> str:
    """Return the column asked for, or nothing when it is not one."""
    return text if text.removeprefix("-") in PersonTable.base_columns else ""


def _page(text: str) -> int:
    return int(text) if text.isdigit() and 0 < int(text) < 100_000 else 1


def _states(request: PageRequest, found: _List) -> list[dict[str, Any]]:
    """Return the tabs above the list: how many people are in each state, whatever the filters."""
    counts = selectors.state_counts(found.shown, found.day)
    chosen = request.GET.get("state", "")
    labels = (
        ("", "Actuels", "current"),
        ("arriving", "Arrivées à venir", "arriving"),
        ("leaving", "Départs annoncés", "leaving"),
        ("former", "Anciens", "former"),
        ("none", "Sans contrat", ""),
        ("all", "Tous", ""),
    )
    items = []
    for value, label, code in labels:
        query = request.GET.copy()
        query.pop("page", None)
        query.pop("state", None)
        if value:
            query["state"] = value
        items.append(
            {
                "key": value or "current",
                "label": label,
                "count": counts.get(code, ""),
                "url": f"?{query.urlencode()}",
                "current": chosen == value,
            }
        )
    return items


_KINDS = dict(ContractKind.choices)
EXPORT = [
    export.Column("Matricule"),
    export.Column("Nom"),
    export.Column("Téléphone"),
    export.Column("Courriel"),
    export.Column("Contrat"),
    export.Column("Type de contrat"),
    export.Column("Territoire"),
    export.Column("Colocation"),
    export.Column("Chambre"),
    export.Column("Début", "date"),
    export.Column("Fin", "date"),
    export.Column("État"),
    export.Column("Assurance jusqu'au", "date"),
    export.Column("Solde", "money"),
]


def _export_row(line: selectors.PersonLine) -> tuple[Any, ...]:
    kind, state = _KINDS.get(line.kind, ""), selectors.STATE_WORDS[line.state]
    who = (line.reference, line.name, line.phone, line.email)
    where = (line.number, kind, line.territory, line.home, line.room)
    return (*who, *where, line.starts_on, line.ends_on, state, line.insured_until, line.balance)


@page("residents:person-export")
def person_export(request: PageRequest) -> HttpResponse:
    """Export the residents that the filters of the list keep; written in the register."""
    found = _List(request)
    rows = []
    people = list(found.people)
    for start in range(0, len(people), EXPORT_CUT):
        part = people[start : start + EXPORT_CUT]
        rows += [
            _export_row(line)
            for line in selectors.person_lines(request.user, found.roles, part, found.day)
        ]
    record_access(
        actor=request.user,
        action="EXPORT",
        label="Liste des résidents",
        page=request.page_key,
        rows=len(rows),
    )
    name = f"residents-{found.day:%Y-%m-%d}"
    return export.answer(EXPORT, rows, name=name, form=request.GET.get("format", "xlsx"))
