"""Forms of documents: a signed copy, the reason of a cancellation."""

from datetime import date
from typing import Any

from django import forms

from caracol.documents.forms import UploadField
from caracol.ui.fields import DateField


class SignedCopyForm(forms.Form):
    """The scan of a document that came back signed."""

    file = UploadField(
        label="L'exemplaire signé",
        help_text="Prenez toutes les pages dans un seul PDF, ou la page des signatures en photo. "
        "JPEG, PNG ou PDF, 10 Mo au plus.",
    )
    signed_on = DateField(label="Signé le")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["signed_on"].initial = today


class DocumentReasonForm(forms.Form):
    """Why a document is cancelled: printed on the counter-document."""

    reason = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="Il est écrit sur l'annulation remise à la personne : « erreur de montant », "
        "« remis deux fois ».",
        widget=forms.TextInput({"autofocus": True}),
    )
