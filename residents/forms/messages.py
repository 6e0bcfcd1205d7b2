"""Form of a standard message: what it needs to be filled, and by which way it leaves."""

from datetime import date
from typing import Any

from django import forms

from caracol.core import clock
from caracol.core.periods import Month
from caracol.notifications.enums import Channel
from caracol.notifications.standard import FIELDS, places_of
from caracol.notifications.telephones import callable_number
from caracol.ui.fields import DateField, MonthField
from residents.forms.words import refuse_paper_numbers
from residents.services.writing import BEST

WAYS = [
    (BEST, "La voie qu'accepte la personne"),
    (Channel.SMS, "SMS"),
    (Channel.EMAIL, "Courriel"),
    (Channel.PAPER, "Lettre à remettre"),
]
_LONGEST = {"place": 120, "contact": 80, "phone": 20}


class MessageForm(forms.Form):
    """The facts of one standard message; each is shown only where the message says it."""

    channel = forms.ChoiceField(label="Par", choices=WAYS, initial=BEST)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in places_of(kind):
            self.fields[name] = _field(name)

    def clean_date(self) -> date:
        """Refuse a day that is past: each message asks for something to come."""
        day: date = self.cleaned_data["date"]
        if day < clock.today():
            raise forms.ValidationError(
                "Ce jour est passé. Indiquez aujourd'hui ou un jour à venir."
            )
        return day

    def clean_phone(self) -> str:
        """Refuse what nobody could call."""
        number = callable_number(self.cleaned_data["phone"])
        if not number:
            raise forms.ValidationError(
                "Ce n'est pas un numéro de téléphone. Exemple : 01 23 45 67 89."
            )
        return number

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        """The fields of the message itself."""
        return [self[name] for name in places_of(self.kind)]

    @property
    def facts(self) -> dict[str, str]:
        """What was typed, as it is written in every language. Call on a valid form."""
        return {name: _written(self.cleaned_data[name]) for name in places_of(self.kind)}


class HandedForm(forms.Form):
    """The day a letter was handed over."""

    on = DateField(label="Remise en main propre le")


def _field(name: str) -> forms.Field:
    label = FIELDS[name]
    if name == "date":
        return DateField(label=label)
    if name == "month":
        return MonthField(label=label)
    if name == "time":
        return forms.TimeField(label=label, widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    return forms.CharField(
        label=label, max_length=_LONGEST[name], validators=[refuse_paper_numbers]
    )


def _written(value: Any) -> str:
    """Write a fact with figures alone: every language reads 05/12/2026."""
    if isinstance(value, Month):
        return value.first.strftime("%m/%Y")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return value.strftime("%H:%M") if hasattr(value, "strftime") else str(value)
