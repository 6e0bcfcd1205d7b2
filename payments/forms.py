"""Forms of the money: they turn text into typed values."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core import clock
from caracol.core.periods import Month
from caracol.ui.fields import DateField, MoneyField
from payments.enums import Payer, PaymentMeans


class PaymentForm(forms.Form):
    """Money received by hand. `key` is made with the form: sent twice, it is written once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label="Montant reçu", min_value=Decimal("0.01"))
    means = forms.ChoiceField(
        label="Moyen de paiement", choices=PaymentMeans.choices, widget=forms.RadioSelect
    )
    received_on = DateField(label="Reçu le")
    payer = forms.ChoiceField(label="Qui paie", choices=Payer.choices, widget=forms.RadioSelect)
    month = forms.ChoiceField(
        label="Mois concerné",
        required=False,
        help_text="Seulement si la personne l'a précisé, ou pour une aide de la CAF.",
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=100,
        help_text="Numéro du chèque ou du reçu, par exemple.",
    )

    def __init__(self, *args: Any, months: list[Month], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget.attrs["autofocus"] = True
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            ("", "Le plus ancien d'abord"),
            *((str(month), month.label.capitalize()) for month in months),
        ]

    @staticmethod
    def fresh(**known: Any) -> dict[str, Any]:
        """Return the values of a form not filled yet, with a key of its own."""
        return {
            "key": uuid.uuid4(),
            "means": PaymentMeans.CASH,
            "payer": Payer.RESIDENT,
            "received_on": clock.today(),
            **known,
        }

    def clean_received_on(self) -> Any:
        """Refuse a day to come."""
        day = self.cleaned_data["received_on"]
        if day > clock.today():
            raise ValidationError("Un paiement ne se date pas de l'avenir.")
        return day

    def clean_month(self) -> Month | None:
        """Read the month named."""
        text = self.cleaned_data["month"]
        return Month.parse(text) if text else None

    def clean(self) -> dict[str, Any]:
        """Ask for the month of an aid: it is tied to it by law."""
        data = super().clean() or {}
        if data.get("payer") == Payer.CAF and "month" in data and data["month"] is None:
            self.add_error("month", "Une aide de la CAF est toujours pour un mois précis.")
        return data


class ReasonForm(forms.Form):
    """Why a grave act is done."""

    reason = forms.CharField(
        label="Motif", max_length=200, widget=forms.TextInput({"autofocus": True})
    )


class ReversalForm(ReasonForm):
    """Why and when a payment left again."""

    reason = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="Il figure sur les papiers annulés : « chèque sans provision », « erreur de "
        "saisie »… sans rien de personnel.",
        widget=forms.TextInput({"autofocus": True}),
    )
    on = DateField(label="Date de l'annulation")


class StatementForm(forms.Form):
    """The period of a statement."""

    starts_on = DateField(label="Du")
    ends_on = DateField(label="Au")

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            raise ValidationError("Le relevé finit après avoir commencé.")
        return data
