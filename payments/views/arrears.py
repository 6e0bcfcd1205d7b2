"""The first list of arrears: who owes what past due, since when."""

from datetime import date
from typing import Any

from django.http import HttpResponse

from caracol.core import clock
from caracol.core.export import Column
from caracol.core.money import ZERO
from caracol.core.pages import PageRequest, page, render_page
from caracol.ui import atoms
from payments.filters import ArrearsFilter
from payments.selectors.arrears import AGES, arrears
from payments.selectors.labels import contract_labels
from payments.tables import ArrearsTable
from payments.views.lists import answer_file, homes_in, paginate
from payments.views.scope import Scope


def _rows(
    request: PageRequest, scope: Scope, day: date
) -> tuple[list[dict[str, Any]], ArrearsFilter]:
    found = list(arrears(scope.terms(), day).order_by("-overdue", "contract"))
    labels = contract_labels((row["contract"] for row in found), day)
    for row in found:
        row["label"] = labels[row["contract"]]
    homes = homes_in(labels.values())
    form = ArrearsFilter(request.GET, territories=scope.territories, homes=homes)
    words, home, age = form.value("q"), form.value("maison"), form.value("age")
    return [
        row
        for row in found
        if (not words or row["label"].matches(words))
        and (not home or str(row["label"].home_id) == home)
        and (not age or row[age])
    ], form


@page("payments:arrears-list")
def arrears_list(request: PageRequest) -> HttpResponse:
    """List the contracts overdue, aged; aid still awaited is nobody's arrears."""
    scope = Scope(request)
    rows, form = _rows(request, scope, clock.today())
    table = ArrearsTable(rows)
    ages = [
        {"label": label, "value": atoms.money(sum((row[code] for row in rows), ZERO))}
        for code, label, _, _ in AGES
    ]
    total = sum((row["overdue"] for row in rows), ZERO)
    figures = [
        {
            "label": "En retard",
            "value": atoms.money(total),
            "hint": f"{len(rows)} contrat{'s' if len(rows) > 1 else ''}",
            "tone": "danger" if total else "",
        },
        *ages,
    ]
    context = {
        "scope": scope,
        "form": form,
        "table": paginate(request, table),
        "figures": figures,
        "count": len(rows),
    }
    return render_page(request, "payments/arrears.html", context)


_COLUMNS = [
    Column("Contrat"),
    Column("Personnes"),
    Column("Colocation"),
    Column("Chambre"),
    Column("Territoire"),
    Column("Depuis", "date"),
    Column("Échéances", "number"),
    *(Column(label, "money") for _, label, _, _ in AGES),
    Column("En retard", "money"),
]


@page("payments:arrears-export")
def arrears_export(request: PageRequest) -> HttpResponse:
    """Export the arrears that the filters keep."""
    rows, _form = _rows(request, Scope(request), clock.today())
    lines = [
        (
            row["label"].number, row["label"].people, row["label"].home, row["label"].room,
            row["contract__territory__name"], row["since"], row["count"],
            *(row[code] for code, _, _, _ in AGES), row["overdue"],
        )
        for row in rows
    ]  # fmt: skip
    return answer_file(request, _COLUMNS, lines, name="impayes", label="Impayés")
