"""Who has how much to do, and what is late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.deadlines.models import Deadline, DeadlineRule, StandIn
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.mine import mine

SOON = timedelta(days=7)


@dataclass
class Load:
    """What is on somebody's list, or on a role's."""

    name: str
    query: str
    note: str = ""
    late: int = 0
    soon: int = 0
    total: int = 0
    oldest: date | None = None
    absent: str = ""

    def count(self, due_on: date, day: date) -> None:
        """Add one deadline."""
        self.total += 1
        if due_on < day:
            self.late += 1
            self.oldest = min(self.oldest or due_on, due_on)
        elif due_on <= day + SOON:
            self.soon += 1


def team_load(rows: Any, day: date, rules: Mapping[str, DeadlineRule]) -> list[Load]:
    """Return who has how much in sight: people by name, then roles. A fixed number of queries.

    Private tasks stay their owner's business: they are not counted.
    """
    seen = rows.open().awake(day).in_sight(day, rules.values()).filter(owner=None)
    people: dict[int, Load] = {}
    roles: dict[str, Load] = {}
    named = {user.pk: user for user in User.objects.filter(is_active=True)}
    away = {row.absent_id: str(row.stand_in) for row in _away(day)}
    for kind, role, assignee, due_on in seen.values_list("kind", "role", "assignee", "due_on"):
        if assignee in named:
            load = people.setdefault(assignee, _of(named[assignee], away))
        else:
            acting = role or (rules[kind].role if kind in rules and kind != TASK else "")
            load = roles.setdefault(acting, _of_role(acting))
        load.count(due_on, day)
    return [*_sorted(people.values()), *_sorted(roles.values())]


def _away(day: date) -> Any:
    return StandIn.objects.on(day).select_related("stand_in")


def _of(user: User, away: Mapping[int, str]) -> Load:
    return Load(str(user), f"whose={user.pk}", absent=away.get(user.pk, ""))


def _of_role(role: str) -> Load:
    name = str(Role(role).label) if role else "Sans rôle"
    return Load(name, f"whose=none&role={role}" if role else "whose=none", "à personne par son nom")


def _sorted(loads: Any) -> list[Load]:
    return sorted(loads, key=lambda load: (-load.late, -load.soon, load.name))


def unseen_by(
    stand_in: User, absent: User, day: date, until: date, rules: Mapping[str, DeadlineRule]
) -> int:
    """Return how many lines « À moi » of somebody absent their stand-in does not see.

    Private tasks, and what the stand-in's own rights do not let them know, until the day of return.
    """
    known = rules.values()
    theirs = Deadline.objects.visible_to(absent, rules=known).open().in_sight(until, known)
    theirs = mine(theirs, absent, day, rules)
    # A task confided to the absent passes from the first day on, not before.
    seen = Deadline.objects.visible_to(stand_in, rules=known)
    passing = Deadline.objects.confided_tasks(stand_in, absent)
    hidden = theirs.exclude(pk__in=seen.values("pk")).exclude(pk__in=passing.values("pk"))
    return int(hidden.count())
