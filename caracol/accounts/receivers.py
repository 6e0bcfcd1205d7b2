"""What the sign-in library tells: a session begins, a password or a second factor changes."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from caracol.accounts.enums import AccountAct
from caracol.accounts.models import User
from caracol.accounts.presence import Presence
from caracol.accounts.services.journal import note
from caracol.accounts.services.protection import end_sessions
from caracol.core import clock

FACTOR_NAMES = {
    Authenticator.Type.TOTP: "application de codes",
    Authenticator.Type.WEBAUTHN: "clé d'accès",
    Authenticator.Type.RECOVERY_CODES: "codes de secours",
}


@receiver(user_logged_in)
def begin(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Count the time of the session from its sign-in."""
    Presence(request.session).begin(clock.now())


@receiver(password_changed)
@receiver(password_set)
@receiver(password_reset)
def password_is_new(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Note the change, and end the other sessions: they were opened with the old one."""
    end_sessions(user=user, but=request.session.session_key or "")
    note(AccountAct.PASSWORD_CHANGED, user=user, actor=user)


@receiver(authenticator_added)
def factor_added(sender: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Note a new second factor."""
    detail = FACTOR_NAMES[Authenticator.Type(authenticator.type)]
    note(AccountAct.FACTOR_ADDED, user=user, actor=user, detail=detail)


@receiver(authenticator_removed)
def factor_removed(sender: Any, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Note a second factor taken away."""
    detail = FACTOR_NAMES[Authenticator.Type(authenticator.type)]
    note(AccountAct.FACTOR_REMOVED, user=user, actor=user, detail=detail)
