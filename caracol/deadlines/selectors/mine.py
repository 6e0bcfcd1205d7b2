"""Whose a deadline is: the one it was handed to, whom they replace, else whoever holds the role."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from caracol.accounts.enums import NETWORK_WIDE, Role
from caracol.accounts.models import User
from caracol.accounts.policy import GLA_DECIDES
from caracol.deadlines.models import Deadline, DeadlineRule, StandIn
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.rules import acting_roles, may_act_roles


def replaced_by(user: Any, day: date) -> list[int]:
    """Return whom a user stands in for on a day: one query."""
    return list(StandIn.objects.on(day).filter(stand_in=user).values_list("absent", flat=True))


def replaced_now(user: Any, day: date) -> Any:
    """Return the same as part of another query."""
    return StandIn.objects.on(day).filter(stand_in=user).values("absent")


def mine(
    rows: Any, user: Any, day: date, rules: Mapping[str, DeadlineRule], replaced: Any = ()
) -> Any:
    """Keep of visible rows those it is for the user to act on.

    Handed to them or to somebody they replace; else to nobody by name, and to their role where
    they hold it; late beyond the relay, to whoever takes it.
    """
    return rows.filter(
        Q(assignee=user)
        | Q(assignee__in=replaced)
        | Q(assignee=None, owner=user)
        | Q(assignee=None, owner=None) & _by_role(user, day, rules)
    )


def _by_role(user: Any, day: date, rules: Mapping[str, DeadlineRule]) -> Q:
    wanted = Q(pk__in=[])
    for role in (Role(held) for held in user.roles):
        here = Deadline.objects.visible_condition(user, frozenset({role}))
        own = [code for code, rule in rules.items() if role in acting_roles(rule.role)]
        # A task without a role is its team's; `_by_role` of a rule says nothing of it.
        own = [code for code in own if code != TASK]
        team = [other.value for other in Role if role in acting_roles(other)]
        found = Q(role="", kind__in=own) | Q(role__in=team)
        for code, rule in rules.items():
            if rule.escalation_role == role and rule.escalation_days is not None:
                late = day - timedelta(days=rule.escalation_days)
                found |= Q(kind=code, due_on__lt=late)
        wanted |= found if here is None else found & (here | Q(territory=None))
    return wanted


def may_act(
    user: Any, row: Deadline, rules: Mapping[str, DeadlineRule], replaced: Iterable[int] = ()
) -> bool:
    """Whether a user who sees a deadline may act on it; the others may comment."""
    if row.assignee_id in {user.pk, *replaced} or row.owner_id == user.pk:
        return True
    held = user.roles_on(row.territory_id) if row.territory_id else user.roles
    if row.kind == TASK:
        team = acting_roles(row.role) if row.role else frozenset()
        return row.owner_id is None and bool(held & (team | GLA_DECIDES))
    rule = rules.get(row.kind)
    return rule is not None and bool(held & may_act_roles(rule, row.role))


def candidates(row: Deadline, rules: Mapping[str, DeadlineRule]) -> list[User]:
    """Return who may be handed a deadline: those of the team who may know of it, in order."""
    people = User.objects.filter(is_active=True).order_by("last_name", "first_name", "pk")
    return [person for person in with_rights(people) if may_be_handed(person, row, rules)]


def with_rights(people: Any) -> list[User]:
    """Return people with their rights, read once for all of them."""
    named = list(people.prefetch_related("memberships"))
    for person in named:
        person.rights = list(person.memberships.all())
    return named


def may_be_handed(person: User, row: Deadline, rules: Mapping[str, DeadlineRule]) -> bool:
    """Whether somebody's roles on the territory let them know of a deadline.

    A mission officer's own homes are looked at when it is handed over.
    """
    here = {
        Role(right.role)
        for right in person.rights
        if right.role in NETWORK_WIDE
        or right.territory_id is None
        or row.territory_id in (None, right.territory_id)
    }
    if row.kind == TASK:
        return bool(here)
    rule = rules.get(row.kind)
    return rule is not None and bool(here & rule.known_by)
