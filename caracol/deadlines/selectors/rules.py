"""The rules in force, with the kinds they are about."""

from collections.abc import Iterable
from datetime import date

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA_DECIDES, SOCIAL
from caracol.deadlines.models import DeadlineRule
from caracol.deadlines.teams import acting_roles


def rules_on(day: date) -> dict[str, DeadlineRule]:
    """Return the rule of each kind on a day, suspended ones included: one query."""
    return {rule.kind: rule for rule in DeadlineRule.objects.on(day)}


def deciders(rule: DeadlineRule) -> frozenset[Role]:
    """Return who decides of a kind: of the social service's, GLA may know, and no more."""
    if acting_roles(rule.role) == SOCIAL:
        return frozenset({Role.SOCIAL_DIRECTOR})
    return GLA_DECIDES & rule.known_by


def may_act_roles(rule: DeadlineRule, role: str = "") -> frozenset[Role]:
    """Return who may act on a deadline: its role or the one it was handed to, relays, deciders."""
    found = set(acting_roles(role or rule.role)) | deciders(rule)
    if rule.escalation_role:
        found.add(Role(rule.escalation_role))
    return frozenset(found)


def roles_to_hand(rule: DeadlineRule) -> list[Role]:
    """Return the roles that a kind may be handed to: who may know of it and may act.

    What the social service follows stays with it (RULEBOOK 8).
    """
    may = rule.known_by
    if acting_roles(rule.role) == SOCIAL:
        may = may & may_act_roles(rule)
    return [role for role in Role if role in may]


def kinds_of_roles(rules: Iterable[DeadlineRule], roles: frozenset[Role]) -> list[str]:
    """Return the kinds that it is for these roles, or for their team, to act on."""
    return [rule.kind for rule in rules if acting_roles(rule.role) & roles]
