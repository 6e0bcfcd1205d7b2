"""Forms of insurance: a certificate and its file, what cut it short, the steps towards one."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core import clock
from caracol.core.periods import end_of_duration
from caracol.documents.forms import UploadField
from caracol.ui.fields import DateField, MoneyField
from residents.enums import InsuranceStepKind
from residents.services.insurance import Certificate, Lapse
from residents.services.insurance_path import Premium

GUARANTEES = (
    ("covers_fire", "Incendie"),
    ("covers_explosion", "Explosion"),
    ("covers_water", "Dégât des eaux"),
    ("covers_liability", "Responsabilité civile"),
)


class CertificateForm(forms.Form):
    """What a certificate says. `seen` is the version that was shown; a new one has none."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    insurer = forms.CharField(label="Assureur", max_length=120)
    policy_number = forms.CharField(label="Numéro de police", max_length=60, required=False)
    starts_on = DateField(label="Couvre du")
    ends_on = DateField(
        label="au", required=False, help_text="Sans date de fin, l'attestation vaut un an."
    )
    insured_address = forms.CharField(label="Adresse assurée", max_length=300, required=False)
    guarantees = forms.MultipleChoiceField(
        label="Garanties écrites sur l'attestation",
        choices=GUARANTEES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    received_on = DateField(label="Reçue le", required=False)
    file = UploadField(label="L'attestation", required=False)

    def clean_received_on(self) -> date | None:
        """Refuse a day to come."""
        day: date | None = self.cleaned_data["received_on"]
        if day and day > clock.today():
            raise ValidationError("Une attestation ne se reçoit pas dans l'avenir.")
        return day

    def clean(self) -> dict[str, Any]:
        """Give a year to a certificate without an end; refuse days out of order."""
        data = super().clean() or {}
        starts_on = data.get("starts_on")
        if not starts_on:
            return data
        data["ends_on"] = data.get("ends_on") or end_of_duration(starts_on, 12)
        if data["ends_on"] < starts_on:
            self.add_error("ends_on", "Une attestation ne peut pas finir avant de commencer.")
        elif (data["ends_on"] - starts_on).days > 3 * 366:
            self.add_error("ends_on", "Plus de trois ans : vérifiez l'année.")
        return data

    @property
    def certificate(self) -> Certificate:
        """What was typed, as the services take it. Call on a valid form."""
        data, written = self.cleaned_data, set(self.cleaned_data["guarantees"])
        names = ("insurer", "policy_number", "starts_on", "ends_on", "insured_address")
        said: dict[str, Any] = {name: data[name] for name in (*names, "received_on")}
        said |= {name: name in written for name, _label in GUARANTEES}
        return Certificate(**said)


class LapseForm(forms.Form):
    """What the insurer's letters say of a premium that was not paid."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    premium_notice_on = DateField(
        label="Mise en demeure de l'assureur",
        required=False,
        help_text="Prime impayée : la garantie peut être suspendue 30 jours après, puis résiliée "
        "10 jours plus tard (C. assur. L113-3).",
    )
    suspended_on = DateField(
        label="Garantie suspendue à partir du",
        required=False,
        help_text="Vide : calculée à partir de la mise en demeure.",
    )
    resumed_on = DateField(
        label="De nouveau en vigueur le",
        required=False,
        help_text="Le lendemain du paiement de la prime.",
    )
    terminated_on = DateField(label="Contrat d'assurance résilié à partir du", required=False)

    @property
    def lapse(self) -> Lapse:
        """What was typed, as the services take it. Call on a valid form."""
        names = ("premium_notice_on", "suspended_on", "resumed_on", "terminated_on")
        return Lapse(**{name: self.cleaned_data[name] for name in names})


class StepForm(forms.Form):
    """The day a step was taken, and for a letter the day it was received."""

    done_on = DateField(label="Fait le")
    received_on = DateField(
        label="Reçu ou signifié le",
        required=False,
        help_text="Le délai d'un mois court de cette date ; elle peut être ajoutée plus tard.",
    )

    def __init__(self, *args: Any, kind: InsuranceStepKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind in {InsuranceStepKind.REMINDER, InsuranceStepKind.CLAUSE}:
            del self.fields["received_on"]

    def clean_done_on(self) -> date:
        """Refuse a day to come."""
        day: date = self.cleaned_data["done_on"]
        if day > clock.today():
            raise ValidationError("Une étape s'enregistre une fois faite.")
        return day

    def clean_received_on(self) -> date | None:
        """Refuse a day to come."""
        day: date | None = self.cleaned_data["received_on"]
        if day and day > clock.today():
            raise ValidationError("Une réception s'enregistre une fois faite.")
        return day


class ReceivedForm(forms.Form):
    """The day a letter was received or an act served."""

    received_on = DateField(label="Reçu ou signifié le")

    def clean_received_on(self) -> date:
        """Refuse a day to come."""
        day: date = self.cleaned_data["received_on"]
        if day > clock.today():
            raise ValidationError("Une réception s'enregistre une fois faite.")
        return day


class BehalfForm(forms.Form):
    """An insurance taken on a resident's behalf."""

    done_on = DateField(label="Souscrite le")
    insurer = forms.CharField(label="Assureur", max_length=120)
    policy_number = forms.CharField(label="Numéro de police", max_length=60, required=False)
    starts_on = DateField(label="Couvre du")
    ends_on = DateField(label="au", required=False, help_text="Sans date de fin : un an.")
    yearly_premium = MoneyField(label="Prime annuelle", min_value=Decimal("0.01"))
    increase_percent = forms.DecimalField(
        label="Majoration (%)",
        min_value=Decimal(0),
        max_digits=4,
        decimal_places=1,
        initial=Decimal(0),
        localize=True,
        help_text="10 % au plus (décret 2016-383).",
    )

    def clean(self) -> dict[str, Any]:
        """Give a year to a policy without an end."""
        data = super().clean() or {}
        if data.get("starts_on"):
            data["ends_on"] = data.get("ends_on") or end_of_duration(data["starts_on"], 12)
            if data["ends_on"] < data["starts_on"]:
                self.add_error("ends_on", "Une assurance ne peut pas finir avant de commencer.")
        return data

    @property
    def certificate(self) -> Certificate:
        """The policy, as the services take it."""
        names = ("insurer", "policy_number", "starts_on", "ends_on")
        return Certificate(
            **{name: self.cleaned_data[name] for name in names},
            received_on=self.cleaned_data["done_on"],
        )

    @property
    def premium(self) -> Premium:
        """Its cost, as the services take it."""
        data = self.cleaned_data
        return Premium(data["yearly_premium"], data["increase_percent"])
