"""The form by which a workbook is sent."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from caracol.core.errors import Refused
from caracol.core.uploads import MAX_UPLOAD
from caracol.takeover.files import check_size
from caracol.ui.fields import FileDrop

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WorkbookForm(forms.Form):
    """One workbook."""

    workbook = forms.FileField(
        label="Classeur de reprise",
        help_text="Un fichier .xlsx de 10 Mo au plus. Rien n'est écrit avant votre confirmation.",
        allow_empty_file=True,
        widget=FileDrop(attrs={"accept": f".xlsx,{XLSX}"}),
    )

    def __init__(self, *args: Any, announced: int = 0, **kwargs: Any) -> None:
        """`announced` is the size of the whole request: a file too heavy does not reach us."""
        super().__init__(*args, **kwargs)
        if announced > MAX_UPLOAD:
            self.fields["workbook"].required = False
        self._announced = announced

    def clean_workbook(self) -> UploadedFile | None:
        """Refuse a file too heavy, before it is read."""
        file: UploadedFile | None = self.cleaned_data["workbook"]
        try:
            check_size(file.size or 0 if file else self._announced)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return file
