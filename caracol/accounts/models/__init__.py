"""People, territories and the rights that join them."""

from caracol.accounts.models.rights import (
    Invitation,
    Membership,
    Territory,
    TerritoryQuerySet,
)
from caracol.accounts.models.user import User, UserManager
from caracol.accounts.models.views import SavedView, SavedViewQuerySet

__all__ = [
    "Invitation",
    "Membership",
    "SavedView",
    "SavedViewQuerySet",
    "Territory",
    "TerritoryQuerySet",
    "User",
    "UserManager",
]
