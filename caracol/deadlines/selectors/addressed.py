"""Whose business each open deadline is on a day, and of what a person is to be reminded."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone

from caracol.accounts.models import User
from caracol.deadlines.enums import DeadlineAct, ReminderCause
from caracol.deadlines.models import Deadline, DeadlineEvent, DeadlineRule, Reminder, StandIn
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.lines import DueLine, lines_of
from caracol.deadlines.selectors.mine import mine, with_rights

# A rule whose relay is taken after a day at most is about something that cannot wait.
URGENT_RELAY_DAYS = 1
Told = tuple[int, date, str, int]


@dataclass(frozen=True)
class Absences:
    """Who stands in for whom on a day, by the number of who stands in."""

    people: Mapping[int, list[User]] = field(default_factory=dict)

    def replaced(self, user: User) -> list[User]:
        """Return the people a user stands in for, with their rights."""
        return self.people.get(user.pk, [])

    def of(self, user: User) -> Mapping[int, str]:
        """Return the names of the people a user stands in for."""
        return {absent.pk: str(absent) for absent in self.replaced(user)}


def absences_on(day: date) -> Absences:
    """Return the absences of a day: three queries."""
    pairs = list(StandIn.objects.on(day).values_list("stand_in", "absent"))
    away = User.objects.filter(pk__in=[absent for _by, absent in pairs], is_active=True)
    known = {absent.pk: absent for absent in with_rights(away)}
    found: dict[int, list[User]] = defaultdict(list)
    for stand_in, absent in pairs:
        if absent in known:
            found[stand_in].append(known[absent])
    return Absences(found)


@dataclass(frozen=True)
class Cue:
    """A deadline that a person is to be reminded of, and why now."""

    line: DueLine
    cause: ReminderCause
    lead: int

    @property
    def key(self) -> Told:
        """What is told once."""
        return (self.line.pk, self.line.due_on, self.cause.value, self.lead)

    @property
    def is_urgent(self) -> bool:
        """Whether it is told at once, whatever the person prefers."""
        return self.cause == ReminderCause.LATE or is_urgent(self.line)


@dataclass(frozen=True)
class Addressed:
    """What is a person's business on a day, and what they were not told yet."""

    lines: list[DueLine]
    cues: list[Cue]


def is_urgent(line: DueLine) -> bool:
    """Whether a deadline that is not late is urgent: due today, or of a kind that cannot wait."""
    if line.deadline.kind == TASK or line.rule is None:
        return False
    days = line.rule.escalation_days
    return line.due_on <= line.day or (days is not None and days <= URGENT_RELAY_DAYS)


def addressed_to(
    user: User, day: date, rules: Mapping[str, DeadlineRule], absences: Absences
) -> Addressed:
    """Return what is on a person's list on a day and was not told yet: a fixed number of queries.

    What is put off is told to nobody; past its day, the relay is told all the same.
    """
    seen = Deadline.objects.visible_to(user, rules=rules.values()).open()
    seen = seen.in_sight(day, rules.values()).order_by("due_on", "pk")
    own = lines_of(mine(seen.awake(day), user, day, rules, absences.replaced(user)), day, rules)
    relayed = [kind for kind, rule in rules.items() if rule.escalation_role in user.roles]
    late = lines_of(seen.filter(due_on__lt=day, kind__in=relayed) if relayed else (), day, rules)
    told = _told(user)
    cues = [*_cues(own), *_relays(user, late, day)]
    # Who was told that they relay need not be told that it is late.
    taken = {(pk, due_on) for pk, due_on, cause, _lead in told if cause == ReminderCause.RELAY}
    cues = [
        cue
        for cue in cues
        if cue.cause != ReminderCause.LATE or (cue.line.pk, cue.line.due_on) not in taken
    ]
    return Addressed(own, [cue for cue in cues if cue.key not in told])


def _told(user: User) -> set[Told]:
    rows = Reminder.objects.filter(user=user, deadline__state="OPEN")
    return set(rows.values_list("deadline_id", "due_on", "cause", "lead"))


def _cues(lines: Iterable[DueLine]) -> Iterable[Cue]:
    """Yield the last lead time that has come for each line; of those before, nothing is said."""
    for line in lines:
        if line.is_late:
            yield Cue(line, ReminderCause.LATE, 0)
            continue
        left = (line.due_on - line.day).days
        come = [lead for lead in (line.rule.leads if line.rule else ()) if lead >= left]
        if come:
            yield Cue(line, ReminderCause.LEAD, min(come))


def _relays(user: User, lines: Iterable[DueLine], day: date) -> Iterable[Cue]:
    """Yield what is late without an act for as long as its rule bears, where the user relays."""
    held = [line for line in lines if _may_relay(user, line)]
    acts = _last_acts([line.pk for line in held]) if held else {}
    for line in held:
        days = line.rule.escalation_days if line.rule else None
        since = max(line.due_on, acts.get(line.pk, line.due_on))
        if days is not None and (day - since).days >= days:
            yield Cue(line, ReminderCause.RELAY, days)


def _may_relay(user: User, line: DueLine) -> bool:
    if not line.is_late or line.rule is None or not line.rule.escalation_role:
        return False
    return line.rule.escalation_role in user.roles_on(line.deadline.territory_id)


def _last_acts(ids: list[int]) -> dict[int, Any]:
    """Return the day a person last did something about each deadline; putting off is not that."""
    acts = DeadlineEvent.objects.filter(deadline__in=ids, by__isnull=False)
    acts = acts.exclude(act__in=(DeadlineAct.SNOOZED, DeadlineAct.AWAKENED))
    last = acts.order_by().values_list("deadline").annotate(last=Max("at"))
    return {pk: timezone.localtime(at).date() for pk, at in last}
