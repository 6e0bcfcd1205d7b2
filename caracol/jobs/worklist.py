"""What « Aujourd'hui » tells the direction of the clock: what it missed, what stopped."""

from datetime import date
from typing import Any

from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.registries import WorkGroup, WorkItem, work_provider
from caracol.jobs.clockwork import Turn, processes, turns
from caracol.jobs.models import PeriodRun

SILENT = "Ce processus ne donne plus signe de vie : rien de périodique ne se fait sans lui."
MISSED = "L'heure est passée et rien ne l'a lancé : l'horloge s'est arrêtée."
OTHERWISE = "Rappels, échéances ou vérifications de la nuit manquent jusque-là."


@work_provider("jobs.clock")
def missed_beats(user: Any, today: date) -> WorkGroup | None:
    """Return the periodic jobs that did not run as they should, for the direction."""
    if Role.DIRECTOR not in user.roles or not PeriodRun.objects.exists():
        return None
    now, url = clock.now(), reverse("jobs:clock")
    items = [_item(turn, url) for turn in turns(now) if turn.is_missed or turn.is_stopped]
    items += [
        WorkItem(
            kind="process", title=process.label, why=SILENT, url=url, otherwise=OTHERWISE,
            tone="danger", button="Voir l'horloge",
        )
        for process in processes(now) if process.is_silent
    ]  # fmt: skip
    return WorkGroup(
        code="jobs-clock",
        title="Ce que l'horloge a manqué",
        icon="clock",
        total=len(items),
        items=items,
        url=url,
        order=5,
    )


def _item(turn: Turn, url: str) -> WorkItem:
    return WorkItem(
        kind="clock",
        title=turn.label,
        why=MISSED if turn.is_missed or turn.job is None else turn.job.error,
        url=url,
        due_on=turn.period,
        otherwise=OTHERWISE,
        tone="danger",
        button="Voir l'horloge",
    )
