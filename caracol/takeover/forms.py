"""The form by which a workbook is sent."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from caracol.core.errors import Refused
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

    def clean_workbook(self) -> UploadedFile:
        """Refuse a file too heavy, before it is read."""
        file: UploadedFile = self.cleaned_data["workbook"]
        try:
            check_size(file.size or 0)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return file
