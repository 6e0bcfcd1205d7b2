"""Filters of the lists of money, kept in the address."""

from typing import Any

from django import forms

from caracol.accounts.models import Territory
from payments.enums import MandateState, Payer, PaymentMeans, RefundState
from payments.selectors.arrears import AGE_LABELS
from payments.selectors.drafts import CHANGES

TERM_STATES = (
    ("", "Toutes"),
    ("paid", "Payées en entier"),
    ("part", "Payées en partie"),
    ("none", "Sans paiement"),
    ("open", "Pas encore soldées"),
)
PAPER_STATES = (
    ("", "Tous"),
    ("ready", "Prêts"),
    ("pending", "En préparation"),
    ("failed", "En échec"),
)
PAYMENT_STATES = (("", "Tous"), ("standing", "Enregistrés"), ("reversed", "Annulés"))


class ListFilter(forms.Form):
    """Words, home and territory: what every list of money filters by."""

    q = forms.CharField(
        label="Nom ou contrat",
        required=False,
        widget=forms.TextInput({"type": "search", "placeholder": "Nom ou numéro de contrat"}),
    )
    maison = forms.ChoiceField(label="Colocation", required=False)
    territoire = forms.ChoiceField(label="Territoire", required=False)

    def __init__(
        self,
        data: Any,
        *,
        territories: list[Territory],
        homes: list[tuple[str, str]] | None = None,
        **choices: list[tuple[str, str]],
    ) -> None:
        super().__init__(data)
        self._offer("maison", homes or [], "Toutes")
        codes = [(territory.code, territory.name) for territory in territories]
        self._offer("territoire", codes if len(codes) > 1 else [], "Tous")
        for name, values in choices.items():
            self._offer(name, values, "Tous")

    def _offer(self, name: str, choices: list[tuple[str, str]], everything: str) -> None:
        field: Any = self.fields[name]
        if choices:
            field.choices = [("", everything), *choices]
        else:
            del self.fields[name]

    def value(self, name: str) -> str:
        """The value of a filter, empty when it is absent or unknown."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "").strip()


class PreviewFilter(ListFilter):
    """Filters of the terms to post."""

    ecart = forms.ChoiceField(
        label="À regarder",
        required=False,
        choices=[("", "Tout"), *((code, label) for code, (label, _) in CHANGES.items())],
    )
    field_order = ("q", "maison", "ecart", "territoire")


class TermFilter(ListFilter):
    """Filters of the terms posted."""

    etat = forms.ChoiceField(label="État", required=False, choices=TERM_STATES)
    field_order = ("q", "maison", "etat", "territoire")


class PaperFilter(ListFilter):
    """Filters of the papers of a month."""

    etat = forms.ChoiceField(label="Feuille", required=False, choices=PAPER_STATES)
    field_order = ("q", "maison", "etat", "territoire")


class PaymentFilter(ListFilter):
    """Filters of the payments."""

    mois = forms.ChoiceField(label="Mois", required=False)
    moyen = forms.ChoiceField(
        label="Moyen", required=False, choices=[("", "Tous"), *PaymentMeans.choices]
    )
    payeur = forms.ChoiceField(
        label="Payeur", required=False, choices=[("", "Tous"), *Payer.choices]
    )
    etat = forms.ChoiceField(label="État", required=False, choices=PAYMENT_STATES)
    field_order = ("q", "mois", "moyen", "payeur", "etat", "territoire")


class MandateFilter(ListFilter):
    """Filters of the mandates."""

    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "En cours"),
            *((state, state.label.capitalize()) for state in MandateState),
        ],
    )
    field_order = ("q", "etat", "territoire")

    def __init__(self, data: Any, **choices: Any) -> None:
        super().__init__(data, **choices)
        self.fields["q"].label = "Nom, contrat ou RUM"
        self.fields["q"].widget.attrs["placeholder"] = "Nom, contrat ou RUM"


class RefundFilter(ListFilter):
    """Filters of the refunds."""

    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Tous"), *((state, state.label.capitalize()) for state in RefundState)],
    )
    field_order = ("q", "etat", "territoire")


class ArrearsFilter(ListFilter):
    """Filters of the arrears."""

    age = forms.ChoiceField(
        label="Ancienneté", required=False, choices=[("", "Toutes"), *AGE_LABELS.items()]
    )
    field_order = ("q", "maison", "age", "territoire")
