"""Deadlines as pages show them: their words, their day, where one acts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse

from caracol.deadlines.enums import DeadlineAct, Domain
from caracol.deadlines.models import Deadline, DeadlineEvent, DeadlineRule
from caracol.deadlines.registry import TASK, DeadlineKind, kind_of
from caracol.deadlines.selectors.rules import rules_on
from caracol.ui.atoms import short_day

SOON_DAYS = 60
UNKNOWN = "Échéance"


@dataclass(frozen=True)
class DueLine:
    """One deadline with the words of its rule on a day, and what was last said of it."""

    deadline: Deadline
    rule: DeadlineRule | None
    kind: DeadlineKind | None
    day: date
    comment: str = ""

    @property
    def pk(self) -> int:
        """Its number."""
        return int(self.deadline.pk)

    @property
    def label(self) -> str:
        """What is to be done."""
        if self.deadline.kind == TASK:
            return self.deadline.about
        return self.rule.label if self.rule else UNKNOWN

    @property
    def about(self) -> str:
        """Whom or what it is about; a task says it in its title."""
        return "" if self.deadline.kind == TASK else self.deadline.about

    @property
    def due_on(self) -> date:
        """By when."""
        return self.deadline.due_on

    @property
    def why(self) -> str:
        """Why it exists: what this one says, else what its rule says."""
        return self.deadline.why or (self.rule.why if self.rule else "")

    @property
    def otherwise(self) -> str:
        """What happens if nothing is done."""
        return self.deadline.otherwise or (self.rule.otherwise if self.rule else "")

    @property
    def domain(self) -> Domain:
        """What it is about, to sort by."""
        return self.kind.domain if self.kind else Domain.TASK

    @property
    def icon(self) -> str:
        """Its icon."""
        return self.kind.icon if self.kind else "clipboard-check"

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.deadline.days_late(self.day) > 0

    @property
    def tone(self) -> str:
        """How pressing it is."""
        if self.is_late:
            return "danger"
        return "warning" if (self.due_on - self.day).days <= SOON_DAYS else "neutral"

    @property
    def url(self) -> str:
        """Where one acts; empty when no page does."""
        return url_of(self.deadline)


def url_of(deadline: Deadline) -> str:
    """Return the address of the page where one acts on a deadline."""
    kind = kind_of(deadline.kind)
    if kind is None:
        return ""
    arg: Any = deadline.url_arg or deadline.subject_id
    for args in ([arg], []):
        try:
            return reverse(kind.url_name, args=args)
        except NoReverseMatch:
            continue
    return ""


def with_comments(lines: Iterable[DueLine]) -> list[DueLine]:
    """Add to each line what was last said of it: one query."""
    kept = list(lines)
    told = DeadlineEvent.objects.filter(
        deadline__in=[line.pk for line in kept], act=DeadlineAct.COMMENTED
    )
    last = told.order_by("deadline", "-pk").distinct("deadline").select_related("by")
    said = {row.deadline_id: f"{row.text} – {row.by}, {short_day(row.at)}" for row in last}
    return [replace(line, comment=said.get(line.pk, "")) for line in kept]


def lines_of(
    deadlines: Iterable[Deadline], day: date, rules: Mapping[str, DeadlineRule] | None = None
) -> list[DueLine]:
    """Return deadlines with the words in force on a day: one query at most."""
    known = rules_on(day) if rules is None else rules
    return [DueLine(row, known.get(row.kind), kind_of(row.kind), day) for row in deadlines]
