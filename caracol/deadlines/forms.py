"""Forms of what one does with a deadline, of tasks, of absences."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.deadlines.enums import Frequency
from caracol.deadlines.services.tasks import MOST_ITEMS
from caracol.ui.fields import DateField

NOBODY = ""


class HandForm(forms.Form):
    """To whom a deadline is handed over, a person or a role, and a word for them."""

    to = forms.ChoiceField(label="Confier à")
    note = forms.CharField(label="Un mot pour elle ou lui", max_length=200, required=False)

    def __init__(
        self, *args: Any, people: list[User], roles: list[Role], team: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("team", team),
            ("Une personne", [(pk, str(person)) for pk, person in self.people.items()]),
            ("Une équipe", [(f"r{role.value}", str(role.label)) for role in roles]),
        ]

    @property
    def person(self) -> User | None:
        """Whom it is handed to; None is a team."""
        return self.people.get(self.cleaned_data["to"])

    @property
    def role(self) -> str:
        """The role it is handed to; empty is a person, or the team by rule."""
        said: str = self.cleaned_data["to"]
        return said[1:] if said.startswith("r") else ""


class CommentForm(forms.Form):
    """Something said about a deadline."""

    text = forms.CharField(
        label="Commentaire",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Des faits seulement : ni santé, ni récit, ni opinion.",
    )


@dataclass(frozen=True)
class TaskChoices:
    """What the form of a task offers its writer; `nowhere` is the choice of no territory."""

    people: list[User]
    territories: list[Any]
    me: str
    nowhere: str


class TaskForm(forms.Form):
    """A task: what, when, whose, how it comes back, its checklist."""

    title = forms.CharField(label="À faire", max_length=160)
    due_on = DateField(label="Pour le")
    whose = forms.ChoiceField(label="À qui")
    territory = forms.ChoiceField(label="Territoire", required=False)
    frequency = forms.ChoiceField(
        label="Revient",
        required=False,
        choices=[(value, label.capitalize()) for value, label in Frequency.choices],
    )
    every = forms.IntegerField(
        label="Tous les", min_value=1, max_value=60, initial=1, required=False,
        help_text="1 : à chaque fois. 2 : une fois sur deux…",
    )  # fmt: skip
    until = DateField(label="Jusqu'au", required=False)
    items = forms.CharField(
        label="Points à cocher",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Un par ligne.",
    )
    note = forms.CharField(
        label="Précisions", required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, choices: "TaskChoices", **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.people = {f"u{person.pk}": person for person in choices.people}
        self.territories = {str(each.pk): each for each in choices.territories}
        roles = [(f"r{value}", f"Équipe : {label}") for value, label in Role.choices]
        team = [(key, str(person)) for key, person in self.people.items()]
        self.fields["whose"].choices = [  # type: ignore[attr-defined]
            ("me", choices.me),
            ("Une personne", team),
            ("Une équipe", roles),
        ]
        places = [(pk, each.name) for pk, each in self.territories.items()]
        empty = [("", choices.nowhere)] if choices.nowhere else []
        self.fields["territory"].choices = [*empty, *places]  # type: ignore[attr-defined]

    def clean_items(self) -> str:
        """Refuse a list nobody reads to the end."""
        found: str = self.cleaned_data["items"]
        if len([line for line in found.splitlines() if line.strip()]) > MOST_ITEMS:
            raise forms.ValidationError(f"Au plus {MOST_ITEMS} points : faites plusieurs tâches.")
        return found

    def clean_territory(self) -> str:
        """Where there is one territory to choose, it is that one."""
        said: str = self.cleaned_data["territory"]
        choices = self.fields["territory"].choices  # type: ignore[attr-defined]
        return said or (str(choices[0][0]) if len(choices) == 1 else "")

    def clean_every(self) -> int:
        """Left empty, each time."""
        return self.cleaned_data["every"] or 1


class StandInForm(forms.Form):
    """Who is away, from when to when, and who takes over."""

    absent = forms.ChoiceField(label="Qui est absent·e")
    stand_in = forms.ChoiceField(label="Qui prend le relais")
    starts_on = DateField(label="Du")
    ends_on = DateField(label="Au")
    note = forms.CharField(label="Précision", max_length=200, required=False)

    def __init__(
        self, *args: Any, absents: list[User], people: list[User], day: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.known = {str(person.pk): person for person in (*absents, *people)}
        for name, choices in (("absent", absents), ("stand_in", people)):
            self.fields[name].choices = [  # type: ignore[attr-defined]
                ("", "Choisir…"),
                *((str(person.pk), str(person)) for person in choices),
            ]

    def clean_absent(self) -> User:
        """Return the person."""
        return self.known[self.cleaned_data["absent"]]

    def clean_stand_in(self) -> User:
        """Return the person."""
        return self.known[self.cleaned_data["stand_in"]]

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, or all gone by."""
        said = self.cleaned_data
        starts_on, ends_on = said.get("starts_on"), said.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Le dernier jour vient avant le premier : inversez-les.")
        elif ends_on and ends_on < self.day:
            self.add_error("ends_on", "Cette période est passée : choisissez des jours à venir.")
        return said
