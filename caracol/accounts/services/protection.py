"""What protects an account: second factors, open sessions."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from caracol.accounts import mails
from caracol.accounts.enums import AccountAct
from caracol.accounts.models import User
from caracol.accounts.services.journal import note
from caracol.core.errors import Refused


class ResetRefused(Refused):
    """The second factor cannot be reset as asked."""


FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Return whether an application of codes or a passkey protects the account."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


@transaction.atomic
def reset_second_factor(*, user: User, actor: User, reason: str) -> None:
    """Forget every second factor of a person who lost theirs, end their sessions and tell them.

    They set another at their next sign-in. Nobody resets their own: a stolen session would.
    """
    if not reason.strip():
        raise ResetRefused(
            "Dites pourquoi : téléphone perdu, changé, volé… et comment la personne s'est fait "
            "reconnaître."
        )
    if user.pk == actor.pk:
        raise ResetRefused(
            "On ne réinitialise pas sa propre double authentification : une autre personne de la "
            "direction le fait, ou servez-vous d'un code de secours."
        )
    forgotten, _rows = Authenticator.objects.filter(user=user).delete()
    if not forgotten:
        raise ResetRefused("Cette personne n'a pas de double authentification à réinitialiser.")
    end_sessions(user=user)
    note(AccountAct.FACTORS_RESET, user=user, actor=actor, reason=reason)
    transaction.on_commit(lambda: mails.tell("factors_reset", to=user.email))


def end_sessions(*, user: User, but: str = "") -> int:
    """End every session of a person, but the one of that key; return how many there were."""
    found = UserSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(found.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    found.delete()
    return len(keys)


@transaction.atomic
def close_sessions(*, user: User, actor: User, but: str = "") -> int:
    """Sign a person out of their devices, but the one of that session key; note it."""
    ended = end_sessions(user=user, but=but)
    if ended:
        detail = f"{ended} appareil{'s' if ended > 1 else ''}"
        note(AccountAct.SESSIONS_ENDED, user=user, actor=actor, detail=detail)
    return ended
