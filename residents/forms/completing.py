"""The form of what a signed contract says and nobody recorded."""

from collections.abc import Iterable
from typing import Any

from django import forms

from residents.forms.words import refuse_paper_numbers

_HINTS = {
    "purpose": "Pourquoi la personne est accueillie ici, comme le contrat papier le dit.",
    "objective_causes": "Une par ligne, telles que le contrat papier les énonce.",
    "precarity_ground": "Objectif, réel à la signature, indépendant des parties.",
    "term_event": "Celui que cite le contrat papier.",
    "approval_reference": "Qui permet de sous-louer.",
}
_LONG = {"purpose", "objective_causes"}


class CompletionForm(forms.Form):
    """Only what lacks; what stays empty is left for another day."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, names: Iterable[str], model: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.names = tuple(names)
        for name in self.names:
            column = model._meta.get_field(name)
            self.fields[name] = forms.CharField(
                label=str(column.verbose_name).capitalize(),
                help_text=_HINTS.get(name, ""),
                required=False,
                max_length=column.max_length,
                validators=[refuse_paper_numbers],
                widget=forms.Textarea({"rows": 4}) if name in _LONG else forms.TextInput(),
            )

    @property
    def facts(self) -> dict[str, str]:
        """What was typed."""
        return {name: self.cleaned_data[name] for name in self.names}

    def clean(self) -> dict[str, Any]:
        """Ask for something."""
        data = super().clean() or {}
        if not any(data.get(name, "").strip() for name in self.names):
            self.add_error(None, "Écrivez au moins l'un de ces points.")
        return data
