"""The worklist as a list: its columns, its lines by right, the acts on several."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.deadlines.enums import SAID_BY_PEOPLE, Outcome
from caracol.deadlines.filters import DeadlineFilter
from caracol.deadlines.models import Deadline, DeadlineEvent, DeadlineRule
from caracol.deadlines.selectors.about import message_about, subjects_of
from caracol.deadlines.selectors.lines import DueLine, lines_of, with_comments
from caracol.deadlines.selectors.mine import may_act, may_be_handed, replaced_by
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services import acting
from caracol.deadlines.subjects import Named
from caracol.lists.bulk import BulkAct, Effect, register_act
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.ui import atoms
from caracol.ui.fields import DateField

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
            return str(row.owner)
        role = row.role or (self.due.rule.role if self.due.rule else "")
        return str(Role(role).label) if role else "équipe"

    @property
    def urgency(self) -> tuple[str, str]:
        """How pressing it is, in words and a tone."""
        row, day = self.row, self.day
        if not row.is_open:
            return str(row.get_outcome_display()), "neutral"
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
                message_about(reader.user, due.deadline),
            )

    def label_of(self, line: WorkLine) -> str:
        """Name a line."""
        return " · ".join(filter(None, (line.due.label, line.due.about)))


DEADLINES = register(DeadlineList())


class _OnDeadlines(BulkAct):
    """An act on several deadlines: those one may not act on, or that are closed, are left out."""

    list_key = DEADLINES.key
    page_key = DEADLINES.bulk_key

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """Each row before and after."""
        rules, replaced = rules_on(reader.day), replaced_by(reader.user, reader.day)
        for due in lines_of(rows, reader.day, rules):
            line = WorkLine(due, may_act(reader.user, due.deadline, rules, replaced), reader.day)
            row = line.row
            yield Effect(
                pk=row.pk,
                label=DEADLINES.label_of(line),
                url=line.url,
                before=self.before_of(line),
                after=self.after_of(facts),
                version=f"{row.state}:{row.due_on}:{row.snoozed_until}:{row.assignee_id}",
                left_out=self._why_not(line, rules, facts),
            )

    def _why_not(
        self, line: WorkLine, rules: Mapping[str, DeadlineRule], facts: Mapping[str, Any]
    ) -> str:
        if not line.row.is_open:
            return "déjà close"
        if not line.may_act:
            return "ce n'est pas à vous d'agir"
        return self.objection(line, rules, facts)

    def objection(
        self, line: WorkLine, rules: Mapping[str, DeadlineRule], facts: Mapping[str, Any]
    ) -> str:
        """Return why the act makes no sense on a line, or nothing."""
        return ""

    def before_of(self, line: WorkLine) -> str:
        """Say what a row is now."""
        return line.urgency[0]

    def after_of(self, facts: Mapping[str, Any]) -> str:
        """Say what a row would be."""
        raise NotImplementedError

    def act(self, reader: Reader, row: Deadline, facts: Mapping[str, Any]) -> DeadlineEvent:
        """Do it to one."""
        raise NotImplementedError

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Do it to each; keep which event may be taken back."""
        rows = {row.pk: row for row in self.rows(reader, [each.pk for each in effects])}
        return [
            {"pk": effect.pk, "event": self.act(reader, rows[effect.pk], facts).pk}
            for effect in effects
        ]

    def undo(self, reader: Reader, before: Sequence[Mapping[str, Any]]) -> None:
        """Take each back."""
        events = DeadlineEvent.objects.select_related("deadline")
        for event in events.filter(pk__in=[fact["event"] for fact in before]).order_by("pk"):
            acting.undo(event=event, actor=reader.user)


class DoneForm(forms.Form):
    """How it was dealt with."""

    outcome = forms.ChoiceField(
        label="Issue", choices=[(each.value, each.label.capitalize()) for each in SAID_BY_PEOPLE]
    )
    note = forms.CharField(label="Précision", max_length=300, required=False)


class MarkDone(_OnDeadlines):
    """Say that several are dealt with."""

    code = "deadline-done"
    label = "Marquer comme faites"
    icon = "check"
    lead = "Chaque échéance se ferme avec cette issue. Si sa source bouge, elle reviendra."
    confirm = "Marquer comme faites"
    done = ("{} échéance close.", "{} échéances closes.")
    order = 10

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """The outcome."""
        return DoneForm(data)

    def after_of(self, facts: Mapping[str, Any]) -> str:
        """Its outcome."""
        return str(Outcome(facts["outcome"]).label)

    def act(self, reader: Reader, row: Deadline, facts: Mapping[str, Any]) -> DeadlineEvent:
        """Mark it done."""
        outcome = Outcome(facts["outcome"])
        return acting.mark_done(
            deadline=row, outcome=outcome, note=facts["note"], actor=reader.user, on=reader.day
        )


class SnoozeForm(forms.Form):
    """Until when, and why."""

    until = DateField(label="Reporter au")
    reason = forms.CharField(label="Motif", max_length=200)

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day

    def clean_until(self) -> date:
        """Refuse a day that is not to come."""
        until: date = self.cleaned_data["until"]
        if until <= self.day:
            raise forms.ValidationError("Choisissez un jour à venir.")
        return until


class Snooze(_OnDeadlines):
    """Put several off."""

    code = "deadline-snooze"
    label = "Reporter"
    icon = "hourglass"
    lead = "Elles quittent la liste jusqu'à ce jour. La date limite, elle, ne bouge pas."
    confirm = "Reporter"
    done = ("{} échéance reportée.", "{} échéances reportées.")
    order = 20

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """The day and the reason."""
        return SnoozeForm(data, day=reader.day, initial={"until": reader.day + WEEK})

    def after_of(self, facts: Mapping[str, Any]) -> str:
        """The day."""
        return f"reportée au {atoms.short_day(facts['until'])}"

    def act(self, reader: Reader, row: Deadline, facts: Mapping[str, Any]) -> DeadlineEvent:
        """Put it off."""
        until, reason = facts["until"], facts["reason"]
        return acting.snooze(
            deadline=row, until=until, reason=reason, actor=reader.user, on=reader.day
        )


class HandForm(forms.Form):
    """To whom."""

    to = forms.ModelChoiceField(
        label="Confier à", queryset=User.objects.none(), empty_label="Choisir…"
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


class HandOver(_OnDeadlines):
    """Hand several over to one person."""

    code = "deadline-hand"
    label = "Confier à quelqu'un"
    icon = "user-check"
    lead = "Elles passent dans sa liste. Ce que la personne n'a pas le droit de voir reste ici."
    confirm = "Confier"
    done = ("{} échéance confiée.", "{} échéances confiées.")
    order = 30

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """The person."""
        people = User.objects.filter(is_active=True).order_by("last_name", "first_name", "pk")
        return HandForm(data, people=people)

    def before_of(self, line: WorkLine) -> str:
        """Whose it is now."""
        return line.who

    def after_of(self, facts: Mapping[str, Any]) -> str:
        """Whose it would be."""
        return str(facts["to"])

    def objection(
        self, line: WorkLine, rules: Mapping[str, DeadlineRule], facts: Mapping[str, Any]
    ) -> str:
        """Who may not know of it is not handed it."""
        if not may_be_handed(facts["to"], line.row, rules):
            return f"{facts['to']} n'a pas le droit de la voir"
        return ""

    def act(self, reader: Reader, row: Deadline, facts: Mapping[str, Any]) -> DeadlineEvent:
        """Hand it over."""
        return acting.hand_over(deadline=row, to=facts["to"], actor=reader.user)


for each_act in (MarkDone(), Snooze(), HandOver()):
    register_act(each_act)
