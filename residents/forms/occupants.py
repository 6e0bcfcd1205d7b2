"""Form of somebody who lives in a room without signing."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core import clock
from caracol.ui.fields import DateField
from residents.enums import OccupantKind
from residents.forms.people import ReasonField
from residents.services.occupants import Stay


class OccupantForm(forms.Form):
    """Who, when, and why in spite of a doubt. `seen` is the version that was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label="Lien", choices=OccupantKind.choices)
    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)
    birth_date = DateField(label="Date de naissance", required=False)
    starts_on = DateField(label="Vit ici depuis le")
    ends_on = DateField(
        label="Jusqu'au", required=False, help_text="Vide : jusqu'à la fin du contrat."
    )
    reason = ReasonField(label="Raison de l'accepter", required=False)

    def __init__(self, *args: Any, ask_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_reason and not self.data.get("reason"):
            del self.fields["reason"]

    def clean_birth_date(self) -> date | None:
        """Refuse a day to come."""
        day: date | None = self.cleaned_data["birth_date"]
        if day and day > clock.today():
            raise ValidationError("Une date de naissance est passée.")
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse days out of order."""
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "Un séjour finit après avoir commencé.")
        return data

    @property
    def stay(self) -> Stay:
        """What was typed, as the services take it. Call on a valid form."""
        names = ("kind", "last_name", "first_name", "starts_on", "ends_on", "birth_date")
        return Stay(**{name: self.cleaned_data[name] for name in names})
