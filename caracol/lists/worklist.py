"""What « Aujourd'hui » says of lists: the facts of many people left the house in a file."""

from datetime import date
from typing import Any

from django.urls import reverse

from caracol.accounts.policy import may
from caracol.core.expressions import first_of
from caracol.core.registries import WorkGroup, WorkItem, work_provider
from caracol.lists.services import exporting
from caracol.ui.atoms import short_day

SHOWN = 3


@work_provider("lists.large-exports")
def large_exports(user: Any, today: date) -> WorkGroup | None:
    """Exports of many people that nobody has taken note of yet, for the direction."""
    if not may(user, "lists:export-list"):
        return None
    shown, total = first_of(exporting.large_exports().filter(note=None), SHOWN)
    items = [
        WorkItem(
            kind="export",
            title=f"{record.label} : {record.rows} personnes",
            why=f"Exporté par {record.user} le {short_day(record.at)}.",
            otherwise="Le délégué à la protection des données doit savoir ce qui sort.",
            url=reverse("lists:export-list"),
            tone="info",
            button="Voir",
        )
        for record in shown
    ]
    return WorkGroup(
        code="large-exports",
        title="Grands exports à noter",
        icon="file-spreadsheet",
        total=total,
        items=items,
        url=reverse("lists:export-list"),
        order=75,
    )
