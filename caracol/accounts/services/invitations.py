"""Sign-in by invitation only: a link that serves once, for some days, to one address."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from caracol.accounts import mails
from caracol.accounts.enums import AccountAct, InvitationState, Role
from caracol.accounts.models import Invitation, Membership, Territory, User
from caracol.accounts.services.journal import note
from caracol.accounts.services.team import grant
from caracol.core import registries
from caracol.core.errors import Refused


class InvitationRefused(Refused):
    """The invitation cannot be made, sent or followed."""


class InvitationNotSent(Refused):
    """The mail server did not take the mail."""


@transaction.atomic
def invite(
    *,
    email: str,
    role: Role,
    territory: Territory | None,
    actor: User | None = None,
    first_name: str = "",
    last_name: str = "",
) -> Invitation:
    """Note that somebody is awaited in a role. Again = no change."""
    invitation, is_new = Invitation.objects.open().get_or_create(
        email=email.lower(),
        role=role,
        territory=territory,
        defaults={"first_name": first_name, "last_name": last_name, "invited_by": actor},
    )
    if is_new:
        where = territory or "tous les territoires"
        detail = f"{Role(role).label} · {where}"
        note(AccountAct.INVITED, email=invitation.email, actor=actor, detail=detail)
    return invitation


def send_invitation(
    *, invitation: Invitation, actor: User, at: datetime, address: Callable[[str], str]
) -> None:
    """Send the link by which the person opens their account; earlier links serve no more.

    `address` makes the link of a token. Raises InvitationNotSent when the mail did not leave:
    the invitation then waits to be sent again.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = _lock(invitation)
        if User.objects.filter(email=row.email).exists():
            raise InvitationRefused(
                "Cette personne a déjà un compte : elle n'a pas besoin de lien. Le droit lui est "
                "donné quand elle se connecte."
            )
        row.token_digest = digest(token)
        row.sent_at, row.expires_at = at, at + timedelta(days=settings.INVITATION_DAYS)
        row.save(update_fields=["token_digest", "sent_at", "expires_at"])
        note(AccountAct.INVITATION_SENT, email=row.email, actor=actor)
    try:
        mails.invite(row, link=address(token), sender=actor)
    except mails.UNSENT as error:
        Invitation.objects.filter(pk=row.pk, token_digest=row.token_digest).update(
            token_digest="", sent_at=None, expires_at=None
        )
        raise InvitationNotSent(
            "Le courriel n'est pas parti : le serveur de messagerie ne répond pas. L'invitation "
            "est gardée ; envoyez-la de nouveau dans un moment."
        ) from error
    invitation.refresh_from_db()


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: User, at: datetime) -> None:
    """Call an invitation off: its link and the right it promised are worth nothing any more."""
    row = _lock(invitation)
    row.revoked_at, row.token_digest = at, ""
    row.save(update_fields=["revoked_at", "token_digest"])
    note(AccountAct.INVITATION_REVOKED, email=row.email, actor=actor, detail=row.get_role_display())


def invitation_of(token: str) -> Invitation | None:
    """Return the invitation that a link names, whatever its state."""
    if not token:
        return None
    return Invitation.objects.filter(token_digest=digest(token)).first()


@transaction.atomic
def open_account(
    *, token: str, first_name: str, last_name: str, password: str, at: datetime
) -> User:
    """Open the account of who follows their link, with the rights they were invited to.

    Raises InvitationRefused when the link serves no more.
    """
    invitation = Invitation.objects.select_for_update().filter(token_digest=digest(token)).first()
    if invitation is None or invitation.state_on(at) != InvitationState.SENT:
        raise InvitationRefused("Ce lien ne sert plus. Demandez-en un autre à la direction.")
    if User.objects.filter(email=invitation.email).exists():
        raise InvitationRefused("Ce compte est déjà ouvert : connectez-vous.")
    user = User.objects.create_user(
        invitation.email, password, first_name=first_name, last_name=last_name
    )
    note(AccountAct.OPENED, user=user, actor=user)
    accept_invitations(user=user, at=at)
    return user


@transaction.atomic
def accept_invitations(*, user: User, at: datetime) -> list[Membership]:
    """Turn the open invitations of the user's address into rights, and tell the applications.

    Called when an account opens and when a person signs in. An expired link gives nothing.
    Again = no change.
    """
    awaited = Invitation.objects.acceptable(at).filter(email=user.email)
    granted = []
    for invitation in awaited.select_for_update(of=("self",)).order_by("pk"):
        granted.append(
            grant(
                user=user,
                role=Role(invitation.role),
                territory=invitation.territory,
                actor=invitation.invited_by,
            )
        )
        invitation.accepted_at = at
        invitation.save(update_fields=["accepted_at"])
    if granted:
        for arrive in registries.arrivals:
            arrive(user)
    return granted


def digest(token: str) -> str:
    """Return what is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _lock(invitation: Invitation) -> Invitation:
    row = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if row.accepted_at or row.revoked_at:
        raise InvitationRefused("Cette invitation a déjà été acceptée ou annulée.")
    return row
