"""Whose a deadline is: the one it was handed to, whom they replace, else whoever holds the role."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from caracol.accounts.enums import NETWORK_WIDE, Role
from caracol.accounts.models import User
from caracol.accounts.policy import GLA_DECIDES
from caracol.deadlines.models import Deadline, DeadlineRule, StandIn
from caracol.deadlines.registry import TASK, places
from caracol.deadlines.selectors.rules import deciders, may_act_roles
from caracol.deadlines.teams import acted_for, acting_roles

SNOOZE_DAYS = 60


def replaced_by(user: Any, day: date) -> list[User]:
    """Return whom a user stands in for on a day, with their rights: three queries at most."""
    absent = StandIn.objects.on(day).filter(stand_in=user).values("absent")
    return with_rights(User.objects.filter(pk__in=absent, is_active=True).order_by("pk"))


def mine(
    rows: Any,
    user: Any,
    day: date,
    rules: Mapping[str, DeadlineRule],
    replaced: Iterable[Any] = (),
) -> Any:
    """Keep of visible rows those it is for the user to act on, or for whom they replace.

    Handed to them; else to nobody by name, and to their role where they hold it; late beyond the
    relay, to whoever takes it.
    """
    wanted = _of(user, day, rules)
    for absent in replaced:
        wanted |= _of(absent, day, rules)
    return rows.filter(wanted)


def _of(user: Any, day: date, rules: Mapping[str, DeadlineRule]) -> Q:
    return (
        Q(assignee=user)
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
        found = Q(role="", kind__in=own) | Q(role__in=acted_for({role}))
        for code, rule in rules.items():
            if rule.escalation_role == role and rule.escalation_days is not None:
                late = day - timedelta(days=rule.escalation_days)
                found |= Q(kind=code, due_on__lt=late)
        wanted |= found if here is None else found & (here | Q(territory=None))
    return wanted


def may_act(
    user: Any, row: Deadline, rules: Mapping[str, DeadlineRule], replaced: Iterable[Any] = ()
) -> bool:
    """Whether a user who sees a deadline may act on it; the others may comment."""
    if user.pk in {row.assignee_id, row.owner_id, row.author_id}:
        return True
    if any(_is_of_the_absent(absent, row, rules) for absent in replaced):
        return True
    held = user.roles_on(row.territory_id) if row.territory_id else user.roles
    if row.kind == TASK:
        team = acting_roles(row.role) if row.role else frozenset()
        if row.owner is not None:
            return not row.owner.is_active and bool(held & GLA_DECIDES)
        return bool(held & (team | GLA_DECIDES))
    rule = rules.get(row.kind)
    return rule is not None and bool(held & may_act_roles(rule, row.role))


def _is_of_the_absent(absent: Any, row: Deadline, rules: Mapping[str, DeadlineRule]) -> bool:
    """Whether a deadline is on the list of somebody absent: by name, else by their role there."""
    if row.assignee_id is not None or row.owner_id is not None:
        return bool(row.assignee_id == absent.pk)
    rule = rules.get(row.kind)
    role = row.role or (rule.role if rule and row.kind != TASK else "")
    acting = set(acting_roles(role)) if role else set()
    if rule and rule.escalation_role:
        acting.add(Role(rule.escalation_role))
    held = (absent.roles_on(row.territory_id) if row.territory_id else absent.roles) & acting
    if held == {Role.MISSION_OFFICER}:
        return _is_own_home(absent, row)
    return bool(held)


def _is_own_home(officer: Any, row: Deadline) -> bool:
    """Whether a deadline is about a home of a mission officer; their homes are read once."""
    known = places()
    if known is None or row.home_id is None:
        return False
    if not hasattr(officer, "own_homes_read"):
        officer.own_homes_read = {home["pk"] for home in known.own_homes(officer)}
    return row.home_id in officer.own_homes_read


def may_decide(user: Any, row: Deadline, rule: DeadlineRule | None) -> bool:
    """Whether a user decides of a deadline, beyond what who acts on it may."""
    held = user.roles_on(row.territory_id) if row.territory_id else user.roles
    deciding = GLA_DECIDES if row.kind == TASK or rule is None else deciders(rule)
    return bool(held & deciding) or row.owner_id == user.pk


def latest_snooze(row: Deadline, rule: DeadlineRule | None, day: date) -> date:
    """Return the last day to which who acts may put a deadline off.

    Past its day, no longer than until its relay is taken; without a relay, sixty days.
    """
    if row.kind == TASK or rule is None or rule.escalation_days is None:
        return max(row.due_on, day) + timedelta(days=SNOOZE_DAYS)
    return row.due_on + timedelta(days=rule.escalation_days)


def mates(user: Any) -> Any:
    """Return the people who work where a user does, in order; the machine's account is nobody."""
    people = User.objects.filter(is_active=True, memberships__isnull=False)
    if not is_everywhere(user):
        own = [right.territory_id for right in user.rights]
        people = people.filter(
            Q(memberships__territory__in=own)
            | Q(memberships__territory=None)
            | Q(memberships__role__in=NETWORK_WIDE)
            | Q(pk=user.pk)
        )
    return people.distinct().order_by("last_name", "first_name", "pk")


def is_everywhere(user: Any) -> bool:
    """Whether a user works on every territory."""
    return any(right.territory_id is None or right.role in NETWORK_WIDE for right in user.rights)


def candidates(row: Deadline, rules: Mapping[str, DeadlineRule], user: Any) -> list[User]:
    """Return who may be handed a deadline: of the user's team, who see it, in order."""
    people = [each for each in with_rights(mates(user)) if may_be_handed(each, row, rules)]
    if row.kind == TASK:
        return people
    officers = [each for each in people if each.roles == {Role.MISSION_OFFICER}]
    blind = officers_who_do_not_see(officers, row)
    return [each for each in people if each.pk not in blind]


def officers_who_do_not_see(officers: Iterable[User], row: Deadline) -> set[int]:
    """Return which mission officers have not the home of a deadline: one query for all."""
    asked = {
        f"of_{each.pk}": Count("pk", filter=Deadline.objects.in_own_homes(each))
        for each in officers
    }
    if not asked:
        return set()
    found = Deadline.objects.filter(pk=row.pk).aggregate(**asked)
    return {int(name.removeprefix("of_")) for name, seen in found.items() if not seen}


def with_rights(people: Any) -> list[User]:
    """Return people with their rights, read once for all of them."""
    named = list(people.prefetch_related("memberships"))
    for person in named:
        person.rights = list(person.memberships.all())
    return named


def may_be_handed(person: User, row: Deadline, rules: Mapping[str, DeadlineRule]) -> bool:
    """Whether somebody's roles on the territory let them know of a deadline.

    A mission officer's own homes are looked at by who asks for several.
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
