"""The worklist as a list: its columns, its lines by right, the acts on several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts.enums import Role
from caracol.deadlines.enums import DeadlineState
from caracol.deadlines.filters import DeadlineFilter
from caracol.deadlines.models import Deadline
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.about import message_about, subjects_of
from caracol.deadlines.selectors.lines import DueLine, lines_of, with_comments
from caracol.deadlines.selectors.mine import (
    may_act,
    replaced_by,
)
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.subjects import Named
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.ui import atoms

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class WorkLine:
    """A deadline of the worklist: its words, and what the reader may do with it."""

    due: DueLine
    may_act: bool
    day: date
    about: Named | None = None
    write_url: str = ""

    @property
    def row(self) -> Deadline:
        """The deadline."""
        return self.due.deadline

    @property
    def pk(self) -> int:
        """Its number."""
        return int(self.row.pk)

    @property
    def url(self) -> str:
        """Where one acts on it."""
        return self.due.url

    @property
    def who(self) -> str:
        """Whose it is to do."""
        row = self.row
        if row.assignee is not None:
            return str(row.assignee)
        if row.owner is not None:
            return f"{row.owner}{'' if row.owner.is_active else ', qui est parti·e'}"
        role = row.role or (self.due.rule.role if self.due.rule else "")
        return str(Role(role).label) if role else "équipe"

    @property
    def name(self) -> str:
        """What it is and about whom, for who hears the page."""
        return ", ".join(filter(None, (self.due.label, self.due.about)))

    @property
    def is_task(self) -> bool:
        """Whether people wrote it: one click closes it."""
        return self.row.kind == TASK

    @property
    def unsettled(self) -> bool:
        """Whether a person closed it while what it came from is not settled."""
        row = self.row
        return row.state == DeadlineState.DONE and not self.is_task and row.settled_on is None

    @property
    def urgency(self) -> tuple[str, str]:
        """How pressing it is, in words and a tone."""
        row, day = self.row, self.day
        if not row.is_open:
            outcome = str(row.get_outcome_display())
            return (
                (f"{outcome}, source ouverte", "warning")
                if self.unsettled
                else (outcome, "neutral")
            )
        if row.is_snoozed_on(day) and row.snoozed_until:
            return f"reportée au {atoms.short_day(row.snoozed_until)}", "neutral"
        left = (row.due_on - day).days
        if left < 0:
            return f"en retard de {-left} jour{'s' if left < -1 else ''}", "danger"
        if left == 0:
            return "aujourd'hui", "warning"
        if left == 1:
            return "demain", "warning"
        tone = "warning" if left <= WEEK.days else "info" if left <= 30 else "neutral"
        return f"dans {left} jours", tone


def _what(line: WorkLine) -> SafeString:
    return SafeString(render_to_string("deadlines/line_what.html", {"line": line}))


def _when(line: WorkLine) -> SafeString:
    words, tone = line.urgency
    return format_html(
        '{} <span class="cell-note">{}</span>',
        atoms.status(words, tone),
        atoms.day(line.due.due_on),
    )


def _acts(line: WorkLine) -> SafeString:
    return SafeString(render_to_string("deadlines/line_acts.html", {"line": line}))


class DeadlineList(ListDefinition):
    """What must not be forgotten, as far as the reader may know of it."""

    key = "deadlines:deadline-list"
    export_key = "deadlines:deadline-export"
    bulk_key = "deadlines:deadline-bulk"
    title = "Échéances"
    noun = ("échéance", "échéances")
    feminine = True
    file_stem = "echeances"
    about_people = True
    empty_text = "Rien à faire ici : aucune échéance ne correspond"
    model = Deadline
    related = ("assignee", "owner", "author", "territory")
    columns = (
        Column(
            "what", "Échéance", _what, css="lead", fixed=True, sort=("kind", "due_on", "pk"),
            parts=(
                Part("Échéance", lambda line: line.due.label),
                Part("À propos de", lambda line: line.due.about),
            ),
        ),
        Column(
            "when", "Pour le", _when, sort=("due_on", "kind", "pk"),
            parts=(Part("Pour le", lambda line: line.due.due_on, "date"),
                   Part("Urgence", lambda line: line.urgency[0])),
        ),
        Column(
            "who", "À qui", lambda line: line.who, css="wide",
            sort=("assignee__last_name", "due_on", "pk"),
            parts=(Part("À qui", lambda line: line.who),),
        ),
        Column(
            "domain", "Domaine", lambda line: line.due.domain.label, shown=False,
            parts=(Part("Domaine", lambda line: str(line.due.domain.label)),),
        ),
        Column(
            "why", "Pourquoi", lambda line: line.due.why, shown=False, css="wide",
            parts=(Part("Pourquoi", lambda line: line.due.why),),
        ),
        Column(
            "otherwise", "Si rien n'est fait", lambda line: line.due.otherwise, shown=False,
            css="wide", parts=(Part("Si rien n'est fait", lambda line: line.due.otherwise),),
        ),
        Column(
            "territory", "Territoire", lambda line: str(line.row.territory or "–"), shown=False,
            sort=("territory__name", "due_on", "pk"),
            parts=(Part("Territoire", lambda line: str(line.row.territory or "")),),
        ),
        Column("acts", "Actes", _acts, css="acts"),
    )  # fmt: skip

    def rows(self, reader: Reader, sort: str) -> Any:
        """Every deadline the reader may know of."""
        rows = Deadline.objects.visible_to(reader.user, reader.roles)
        return rows.select_related(*self.related)

    def filter(self, reader: Reader, query: Any, rows: Any) -> DeadlineFilter:
        """The filters."""
        rules = rules_on(reader.day)
        return DeadlineFilter(query, queryset=rows, user=reader.user, day=reader.day, rules=rules)

    def order(self, reader: Reader, rows: Any) -> Any:
        """The most pressing first."""
        return rows.order_by("due_on", "kind", "pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[WorkLine]:
        """Each row with its words and what the reader may do: a fixed number of queries."""
        rules, replaced = rules_on(reader.day), replaced_by(reader.user, reader.day)
        about = subjects_of(rows, reader.user)
        for due in with_comments(lines_of(rows, reader.day, rules)):
            yield WorkLine(
                due,
                may_act(reader.user, due.deadline, rules, replaced),
                reader.day,
                about.get(due.pk),
                message_about(reader.user, due.deadline, reader.day),
            )

    def label_of(self, line: WorkLine) -> str:
        """Name a line."""
        return " · ".join(filter(None, (line.due.label, line.due.about)))


DEADLINES = register(DeadlineList())
