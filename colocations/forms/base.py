"""What every form of an act carries: the version shown, the doubts accepted and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.forms.boundfield import BoundField
from django.utils.text import capfirst

from caracol.core.models import MoneyField as MoneyColumn
from caracol.core.versions import version_of
from caracol.ui.fields import DateField, MoneyField
from colocations.services.doubts import Acceptance, Doubt

_SEPARATOR = "|"
CARRIED = ("seen", "accepted", "accept_reason")


@dataclass(frozen=True)
class Said:
    """What a valid form says: the facts, the version they were typed over, what is accepted."""

    facts: dict[str, Any]
    seen: str
    acceptance: Acceptance


class ActForm(forms.Form):
    """A form whose act may be doubted, or overtaken by somebody else's."""

    layout: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """The fields, line by line."""
    row_fields: ClassVar[tuple[str, ...]] = ()
    """The fields of the row whose version is carried."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    accepted = forms.CharField(required=False, widget=forms.HiddenInput)
    accept_reason = forms.CharField(
        label="Pourquoi continuer", required=False, max_length=200, widget=forms.TextInput
    )

    @property
    def lines(self) -> list[list[BoundField]]:
        """The fields as the page lays them out."""
        return [[self[name] for name in line if name in self.fields] for line in self.layout]

    @property
    def said(self) -> Said:
        """What the form says, once valid."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in CARRIED}
        codes = self.cleaned_data["accepted"].split(_SEPARATOR)
        acceptance = Acceptance(
            self.cleaned_data["accept_reason"].strip(), frozenset(filter(None, codes))
        )
        return Said(facts, self.cleaned_data["seen"], acceptance)

    def show_version(self, row: models.Model) -> None:
        """Carry the version of a row, to be compared when the form comes back."""
        self._carry("seen", version_of(row, self.row_fields))

    def show_doubts(self, doubts: Iterable[Doubt]) -> None:
        """Carry the doubts shown, and ask why one goes on."""
        self._carry("accepted", _SEPARATOR.join(doubt.code for doubt in doubts))
        self.fields["accept_reason"].widget.attrs["required"] = True

    def _carry(self, name: str, value: str) -> None:
        if self.is_bound:
            sent: Any = self.data
            self.data = sent.copy()
            self.data[name] = value  # type: ignore[index]
        else:
            self.initial[name] = value


class RowForm(ActForm):
    """A form of a row's own fields, named and bounded as the model says."""

    model: ClassVar[type[models.Model]]

    def __init__(self, *args: Any, row: models.Model | None = None, **kwargs: Any) -> None:
        given = kwargs.pop("initial", None) or {}
        kept = {name: getattr(row, name) for name in self.row_fields} if row else {}
        kwargs["initial"] = {**kept, **given}
        super().__init__(*args, **kwargs)
        made = forms.fields_for_model(
            self.model, fields=self.row_fields, formfield_callback=_formfield
        )
        self.fields = {**made, **self.fields}
        if row is not None and not self.is_bound:
            self.show_version(row)

    def clean(self) -> dict[str, Any]:
        """An amount left empty where there must be one is its default."""
        data = super().clean() or {}
        for name in self.row_fields:
            column: Any = self.model._meta.get_field(name)
            if name in data and data[name] is None and not column.null:
                data[name] = column.get_default()
        return data

    def hint(self, **texts: str) -> None:
        """Say what fields are for."""
        for name, text in texts.items():
            self.fields[name].help_text = text


def _formfield(column: Any, **kwargs: Any) -> forms.Field | None:
    has_default = column.default is not NOT_PROVIDED
    shared = {
        "label": capfirst(column.verbose_name),
        "required": not column.blank and not has_default,
        "initial": column.default if has_default else None,
    }
    if isinstance(column, MoneyColumn):
        return MoneyField(min_value=0, **shared)
    if isinstance(column, models.DateField):
        return DateField(**shared)
    if column.choices:
        kept = [] if has_default else [("", "Non renseigné" if column.blank else "Choisir…")]
        return forms.ChoiceField(choices=[*kept, *_capital(column.choices)], **shared)
    field: forms.Field | None = column.formfield(**kwargs)
    if isinstance(field, forms.ModelChoiceField) and field.empty_label:
        field.empty_label = "Choisir…"
    return field


def _capital(choices: Any) -> list[tuple[str, str]]:
    return [(value, capfirst(str(label))) for value, label in choices]


class ReasonForm(ActForm):
    """A confirmation that asks nothing but, maybe, why one goes on."""
