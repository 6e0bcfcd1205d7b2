"""Forms of what one does with a deadline, of tasks, of absences."""

from typing import Any

from django import forms

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.deadlines.enums import Frequency
from caracol.ui.fields import DateField

NOBODY = ""


class HandForm(forms.Form):
    """To whom a deadline is handed over, and a word for them."""

    to = forms.ChoiceField(label="Confier à")
    note = forms.CharField(label="Un mot pour elle ou lui", max_length=200, required=False)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            ("team", "L'équipe (selon la règle)"),
            *((pk, str(person)) for pk, person in self.people.items()),
        ]

    @property
    def person(self) -> User | None:
        """Whom it is handed to; None is the team."""
        return self.people.get(self.cleaned_data["to"])


class CommentForm(forms.Form):
    """Something said about a deadline."""

    text = forms.CharField(
        label="Commentaire",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Des faits seulement : ni santé, ni récit, ni opinion.",
    )


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

    def __init__(self, *args: Any, people: list[User], territories: list[Any], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.people = {f"u{person.pk}": person for person in people}
        self.territories = {str(each.pk): each for each in territories}
        roles = [(f"r{value}", f"Équipe : {label}") for value, label in Role.choices]
        team = [(key, str(person)) for key, person in self.people.items()]
        self.fields["whose"].choices = [  # type: ignore[attr-defined]
            ("me", "À moi seul·e"),
            ("Une personne", team),
            ("Une équipe", roles),
        ]
        self.fields["territory"].choices = [  # type: ignore[attr-defined]
            ("", "Tous"),
            *((pk, each.name) for pk, each in self.territories.items()),
        ]

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

    def __init__(self, *args: Any, absents: list[User], people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
