"""Acts on people of the team and their rights."""

from datetime import datetime

from django.db import transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import Invitation, Membership, Territory, User
from caracol.core import registries

SYSTEM_EMAIL = "systeme@caracol.invalid"


def system_user() -> User:
    """Return the account in whose name the machine acts; it cannot sign in and has no right."""
    user, _created = User.objects.get_or_create(
        email=SYSTEM_EMAIL,
        defaults={
            "first_name": "Caracol",
            "last_name": "(automatique)",
            "password": "!",
        },
    )
    return user


def grant(*, user: User, role: Role, territory: Territory | None) -> Membership:
    """Give a person a role on a territory, or on all of them. Again = no change."""
    membership, _created = Membership.objects.get_or_create(
        user=user, role=role, territory=territory
    )
    return membership


def invite(*, email: str, role: Role, territory: Territory | None) -> Invitation:
    """Note that somebody is awaited in a role. Again = no change."""
    invitation, _created = Invitation.objects.get_or_create(
        email=email.lower(), role=role, territory=territory
    )
    return invitation


@transaction.atomic
def accept_invitations(*, user: User, at: datetime) -> list[Membership]:
    """Turn the open invitations of the user's address into rights, and tell the applications.

    Called when the person signs in: the account itself was opened by the director. Again = no
    change.
    """
    invitations = Invitation.objects.select_for_update().filter(email=user.email, accepted_at=None)
    granted = []
    for invitation in invitations:
        granted.append(grant(user=user, role=Role(invitation.role), territory=invitation.territory))
        invitation.accepted_at = at
        invitation.save(update_fields=["accepted_at"])
    if granted:
        for arrive in registries.arrivals:
            arrive(user)
    return granted
