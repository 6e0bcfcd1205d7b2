"""A cell that is edited where it stands, and the same field changed on many rows at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from caracol.core.money import euros
from caracol.core.versions import version_of

NOTHING = "–"


@dataclass(frozen=True)
class EditableField:
    """A field of a list's rows.

    `names`: the columns of the row that it writes, which make its version. `control(reader, rows)`
    gives the form field. `raw(row)` is the present value as that field reads it. `write(row=,
    value=, seen=, actor=, today=)` is the service that changes it, and raises Refused.
    `refuse(rows, value)` says which rows may not take a value, and why. `amount(row, value)`: what
    the change adds in euros a month.
    """

    key: str
    label: str
    names: tuple[str, ...]
    control: Callable[[Any, Sequence[Any]], forms.Field]
    raw: Callable[[Any], str]
    write: Callable[..., Any]
    show: Callable[[Any], str] | None = None
    refuse: Callable[[Sequence[Any], Any], Mapping[int, str]] | None = None
    hint: str = ""

    def version(self, row: Any) -> str:
        """Return the fingerprint of what the field writes."""
        return version_of(row, self.names)

    def shown(self, row: Any, control: forms.Field) -> str:
        """Write the present value for people."""
        return self.show(row) if self.show else in_words(control, self.raw(row))

    def read(self, control: forms.Field, raw: Any) -> Any:
        """Return what was typed as a value. Raises ValidationError."""
        return control.clean(raw)

    def objections(self, rows: Sequence[Any], value: Any) -> Mapping[int, str]:
        """Return the rows that may not take the value, and why."""
        return self.refuse(rows, value) if self.refuse else {}


def typed(value: Any) -> str:
    """Return a clean value as a form's field would receive it."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return "" if value is None else str(value)


def in_words(control: forms.Field, raw: Any) -> str:
    """Write a raw value as people read it: the label of a choice, an amount in euros."""
    text = str(raw)
    if isinstance(control, forms.ChoiceField):
        return _label(control, text) or NOTHING
    if isinstance(control, forms.DecimalField) and text:
        try:
            return euros(control.clean(raw))
        except ValidationError:
            return text
    return text or NOTHING


def _label(control: forms.ChoiceField, raw: str) -> str:
    choices: Any = control.choices
    for key, label in choices:
        pairs = label if isinstance(label, list | tuple) else [(key, label)]
        for value, words in pairs:
            if str(value) == raw:
                return str(words)
    return raw
