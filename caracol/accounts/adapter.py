"""Sign-in by invitation only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from caracol.accounts.models import User
from caracol.accounts.services import accept_invitations
from caracol.core import clock


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone: the director creates it."""

    def is_open_for_signup(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse to sign up."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; who was awaited gets at that moment the rights they were invited to."""
        super().login(request, user)
        accept_invitations(user=user, at=clock.now())
