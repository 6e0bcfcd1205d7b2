"""Acts on people of the team: rights, invitations, what protects their account."""

from caracol.accounts.services.invitations import (
    InvitationNotSent,
    InvitationRefused,
    accept_invitations,
    invitation_of,
    invite,
    open_account,
    revoke_invitation,
    send_invitation,
)
from caracol.accounts.services.protection import (
    ResetRefused,
    close_sessions,
    end_sessions,
    has_second_factor,
    reset_second_factor,
)
from caracol.accounts.services.team import (
    SYSTEM_EMAIL,
    LastDirector,
    ReasonMissing,
    close_account,
    grant,
    rename,
    reopen_account,
    system_user,
    withdraw,
)

__all__ = [
    "SYSTEM_EMAIL",
    "InvitationNotSent",
    "InvitationRefused",
    "LastDirector",
    "ReasonMissing",
    "ResetRefused",
    "accept_invitations",
    "close_account",
    "close_sessions",
    "end_sessions",
    "grant",
    "has_second_factor",
    "invitation_of",
    "invite",
    "open_account",
    "rename",
    "reopen_account",
    "reset_second_factor",
    "revoke_invitation",
    "send_invitation",
    "system_user",
    "withdraw",
]
