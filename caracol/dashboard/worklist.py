"""What « Aujourd'hui » says that belongs to no application: people awaited in the team."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from caracol.accounts.enums import NETWORK_WIDE
from caracol.accounts.models import Invitation
from caracol.accounts.policy import GLA_DECIDES
from caracol.core.expressions import first_of
from caracol.core.registries import WorkGroup, WorkItem, work_provider

SHOWN = 5


@work_provider("dashboard.invitations")
def invitations(user: Any, today: date) -> WorkGroup | None:
    """Invitations nobody has accepted yet, for those who decide."""
    if not user.roles & GLA_DECIDES:
        return None
    found = Invitation.objects.open()
    rights = [right for right in user.rights if right.role in GLA_DECIDES]
    if not any(r.role in NETWORK_WIDE or r.territory_id is None for r in rights):
        own = [right.territory_id for right in rights]
        found = found.filter(Q(territory__in=own) | Q(territory=None))
    ordered = found.select_related("territory").order_by("created_at", "pk")
    shown, total = first_of(ordered, SHOWN)
    url = reverse("admin:accounts_invitation_changelist") if user.is_staff else ""
    items = [
        WorkItem(
            kind="invitation",
            title=invitation.email,
            why=f"Attendu·e comme {invitation.get_role_display()}"
            f"{f', {invitation.territory}' if invitation.territory else ''}.",
            url=url,
            otherwise="Cette personne ne peut rien faire ici tant que son compte n'est pas ouvert.",
            button="Ouvrir le compte" if url else "",
        )
        for invitation in shown
    ]
    return WorkGroup(
        code="invitations",
        title="Comptes à ouvrir",
        icon="user-plus",
        total=total,
        items=items,
        url=url,
        order=70,
    )
