"""Forms of the rights of a person."""

from typing import Any

from django import forms
from django.utils.text import capfirst

from caracol.ui.fields import DateField
from social.enums import (
    BY_COMMISSION,
    BY_FILING,
    DUE_WORDS,
    FILED_WORDS,
    Decision,
    RightKind,
    RightOutcome,
)


class KindForm(forms.Form):
    """Which right is followed."""

    kind = forms.ChoiceField(label="Droit", widget=forms.RadioSelect)

    def __init__(self, *args: Any, taken: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = [(value, label) for value, label in RightKind.choices if value not in taken]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (value, capfirst(label)) for value, label in left
        ]


class RightForm(forms.Form):
    """The days of a right, as its kind has them."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    filed_on = DateField(label="Demandé le")
    due_on = DateField(label="Fin")
    decision = forms.ChoiceField(
        label="Décision", required=False, choices=[("", "Pas encore rendue"), *Decision.choices]
    )
    decided_on = DateField(label="Décision du", required=False)
    is_transition = forms.BooleanField(
        label="Place en logement de transition ou logement-foyer",
        required=False,
        help_text="Elle est due en trois mois ; une place d'hébergement, en six semaines.",
    )

    def __init__(self, *args: Any, kind: RightKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left_out = {"due_on"} if kind in BY_FILING else {"filed_on"}
        if kind not in BY_COMMISSION:
            left_out |= {"decision", "decided_on"}
        if kind != RightKind.DAHO:
            left_out.add("is_transition")
        for name in left_out:
            del self.fields[name]
        for name, words in (("filed_on", FILED_WORDS), ("due_on", DUE_WORDS)):
            if name in self.fields:
                self.fields[name].label = words[kind]
        if kind == RightKind.RSA:
            self.fields["due_on"].help_text = "Les suivantes viennent tous les trois mois."


class EndForm(forms.Form):
    """How a follow-up ended."""

    outcome = forms.ChoiceField(
        label="Issue",
        choices=[(value, capfirst(label)) for value, label in RightOutcome.choices],
        widget=forms.RadioSelect,
    )
