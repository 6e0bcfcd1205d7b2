"""Forms of the CAFs' statements."""

from collections.abc import Sequence
from typing import Any

from django import forms

from caracol.ui.fields import DateField, FileDrop, MoneyField, MonthField
from payments.enums import CafNature
from payments.models import CafOffice


class ManyFiles(FileDrop):
    """Several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One file or more; each is checked as one is."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files."""
        sent = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in sent or [None]]


class CafUploadForm(forms.Form):
    """Statements of the CAFs, as they were downloaded."""

    brought = ManyFilesField(
        label="Bordereaux de la CAF",
        widget=ManyFiles({"accept": ".csv,.xlsx,.txt"}),
        help_text="CSV, Excel ou texte, tels que le portail les donne. Plusieurs à la fois.",
    )


class CafGivenForm(forms.Form):
    """What a file does not say: from which CAF it is, its number, the day of payment."""

    department = forms.ChoiceField(label="CAF")
    reference = forms.CharField(label="N° de bordereau", max_length=40, required=False)
    paid_on = DateField(label="Payé le", required=False)

    def __init__(self, *args: Any, departments: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [("", "Choisir"), *departments]  # type: ignore[attr-defined]


class CafMappingForm(CafGivenForm):
    """Which column of a file holds what; the file comes along, so that it is not asked again."""

    content = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.HiddenInput, max_length=160)

    def __init__(
        self,
        *args: Any,
        columns: Sequence[str],
        names: dict[str, str],
        required: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].required = False
        choices = [(str(index), title or f"Colonne {index + 1}")
                   for index, title in enumerate(columns)]  # fmt: skip
        for name, label in names.items():
            self.fields[f"col_{name}"] = forms.ChoiceField(
                label=label,
                required=name in required,
                choices=[("", "Absente du fichier"), *choices],
            )

    @property
    def mapped(self) -> dict[str, int]:
        """The columns chosen."""
        return {
            name.removeprefix("col_"): int(value)
            for name, value in self.cleaned_data.items()
            if name.startswith("col_") and value
        }


class CafTypedForm(CafGivenForm):
    """A statement typed in: its head."""

    total = MoneyField(label="Total du bordereau")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reference"].required = self.fields["paid_on"].required = True


class CafTypedLine(forms.Form):
    """A line of a statement typed in."""

    number = forms.CharField(label="N° allocataire", max_length=20)
    name = forms.CharField(label="Nom", max_length=80, required=False)
    month_from = MonthField(label="Mois de droit")
    month_to = MonthField(label="Jusqu'à", required=False)
    nature = forms.ChoiceField(label="Nature", choices=CafNature.choices, initial=CafNature.CURRENT)
    amount = MoneyField(label="Montant")


class CafOfficeForm(forms.ModelForm):
    """Where to write to a CAF, and our number there."""

    class Meta:
        model = CafOffice
        fields = ("name", "landlord_number", "address", "postcode", "city")
