"""Forms of the money: they turn text into typed values."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core import clock
from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.ui.fields import DateField, FileDrop, MoneyField, MonthField
from payments.enums import Payer, PayerRelation, PaymentMeans


@dataclass(frozen=True)
class NamedMonth:
    """A month that money may be for: billed here (settled or not), or that of the takeover."""

    month: Month
    settled: bool = False
    before_takeover: bool = False

    @property
    def label(self) -> str:
        """What the list of months says."""
        name = self.month.label.capitalize()
        if self.before_takeover:
            return f"{name} (avant la reprise)"
        return f"{name} (réglé)" if self.settled else name


class PaymentForm(forms.Form):
    """Money received by hand. `key` is made with the form: sent twice, it is written once.

    Aid is for the month it was granted for, settled or not; another payer names an unsettled one.
    `is_known` says that the payment is written already: its month may be settled since, by it.
    """

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
        help_text="Seulement si la personne l'a précisé. Une aide de la CAF va toujours au mois "
        "de droit, même réglé ou d'avant la reprise.",
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=100,
        help_text="Numéro du chèque ou du reçu, par exemple.",
    )

    def __init__(
        self, *args: Any, months: Sequence[NamedMonth], is_known: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.named = {named.month: named for named in months}
        self.is_known = is_known
        self.fields["amount"].widget.attrs["autofocus"] = True
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            ("", "Le plus ancien d'abord"),
            *((str(named.month), named.label) for named in months),
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
        """Ask for the month of an aid, tied to it by law; of others, a month still to pay."""
        data = super().clean() or {}
        if "payer" not in data or "month" not in data:
            return data
        if data["payer"] != Payer.CAF:
            self._check_unsettled(data["month"])
        elif data["month"] is None:
            self.add_error("month", "Une aide de la CAF est toujours pour un mois précis.")
        return data

    def _check_unsettled(self, month: Month | None) -> None:
        if month is None or self.is_known:
            return
        named = self.named[month]
        if named.before_takeover:
            text = (
                f"{month.label.capitalize()} précède la reprise des comptes : seule une aide de "
                "la CAF s'y rattache. Laissez « Le plus ancien d'abord »."
            )
            self.add_error("month", text)
        elif named.settled:
            text = (
                f"{month.label.capitalize()} est déjà réglé : laissez « Le plus ancien d'abord » "
                "ou choisissez un mois qui reste dû."
            )
            self.add_error("month", text)


class ReasonForm(forms.Form):
    """Why a grave act is done."""

    reason = forms.CharField(
        label="Motif", max_length=200, widget=forms.TextInput({"autofocus": True})
    )


class CallOffForm(ReasonForm):
    """Why a file handed to the bank is called off, and that the bank will not execute it."""

    is_stopped = forms.BooleanField(
        label="La banque n'exécutera pas ce fichier",
        help_text="Il n'y a pas été déposé, ou elle a confirmé par écrit qu'elle l'annule.",
        error_messages={
            "required": "Assurez-vous auprès de la banque qu'elle ne l'exécutera pas, puis cochez."
        },
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

    def clean_on(self) -> Any:
        """Refuse a day to come."""
        day = self.cleaned_data["on"]
        if day > clock.today():
            raise ValidationError("Une annulation ne se date pas de l'avenir.")
        return day


class CorrectionForm(ReasonForm):
    """What a month is worth, when it was billed by mistake."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    fee = MoneyField(label="Redevance du mois", min_value=ZERO)
    charges = MoneyField(label="Charges du mois", min_value=ZERO)
    reason = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="La personne le lit sur son compte et sur les papiers annulés : « erreur de "
        "saisie », « geste pour travaux »… sans rien de personnel.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fee"].widget.attrs["autofocus"] = True


class AheadForm(forms.Form):
    """The word asked before closing a month that has not begun."""

    ahead = forms.BooleanField(label="Je clôture un mois à venir")


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


# --- Deposits -----------------------------------------------------------------------------------
_NOT_AHEAD = "Un mouvement ne se date pas de l'avenir."


class MovementForm(forms.Form):
    """Money of a deposit that came or left, once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    amount = MoneyField(label="Montant", min_value=Decimal("0.01"))
    means = forms.ChoiceField(label="Moyen", choices=PaymentMeans.choices, widget=forms.RadioSelect)
    on = DateField(label="Le")
    payer = forms.ChoiceField(label="Qui", widget=forms.RadioSelect)
    note = forms.CharField(
        label="Note", required=False, max_length=100, help_text="Numéro du chèque, par exemple."
    )

    def __init__(self, *args: Any, payers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer"].choices = list(payers)  # type: ignore[attr-defined]

    def clean_on(self) -> Any:
        """Refuse a day to come."""
        day = self.cleaned_data["on"]
        if day > clock.today():
            raise ValidationError(_NOT_AHEAD)
        return day


class DepositForm(MovementForm):
    """A deposit received."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = "Reçu le"
        self.fields["payer"].label = "Qui le verse"


class RefundForm(MovementForm):
    """What was to be refunded, paid out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label = "Parti le"
        self.fields["payer"].label = "À qui"


class SettlementForm(forms.Form):
    """How a deposit is settled: the arrears taken from it, if any."""

    set_off = MoneyField(
        label="Arriérés retenus sur le dépôt",
        min_value=ZERO,
        required=False,
        help_text="Ce que le compte doit encore. Rien n'est retenu sans cette ligne.",
    )

    def clean_set_off(self) -> Decimal:
        """Nothing typed is nothing taken."""
        return self.cleaned_data["set_off"] or ZERO


class DeductionForm(forms.Form):
    """What is kept from a deposit; an empty line keeps nothing."""

    label = forms.CharField(label="Objet", max_length=120, required=False)
    amount = MoneyField(label="Montant", min_value=Decimal("0.01"), required=False)
    justification = forms.CharField(
        label="Justification",
        max_length=300,
        required=False,
        help_text="État des lieux, facture, devis : de quand, de qui.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the three of them, or none."""
        data = super().clean() or {}
        told = [name for name in ("label", "amount", "justification") if data.get(name)]
        if told and len(told) < 3 and not self.errors:
            raise ValidationError("Une retenue a un objet, un montant et une justification.")
        return data


