"""Who may read what of a home, beside opening its page."""

from typing import Any

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA, SOCIAL, has_role

# The fee of a room concerns whoever lives there: neither technicians nor mission officers see it.
AMOUNTS: frozenset[Role] = GLA | SOCIAL
AGREEMENTS: frozenset[Role] = GLA | SOCIAL | {Role.MISSION_OFFICER, Role.TECHNICAL}


def sees_amounts(user: Any, territory_id: int) -> bool:
    """Whether the user may read amounts of the homes of a territory."""
    return has_role(user, AMOUNTS, territory_id)
