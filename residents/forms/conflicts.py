"""Two people on one form: what the second one typed, beside what the first one saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db import models

from caracol.core.money import euros
from caracol.core.versions import version_of
from caracol.ui import atoms
from colocations.models import Room
from residents.forms.contracts import ContractForm
from residents.models import Person
from residents.selectors.proposals import ContractData


@dataclass(frozen=True)
class Difference:
    """A field that somebody else changed, or that the reader did: both values, as text."""

    label: str
    saved: str
    typed: str


def differences(form: forms.Form, row: models.Model) -> list[Difference]:
    """Return the fields of a valid form whose value is not the one saved now."""
    found = []
    for name, field in form.fields.items():
        if name == "seen" or name not in form.cleaned_data:
            continue
        saved, typed = getattr(row, name, None), form.cleaned_data[name]
        if (saved or None) != (typed or None):
            found.append(Difference(str(field.label), _shown(field, saved), _shown(field, typed)))
    return found


def draft_differences(form: ContractForm, saved: ContractData) -> list[Difference]:
    """Return what a contract being written says that its draft, as saved now, does not."""
    typed = form.proposal
    found = []
    for name, field in form.fields.items():
        if name == "cotitulaires":
            pair = (_named(saved.people[1:]), _named(typed.people[1:]))
        elif name == "room":
            pair = (_placed(saved.room), _placed(typed.room))
        elif name in ContractData.__dataclass_fields__:
            pair = (_shown(field, getattr(saved, name)), _shown(field, getattr(typed, name)))
        else:
            continue
        if pair[0] != pair[1]:
            found.append(Difference(str(field.label), *pair))
    return found


def _named(people: Iterable[Person]) -> str:
    return ", ".join(person.full_name for person in people) or "personne d'autre"


def _placed(room: Room) -> str:
    return f"chambre {room.number}, {room.colocation.name}"


def show_again(form: Any, row: models.Model, names: Iterable[str]) -> list[Difference]:
    """Make the form carry the version that is saved now; return what differs from it."""
    found = differences(form, row)
    form.data = form.data.copy()
    form.data["seen"] = version_of(row, names)
    return found


def _shown(field: forms.Field, value: Any) -> str:
    if value in (None, ""):
        return "rien"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return euros(value)
    if isinstance(value, date):
        return atoms.short_day(value)
    choices = getattr(field, "choices", None)
    if choices and not isinstance(field, forms.ModelChoiceField):
        return str(dict(choices).get(value, value))
    return str(value)