DeductionSet = forms.formset_factory(DeductionForm, extra=3)


SPLIT_ROWS = 5
MOST_SPLIT_ROWS = 100


class SplitForm(forms.Form):
    """Share a line between contracts and months; what is left may wait. Rows are added by five."""

    waits = forms.BooleanField(label="Laisser le reste en attente", required=False)
    count = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = str(self.data.get("count") or self.initial.get("count") or SPLIT_ROWS)
        wanted = int(asked) if asked.isdecimal() else SPLIT_ROWS
        self.ranks = range(1, min(max(wanted, SPLIT_ROWS), MOST_SPLIT_ROWS) + 1)
        for rank in self.ranks:
            self.fields[f"contract{rank}"] = forms.CharField(
                label=f"Contrat {rank}", required=False, max_length=20
            )
            self.fields[f"amount{rank}"] = MoneyField(label=f"Montant {rank}", required=False)
            self.fields[f"month{rank}"] = MonthField(label=f"Mois {rank}", required=False)

    @staticmethod
    def start(amount: Decimal, parts: Sequence[tuple[str, Decimal]]) -> dict[str, Any]:
        """Return what the form opens with: the parts proposed, else the whole on the first row."""
        initial: dict[str, Any] = {"count": max(SPLIT_ROWS, len(parts))}
        for rank, (contract, share) in enumerate(parts or [("", amount)], start=1):
            initial |= {f"contract{rank}": contract, f"amount{rank}": abs(share)}
        return initial

    @classmethod
    def longer(cls, typed: Any) -> "SplitForm":
        """Return the form with what was typed, and five rows more."""
        before = cls(typed)
        more = {name: typed.get(name, "") for name in before.fields if name != "count"}
        return cls(initial={**more, "count": len(before.ranks) + SPLIT_ROWS})

    @property
    def may_grow(self) -> bool:
        """Whether rows may be added still."""
        return len(self.ranks) < MOST_SPLIT_ROWS

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The rows as bound fields."""
        return [(self[f"contract{n}"], self[f"amount{n}"], self[f"month{n}"]) for n in self.ranks]

    def shares(self) -> list[tuple[str, Decimal, Month | None]]:
        """Return the rows filled in: contract, amount, month."""
        data = self.cleaned_data
        return [
            (data[f"contract{n}"].strip().upper(), data[f"amount{n}"], data[f"month{n}"])
            for n in self.ranks
            if data[f"contract{n}"].strip()
        ]

    def clean(self) -> dict[str, Any]:
        """Want an amount beside each contract, and one contract at least."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for rank in self.ranks:
            if data.get(f"contract{rank}", "").strip() and not data.get(f"amount{rank}"):
                self.add_error(f"amount{rank}", "Indiquez le montant pour ce contrat.")
        if not any(data.get(f"contract{n}", "").strip() for n in self.ranks):
            self.add_error("contract1", "Indiquez au moins un contrat.")
        return data


class SuspenseForm(forms.Form):
    """What is to be done about money that nobody claims yet."""

    follow_up = forms.CharField(
        label="À faire",
        max_length=200,
        widget=forms.TextInput({"placeholder": "Demander à la banque qui a payé"}),
    )
    follow_up_on = DateField(label="À revoir le", required=False)


class PayerForm(forms.Form):
    """Somebody who pays for a contract."""

    contract = forms.CharField(label="Numéro du contrat", max_length=20)
    name = forms.CharField(label="Nom du payeur", max_length=160, required=False)
    iban = forms.CharField(label="IBAN", max_length=42, required=False)
    relation = forms.ChoiceField(label="Lien", choices=PayerRelation.choices)


class BankFileForm(forms.Form):
    """The bank's file, as it is downloaded."""

    file = forms.FileField(
        label="Fichier de la banque",
        widget=FileDrop(),
        help_text="camt.053, camt.054, CFONB 120, OFX, QIF, MT940 ou CSV, tel que la banque le "
        "donne. Le format est reconnu tout seul. Un grand fichier s'importe en arrière-plan.",
        error_messages={"empty": "Ce fichier est vide : téléchargez-le à nouveau."},
    )


class LayoutForm(forms.Form):
    """Which column of an unknown CSV holds what."""

    name = forms.CharField(label="Nom de cette disposition", max_length=80)

    def __init__(self, *args: Any, columns: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, label in LAYOUT_COLUMNS.items():
            self.fields[key] = forms.ChoiceField(
                label=label, choices=[("", "–"), *columns], required=key in {"booked", "label"}
            )

    def clean(self) -> dict[str, Any]:
        """Want an amount, or a debit and a credit."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("amount") and not (data.get("debit") and data.get("credit")):
            self.add_error("amount", "Indiquez le montant, ou le débit et le crédit.")
        return data

    def mapping(self) -> dict[str, int]:
        """Return each column's position."""
        return {
            key: int(self.cleaned_data[key]) for key in LAYOUT_COLUMNS if self.cleaned_data[key]
        }


LAYOUT_COLUMNS = {
    "booked": "Date de l'opération",
    "label": "Libellé",
    "amount": "Montant (signé)",
    "debit": "Débit",
    "credit": "Crédit",
    "value": "Date de valeur",
    "reference": "Référence",
}
