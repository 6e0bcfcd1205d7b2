"""Forms of the end of a contract: notices, departures, closing."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core import clock
from caracol.ui.fields import DateField
from residents.calculations.notices import MANAGER, bases_of
from residents.calculations.type_rule import TypeRule
from residents.enums import (
    DeliveryOutcome,
    ExitDestination,
    ExitKind,
    NoticeBasis,
    NoticeDelivery,
)
from residents.forms.acts import ActForm
from residents.forms.words import refuse_paper_numbers
from residents.selectors.leaving import Departure


def not_ahead(day: date) -> None:
    """Raise ValidationError for a day to come."""
    if day > clock.today():
        raise ValidationError("Cette date ne peut pas être dans l'avenir.")


# What a letter sent may have become.
OUTCOMES = [(one.value, one.label) for one in DeliveryOutcome if one != DeliveryOutcome.AWAITED]
# Reasons that shorten a bare lease's notice (loi 89-462, art. 15 I).
REDUCED = (
    "logement en zone tendue",
    "premier emploi, mutation, perte d'emploi ou nouvel emploi",
    "état de santé constaté par un certificat",
    "bénéficiaire du RSA ou de l'AAH",
    "logement social attribué",
    "violences au sein du couple ou sur un enfant",
)
_YES_NO = (("", "pas encore fait"), ("oui", "conforme à l'entrée"), ("non", "non conforme"))


class GiveForm(ActForm):
    """The association's notice: why, how, and when it left if it did."""

    basis = forms.ChoiceField(label="Fondement", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Motif",
        max_length=300,
        required=False,
        validators=[refuse_paper_numbers],
        widget=forms.Textarea({"rows": 3}),
        help_text="Il figure dans la lettre : les faits seulement.",
    )
    delivery = forms.ChoiceField(
        label="Mode d'envoi", choices=NoticeDelivery.choices, widget=forms.RadioSelect
    )
    sent_on = DateField(
        label="Envoyé le",
        required=False,
        validators=[not_ahead],
        help_text="Vide : le congé est préparé, et attend d'être validé puis envoyé.",
    )

    def __init__(self, *args: Any, rule: TypeRule, decides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = bases_of(rule, MANAGER)
        self._offer("basis", [(one, NoticeBasis(one).label) for one in offered])
        if rule.manager_notice_after_months:
            self._offer("delivery", [pair for pair in NoticeDelivery.choices if pair[0] != "HAND"])
        if not decides:
            del self.fields["sent_on"]

    def _offer(self, name: str, choices: Iterable[Any]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]


class SendForm(ActForm):
    """The day the letter left."""

    sent_on = DateField(label="Envoyé le", validators=[not_ahead])


class ReceiptForm(ActForm):
    """What became of the association's letter."""

    outcome = forms.ChoiceField(label="La lettre", choices=OUTCOMES, widget=forms.RadioSelect)
    first_presented_on = DateField(
        label="Première présentation", required=False, validators=[not_ahead]
    )
    received_on = DateField(
        label="Reçue le",
        required=False,
        validators=[not_ahead],
        help_text="La date de l'avis de réception, ou celle de l'acte signifié.",
    )
    delivery = forms.ChoiceField(
        label="Remise par", choices=NoticeDelivery.choices, widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the day of a letter received."""
        data = super().clean() or {}
        if data.get("outcome") == DeliveryOutcome.SIGNED and not data.get("received_on"):
            self.add_error("received_on", "Indiquez le jour de la réception.")
        return data


class ResidentNoticeForm(ActForm):
    """A notice that the resident gives."""

    received_on = DateField(
        label="Reçu le", validators=[not_ahead], help_text="Le préavis part de ce jour."
    )
    delivery = forms.ChoiceField(
        label="Remis par", choices=NoticeDelivery.choices, widget=forms.RadioSelect
    )
    reduced_reason = forms.ChoiceField(label="Préavis réduit", required=False)
    reason = forms.CharField(
        label="Motif",
        max_length=300,
        required=False,
        validators=[refuse_paper_numbers],
        help_text="Facultatif : relogement, travail… sans rien de personnel.",
    )

    def __init__(self, *args: Any, rule: TypeRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if rule.resident_notice_reduced_months:
            choices = [("", "Non"), *((one, one.capitalize()) for one in REDUCED)]
            self.fields["reduced_reason"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["reduced_reason"]


class NoticeWithdrawForm(ActForm):
    """Why a notice is withdrawn; one received needs both parties."""

    untold = frozenset({"reason", "agreed"})

    reason = forms.CharField(label="Motif", max_length=300, validators=[refuse_paper_numbers])
    agreed = forms.BooleanField(label="L'association et le résident sont d'accord", required=False)

    def __init__(self, *args: Any, received: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if received:
            self.fields["agreed"].required = True
        else:
            del self.fields["agreed"]


class ExitForm(ActForm):
    """What is known of a departure once it happened; the rest is completed later."""

    keys_returned_on = DateField(
        label="Clés rendues le",
        required=False,
        validators=[not_ahead],
        help_text="Le délai pour rendre le dépôt part de ce jour.",
    )
    inventory = forms.ChoiceField(
        label="État des lieux de sortie",
        choices=_YES_NO,
        required=False,
        help_text="Conforme : dépôt rendu en un mois ; sinon deux.",
    )
    destination = forms.ChoiceField(
        label="Destination",
        choices=[("", "Inconnue"), *ExitDestination.choices[:-1]],
        required=False,
    )
    new_address = forms.CharField(
        label="Nouvelle adresse",
        max_length=300,
        required=False,
        help_text="Sans elle, aucune majoration n'est due si le dépôt est rendu tard.",
    )

    @property
    def conforms(self) -> bool | None:
        """Whether the exit inventory conforms, once somebody said so."""
        return {"oui": True, "non": False}.get(self.cleaned_data.get("inventory") or "")


class DepartureForm(ExitForm):
    """A departure."""

    kind = forms.ChoiceField(label="Nature", choices=ExitKind.choices)
    left_on = DateField(label="Parti·e le", validators=[not_ahead])
    relet_on = DateField(
        label="Chambre réoccupée dès le",
        required=False,
        help_text="Seulement si le résident est d'accord : il ne doit plus rien ensuite.",
    )
    reason = forms.CharField(
        label="Précisions",
        max_length=200,
        required=False,
        validators=[refuse_paper_numbers],
        help_text="Pour l'équipe : les faits seulement.",
    )

    def departure(self, data: dict[str, Any]) -> Departure:
        """Return what the form tells, valid or as it was offered."""
        known = self.conforms if self.is_bound else None
        return Departure(
            kind=data["kind"],
            left_on=data["left_on"],
            keys_returned_on=data.get("keys_returned_on"),
            inventory_conforms=known,
            destination=data.get("destination") or "",
            reason=data.get("reason") or "",
            new_address=data.get("new_address") or "",
            relet_on=data.get("relet_on"),
        )


class ReasonForm(ActForm):
    """Why an act is taken back."""

    reason = forms.CharField(label="Motif", max_length=200, validators=[refuse_paper_numbers])


def today_initial(**known: Any) -> dict[str, Any]:
    """Return the values of a form not filled yet."""
    return {"delivery": NoticeDelivery.LRAR, "received_on": clock.today(), **known}
