"""People, territories and the rights that join them."""

from caracol.accounts.models.rights import (
    Invitation,
    Membership,
    Territory,
    TerritoryQuerySet,
)
from caracol.accounts.models.user import User, UserManager

__all__ = [
    "Invitation",
    "Membership",
    "Territory",
    "TerritoryQuerySet",
    "User",
    "UserManager",
]
