"""People, territories and the rights that join them."""

from caracol.accounts.models.events import AccountEvent
from caracol.accounts.models.rights import (
    Invitation,
    InvitationQuerySet,
    Membership,
    Territory,
    TerritoryQuerySet,
)
from caracol.accounts.models.user import User, UserManager
from caracol.accounts.models.views import DefaultView, SavedView, SavedViewQuerySet

__all__ = [
    "AccountEvent",
    "DefaultView",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "SavedView",
    "SavedViewQuerySet",
    "Territory",
    "TerritoryQuerySet",
    "User",
    "UserManager",
]
