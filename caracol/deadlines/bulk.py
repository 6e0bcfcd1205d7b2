"""Acts on a deadline from the worklist, one or several at once: their forms, their previews."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.core.periods import french_day
from caracol.deadlines.enums import SAID_BY_PEOPLE, Outcome
from caracol.deadlines.forms import CommentForm
from caracol.deadlines.lists import DEADLINES, WEEK, WorkLine
from caracol.deadlines.models import Deadline, DeadlineEvent, DeadlineRule
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.lines import lines_of
from caracol.deadlines.selectors.mine import (
    latest_snooze,
    mates,
    may_act,
    may_be_handed,
    may_decide,
    replaced_by,
    with_rights,
)
from caracol.deadlines.selectors.rules import roles_to_hand, rules_on
from caracol.deadlines.services import acting
from caracol.lists.bulk import BulkAct, Effect, register_act
from caracol.lists.definition import Reader
from caracol.ui import atoms
from caracol.ui.fields import DateField


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
                left_out=self._why_not(reader, line, rules, facts),
            )

    def _why_not(
        self,
        reader: Reader,
        line: WorkLine,
        rules: Mapping[str, DeadlineRule],
        facts: Mapping[str, Any],
    ) -> str:
        if not line.row.is_open:
            return "déjà close"
        if not line.may_act:
            return "ce n'est pas à vous d'agir"
        return self.objection(reader, line, rules, facts)

    def objection(
        self,
        reader: Reader,
        line: WorkLine,
        rules: Mapping[str, DeadlineRule],
        facts: Mapping[str, Any],
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
    """How it was dealt with; what is closed while its source is open is explained."""

    outcome = forms.ChoiceField(
        label="Issue", choices=[(each.value, each.label.capitalize()) for each in SAID_BY_PEOPLE]
    )
    note = forms.CharField(label="Précision", max_length=300, required=False)

    def __init__(self, *args: Any, asks_why: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks_why:
            note = self.fields["note"]
            note.required = True
            note.help_text = "Sa source est encore ouverte : dites ce qui a été fait, et où."
            note.error_messages["required"] = "Dites en quelques mots ce qui a été fait."


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
        return DoneForm(data, asks_why=any(row.kind != TASK for row in rows))

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
    """Until when, and why; past the day it is due, one says that one knows."""

    until = DateField(label="Reporter au")
    reason = forms.CharField(label="Motif", max_length=200)
    past_due = forms.BooleanField(label="Reporter au-delà de la date limite", required=False)

    def __init__(self, *args: Any, day: date, due_on: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day, self.due_on = day, due_on
        if due_on is None:
            del self.fields["past_due"]

    def clean_until(self) -> date:
        """Refuse a day that is not to come."""
        until: date = self.cleaned_data["until"]
        if until <= self.day:
            raise forms.ValidationError("Choisissez un jour à venir.")
        return until

    def clean(self) -> dict[str, Any]:
        """Warn once of what goes past its day."""
        said = self.cleaned_data
        until = said.get("until")
        if self.due_on and until and until > self.due_on and not said.get("past_due"):
            self.add_error(
                "past_due",
                f"La date limite est le {french_day(self.due_on)} : cochez cette case pour "
                "reporter au-delà. Le relais, lui, sera prévenu comme prévu.",
            )
        return said


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

    def objection(
        self,
        reader: Reader,
        line: WorkLine,
        rules: Mapping[str, DeadlineRule],
        facts: Mapping[str, Any],
    ) -> str:
        """What goes past its relay is for who decides."""
        rule = rules.get(line.row.kind)
        limit = latest_snooze(line.row, rule, reader.day)
        if facts["until"] <= limit or may_decide(reader.user, line.row, rule):
            return ""
        return f"pas au-delà du {limit:%d/%m/%Y}, sauf pour qui décide"

    def act(self, reader: Reader, row: Deadline, facts: Mapping[str, Any]) -> DeadlineEvent:
        """Put it off."""
        until, reason = facts["until"], facts["reason"]
        return acting.snooze(
            deadline=row, until=until, reason=reason, actor=reader.user, on=reader.day
        )


class HandForm(forms.Form):
    """To whom: a person, or a team."""

    to = forms.ModelChoiceField(
        label="Confier à", queryset=User.objects.none(), empty_label="Choisir…", required=False
    )
    role = forms.ChoiceField(
        label="Ou à une équipe", choices=[("", "Choisir…"), *Role.choices], required=False
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of both."""
        said = self.cleaned_data
        if bool(said.get("to")) == bool(said.get("role")) and not self.errors:
            self.add_error("to", "Choisissez une personne ou une équipe.")
        return said


