"""Who acts for whom: the teams of GLA and of the social service act as one."""

from collections.abc import Iterable

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA, SOCIAL


def acting_roles(role: str) -> frozenset[Role]:
    """Return who acts for a role: its team, or itself."""
    own = frozenset({Role(role)})
    for team in (GLA, SOCIAL):
        if own <= team:
            return frozenset(team)
    return own


def acted_for(roles: Iterable[str]) -> list[str]:
    """Return the roles in whose place these act."""
    held = frozenset(Role(role) for role in roles)
    return [role.value for role in Role if acting_roles(role) & held]
