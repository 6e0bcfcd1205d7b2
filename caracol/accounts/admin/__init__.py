"""The direction's pages on people, rights, invitations; nobody is deleted, nothing unsaid."""

from caracol.accounts.admin.invitations import InvitationAdmin
from caracol.accounts.admin.journal import AccountEventAdmin, TerritoryAdmin
from caracol.accounts.admin.users import UserAdmin

__all__ = ["AccountEventAdmin", "InvitationAdmin", "TerritoryAdmin", "UserAdmin"]
