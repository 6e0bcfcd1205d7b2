"""What « Aujourd'hui » says of what a takeover has left to be done."""

from datetime import date
from typing import Any

from django.urls import reverse

from caracol.accounts.policy import GLA_DECIDES
from caracol.core.registries import WorkGroup, WorkItem, work_provider
from colocations.models import Colocation

SHOWN = 3


@work_provider("takeover.officers-awaited")
def officers_awaited(user: Any, today: date) -> WorkGroup | None:
    """Homes whose mission officer has no account yet."""
    if not user.roles & GLA_DECIDES:
        return None
    found = Colocation.objects.visible_to(user, GLA_DECIDES).filter(mission_officer=None)
    found = found.exclude(mission_officer_email="")
    items = [
        WorkItem(
            kind="home",
            title=home.name,
            why=f"{home.mission_officer_email} n'a pas encore de compte.",
            url=reverse("colocations:home-detail", args=[home.pk]),
        )
        for home in found.order_by("name")[:SHOWN]
    ]
    return WorkGroup(
        code="officers-awaited",
        title="Chargé·es de mission attendu·es",
        icon="user-plus",
        total=found.count(),
        items=items,
        order=60,
    )
