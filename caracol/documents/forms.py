"""Fields to bring a file, and the reason of its withdrawal."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.documents.services.uploads import MAX_BYTES
from caracol.ui.fields import FileDrop

ACCEPTED = "image/jpeg,image/png,application/pdf"
PHOTOS = "image/jpeg,image/png"
TOO_HEAVY = (
    "Ce fichier pèse plus de 10 Mo. Numérisez-le en noir et blanc ou en 150 points par pouce, "
    "ou découpez-le en plusieurs fichiers."
)


class UploadField(forms.FileField):
    """A photo or a PDF to bring: chosen, dropped, or taken with the phone.

    A phone offers its camera, its photos and its files. `camera=True`: straight to the camera,
    where nothing else than a photo of what is before one's eyes makes sense.
    """

    widget = FileDrop
    default_error_messages = {
        "required": "Choisissez un fichier : une photo (JPEG, PNG) ou un PDF.",
        "empty": "Ce fichier est vide : choisissez-en un autre.",
    }

    def __init__(self, *, camera: bool = False, **options: Any) -> None:
        self.camera = camera
        options.setdefault("label", "Fichier")
        options.setdefault("help_text", "Photo (JPEG, PNG) ou PDF, 10 Mo au plus.")
        super().__init__(**options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Say what is taken: a phone then hands over a JPEG instead of its own format."""
        attrs = super().widget_attrs(widget)
        if self.camera:
            return {**attrs, "accept": PHOTOS, "capture": "environment"}
        return {**attrs, "accept": ACCEPTED}

    def to_python(self, data: Any) -> Any:
        """Refuse at once what is too heavy; the rest is told by the cleaning."""
        file = super().to_python(data)
        if file is not None and file.size > MAX_BYTES:
            raise ValidationError(TOO_HEAVY, code="max_size")
        return file


class WithdrawForm(forms.Form):
    """Why a file goes out of sight."""

    reason = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="« Mauvaise personne », « page illisible, reprise »…",
        widget=forms.TextInput({"autofocus": True}),
    )
