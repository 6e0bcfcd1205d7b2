"""Forms of mandates, debits and refunds."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from caracol.core.money import euros
from caracol.documents.forms import UploadField
from caracol.ui.fields import DateField, FileDrop, MoneyField


class MandateForm(forms.Form):
    """The account to debit; its BIC is found from the IBAN when it is left empty."""

    holder = forms.CharField(
        label="Titulaire du compte",
        max_length=70,
        help_text="Comme sur le relevé d'identité bancaire : ce peut être quelqu'un d'autre.",
    )
    iban = forms.CharField(label="IBAN", max_length=42, help_text="Recopiez-le du RIB.")
    bic = forms.CharField(
        label="BIC", max_length=11, required=False, help_text="Facultatif : déduit de l'IBAN."
    )


class SignedForm(forms.Form):
    """The day a paper was signed."""

    signed_on = DateField(label="Signé le")


class SignedMandateForm(SignedForm):
    """The day a mandate was signed, and its scan if it is at hand."""

    file = UploadField(
        label="Mandat signé",
        required=False,
        help_text="Facultatif, à garder avec le mandat : photo (JPEG, PNG) ou PDF, 10 Mo au plus.",
    )


class MandateCopyForm(forms.Form):
    """The scan of a signed mandate."""

    file = UploadField(label="Mandat signé")


class DebitDayForm(forms.Form):
    """The day on which debits are taken."""

    on = DateField(label="Jour du prélèvement")


class StatusForm(forms.Form):
    """What the bank answers to a file of ours."""

    report = forms.FileField(
        label="Compte rendu de la banque (pain.002)",
        help_text="Un fichier .xml, tel que la banque le donne. Les relevés se déposent ailleurs.",
        widget=FileDrop(attrs={"accept": ".xml,text/xml,application/xml"}),
    )


class RefundRequestForm(forms.Form):
    """A sum to give back, to whom, on which account."""

    what = forms.ChoiceField(label="Quelle somme", widget=forms.RadioSelect)
    amount = MoneyField(label="Montant à rendre", min_value=Decimal("0.01"))
    beneficiary = forms.CharField(label="Titulaire du compte", max_length=70)
    iban = forms.CharField(
        label="IBAN",
        max_length=42,
        help_text="Celui du résident ou de la résidente, vérifié sur un RIB. Qui approuve le "
        "relit.",
    )

    def __init__(self, *args: Any, owed: Sequence[Any], **kwargs: Any) -> None:
        """`owed`: what may be given back (payments.selectors.refunds.Owed)."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["what"]
        field.choices = [
            (one.key, f"{one.reason} · {euros(one.amount)} ({one.payer.label})")
            for one in owed
            if one.amount
        ]
