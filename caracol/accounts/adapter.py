"""How the sign-in library behaves here: invitation only, French mails, secrets encrypted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from caracol.accounts import demands, mails
from caracol.accounts.models import User
from caracol.accounts.services import accept_invitations, has_second_factor
from caracol.core import clock, crypto

_CONTEXT = "mfa_authenticator.data"


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody opens an account alone: the director invites."""

    def is_open_for_signup(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse to sign up."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; who was awaited gets at that moment the rights they were invited to.

        Who has no second factor yet sets one next: the password just typed is proof enough.
        """
        super().login(request, user)
        accept_invitations(user=user, at=clock.now())
        if not has_second_factor(user):
            reauthenticate_by_password(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send our own words for the library's."""
        code = template_prefix.rpartition("/")[2]
        mails.send_link(code, to=email, link=context.get("password_reset_url", ""))


class FactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted, and the last one stays where it is demanded."""

    def encrypt(self, text: str) -> str:
        """Close a secret with the newest key of the fields."""
        return crypto.encrypt(text, context=_CONTEXT)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret. Raises UnreadableValue with a wrong key."""
        return crypto.decrypt(encrypted_text, context=_CONTEXT)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last second factor of who must have one; another may replace it first."""
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(
            pk__in=[authenticator.pk]
        )
        left = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return left or not demands.second_factor_demanded(authenticator.user)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """Propose a name for a passkey."""
        number = Authenticator.objects.filter(user=user, type=type).count()
        return "Clé d'accès" if number == 0 else f"Clé d'accès {number + 1}"

    def _get_site_name(self) -> str:
        return "Caracol"
