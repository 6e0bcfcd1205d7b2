"""Who follows which home."""

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from colocations.models import Colocation

ASSIGNED = history.label("colocations.officer-assigned", "Chargé·e de mission attribué·e")


@transaction.atomic
def assign_awaited_homes(*, user: User) -> int:
    """Give a mission officer the homes that were waiting for their address; return how many."""
    with history.act(ASSIGNED, actor=user):
        return Colocation.objects.filter(
            mission_officer=None, mission_officer_email__iexact=user.email
        ).update(mission_officer=user)
