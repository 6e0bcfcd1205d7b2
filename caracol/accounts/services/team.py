"""Acts on people of the team and their rights. Somebody always holds the direction."""

from collections.abc import Callable

from django.db import transaction

from caracol.accounts.enums import AccountAct, Role
from caracol.accounts.models import Membership, Territory, User
from caracol.accounts.services.journal import note
from caracol.accounts.services.protection import end_sessions
from caracol.core.errors import Refused

SYSTEM_EMAIL = "systeme@caracol.invalid"


class LastDirector(Refused):
    """The act would leave nobody who may manage the team."""


class ReasonMissing(Refused):
    """A grave act needs its reason."""


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


@transaction.atomic
def grant(
    *, user: User, role: Role, territory: Territory | None, actor: User | None = None
) -> Membership:
    """Give a person a role on a territory, or on all of them. Again = no change."""
    membership, is_new = Membership.objects.get_or_create(user=user, role=role, territory=territory)
    if is_new:
        note(AccountAct.RIGHT_GRANTED, user=user, actor=actor, detail=str(membership))
    return membership


@transaction.atomic
def withdraw(*, membership: Membership, actor: User | None = None) -> None:
    """Take a right back; it is gone at the person's next request. Raises LastDirector."""
    if membership.role == Role.DIRECTOR:
        _keep_a_director(lambda right: right.pk != membership.pk)
    note(AccountAct.RIGHT_REMOVED, user=membership.user, actor=actor, detail=str(membership))
    membership.delete()


@transaction.atomic
def close_account(*, user: User, actor: User | None, reason: str) -> None:
    """Let a person in no more, from their next request on; what they did stays theirs."""
    _require(reason, "Dites pourquoi ce compte est fermé : départ, fin de mission…")
    if not user.is_active:
        return
    if user.memberships.filter(role=Role.DIRECTOR).exists():
        _keep_a_director(lambda right: right.user_id != user.pk)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    note(AccountAct.CLOSED, user=user, actor=actor, reason=reason)


@transaction.atomic
def reopen_account(*, user: User, actor: User | None, reason: str) -> None:
    """Let a person who had left in again, with the rights they still hold."""
    _require(reason, "Dites pourquoi ce compte est rouvert.")
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    note(AccountAct.REOPENED, user=user, actor=actor, reason=reason)


@transaction.atomic
def rename(
    *, user: User, email: str, first_name: str, last_name: str, actor: User | None = None
) -> None:
    """Change a person's name or the address they sign in with."""
    wanted = {"email": email.lower(), "first_name": first_name, "last_name": last_name}
    known = User.objects.select_for_update().get(pk=user.pk)
    changed = [
        f"{getattr(known, name) or 'rien'} devient {value or 'rien'}"
        for name, value in wanted.items()
        if getattr(known, name) != value
    ]
    if not changed:
        return
    for name, value in wanted.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    user.save(update_fields=list(wanted))
    note(AccountAct.RENAMED, user=user, actor=actor, detail=" ; ".join(changed))


def _require(reason: str, otherwise: str) -> None:
    if not reason.strip():
        raise ReasonMissing(otherwise)


def _keep_a_director(kept: Callable[[Membership], bool]) -> None:
    """Refuse when no direction is left; two acts that would each leave one wait in turn."""
    directors = Membership.objects.select_for_update(of=("self",)).filter(
        role=Role.DIRECTOR, user__is_active=True
    )
    if not any(kept(right) for right in directors.order_by("pk")):
        raise LastDirector(
            "Cette personne est la seule à tenir la direction : personne ne pourrait plus gérer "
            "l'équipe. Donnez d'abord ce rôle à quelqu'un d'autre."
        )
