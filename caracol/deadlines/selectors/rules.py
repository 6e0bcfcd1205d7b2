"""The rules in force, with the kinds they are about."""

from collections.abc import Iterable
from datetime import date

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA, GLA_DECIDES, SOCIAL
from caracol.deadlines.models import DeadlineRule


def rules_on(day: date) -> dict[str, DeadlineRule]:
    """Return the rule of each kind on a day, suspended ones included: one query."""
    return {rule.kind: rule for rule in DeadlineRule.objects.on(day)}


def acting_roles(role: str) -> frozenset[Role]:
    """Return who acts for a role: the teams of GLA and of the social service act as one."""
    own = frozenset({Role(role)})
    for team in (GLA, SOCIAL):
        if own <= team:
            return frozenset(team)
    return own


def may_act_roles(rule: DeadlineRule, role: str = "") -> frozenset[Role]:
    """Return who may act on a deadline: its role or the one it was handed to, relays, deciders."""
    found = set(acting_roles(role or rule.role))
    found |= GLA_DECIDES & rule.known_by
    if rule.escalation_role:
        found.add(Role(rule.escalation_role))
    return frozenset(found)


def kinds_of_roles(rules: Iterable[DeadlineRule], roles: frozenset[Role]) -> list[str]:
    """Return the kinds that it is for these roles, or for their team, to act on."""
    return [rule.kind for rule in rules if acting_roles(rule.role) & roles]
