"""Sign-in by invitation only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone: the director creates it."""

    def is_open_for_signup(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse to sign up."""
        return False
