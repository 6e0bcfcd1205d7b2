"""Write the journal of accounts and rights."""

from caracol.accounts.enums import AccountAct
from caracol.accounts.models import AccountEvent, User


def note(
    act: AccountAct,
    *,
    actor: User | None,
    user: User | None = None,
    email: str = "",
    detail: str = "",
    reason: str = "",
) -> AccountEvent:
    """Write what was done to an account or to an invitation, by whom and why."""
    return AccountEvent.objects.create(
        act=act,
        email=email or (user.email if user else ""),
        user=user,
        actor=actor,
        detail=detail[:300],
        reason=reason[:300],
    )
