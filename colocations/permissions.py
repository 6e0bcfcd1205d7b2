"""Who may read and write what of a home, beside opening its page."""

from typing import Any

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA, SOCIAL, has_role
from colocations.enums import TECHNICAL_CAUSES, VoidCause

_T = frozenset({Role.TECHNICAL})

# The fee of a room concerns whoever lives there: neither technicians nor mission officers see it.
AMOUNTS: frozenset[Role] = GLA | SOCIAL
# What works and equipment cost concerns the technical team too.
COSTS: frozenset[Role] = GLA | _T
# What was typed freely: why a room is empty, why a home closes.
NOTES: frozenset[Role] = GLA | SOCIAL | _T
EDITORS: frozenset[Role] = GLA
UPKEEP: frozenset[Role] = GLA | _T


def sees_amounts(user: Any, territory_id: int) -> bool:
    """Whether the user may read amounts of the homes of a territory."""
    return has_role(user, AMOUNTS, territory_id)


def sees_costs(user: Any, territory_id: int) -> bool:
    """Whether the user may read what works and equipment cost."""
    return has_role(user, COSTS, territory_id)


def sees_notes(user: Any, territory_id: int) -> bool:
    """Whether the user may read what was typed freely about a room or a home."""
    return has_role(user, NOTES, territory_id)


def may_edit(user: Any, territory_id: int) -> bool:
    """Whether the user may write the patrimony of a territory."""
    return has_role(user, EDITORS, territory_id)


def causes_of(user: Any, territory_id: int) -> tuple[VoidCause, ...]:
    """Return the causes of a void that the user may write: the technical team's are few."""
    if may_edit(user, territory_id):
        return tuple(VoidCause)
    if has_role(user, UPKEEP, territory_id):
        return tuple(cause for cause in VoidCause if cause in TECHNICAL_CAUSES)
    return ()


def may_write_void(user: Any, cause: str, territory_id: int) -> bool:
    """Whether the user may write a void of that cause."""
    return cause in causes_of(user, territory_id)