class HandOver(_OnDeadlines):
    """Hand several over to one person or team."""

    code = "deadline-hand"
    label = "Confier à quelqu'un"
    icon = "user-check"
    lead = "Elles passent dans sa liste. Ce que la personne n'a pas le droit de voir reste ici."
    confirm = "Confier"
    done = ("{} échéance confiée.", "{} échéances confiées.")
    order = 30

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """The people who may have at least one of them."""
        rules = rules_on(reader.day)
        people = [
            each.pk
            for each in with_rights(mates(reader.user))
            if any(may_be_handed(each, row, rules) for row in rows)
        ]
        named = User.objects.filter(pk__in=people).order_by("last_name", "first_name", "pk")
        return HandForm(data, people=named)

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """Each row before and after; what the person does not see is left out."""
        to, ids = facts.get("to"), [row.pk for row in rows]
        seen = Deadline.objects.visible_to(to).filter(pk__in=ids) if to else Deadline.objects.none()
        known = {**facts, "seen": set(seen.values_list("pk", flat=True))}
        return super().effects(reader, rows, known)

    def before_of(self, line: WorkLine) -> str:
        """Whose it is now."""
        return line.who

    def after_of(self, facts: Mapping[str, Any]) -> str:
        """Whose it would be."""
        return str(facts["to"] or Role(facts["role"]).label)

    def objection(
        self,
        reader: Reader,
        line: WorkLine,
        rules: Mapping[str, DeadlineRule],
        facts: Mapping[str, Any],
    ) -> str:
        """Who may not know of it is not handed it."""
        row, to, rule = line.row, facts["to"], rules.get(line.row.kind)
        if line.is_task:
            refused = to is not None and not may_be_handed(to, row, rules)
        elif to is not None:
            refused = row.pk not in facts["seen"]
        else:
            refused = rule is None or Role(facts["role"]) not in roles_to_hand(rule)
        return f"{self.after_of(facts)} n'a pas le droit de la voir" if refused else ""

    def act(self, reader: Reader, row: Deadline, facts: Mapping[str, Any]) -> DeadlineEvent:
        """Hand it over."""
        to, role = facts["to"], facts["role"]
        return acting.hand_over(deadline=row, to=to, role=role, actor=reader.user)


class Comment(_OnDeadlines):
    """Say the same of several: whoever sees them may."""

    code = "deadline-comment"
    label = "Commenter"
    icon = "message"
    lead = "Le commentaire s'écrit dans l'histoire de chacune ; il ne s'efface pas."
    confirm = "Commenter"
    done = ("{} échéance commentée.", "{} échéances commentées.")
    reversible = False
    order = 40

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """The words."""
        return CommentForm(data)

    def _why_not(self, reader: Reader, line: WorkLine, *_known: Any) -> str:
        return ""

    def after_of(self, facts: Mapping[str, Any]) -> str:
        """The words."""
        return str(facts["text"])

    def act(self, reader: Reader, row: Deadline, facts: Mapping[str, Any]) -> DeadlineEvent:
        """Say it."""
        return acting.comment(deadline=row, text=facts["text"], actor=reader.user)


for each_act in (MarkDone(), Snooze(), HandOver(), Comment()):
    register_act(each_act)
