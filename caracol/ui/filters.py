"""Filters that live in the address: which are active, and the address without one of them."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from caracol.ui import atoms
from caracol.ui.fields import MonthField

KEPT = ("sort", "cols", "per_page", "vue")
"""The words of a list's address that are no filter and outlast filtering."""


@dataclass(frozen=True)
class FilterChip:
    """One active filter, and where to go to remove it."""

    label: str
    value: str
    url: str


def _address(query: QueryDict, drop: set[str], value: tuple[str, str] | None = None) -> str:
    kept = query.copy()
    for name in drop:
        kept.pop(name, None)
    if value:
        name, gone = value
        kept.setlist(name, [item for item in kept.getlist(name) if item != gone])
    return f"?{kept.urlencode(safe=',')}"


def _choices(field: forms.Field) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, label in getattr(field, "choices", ()):
        pairs = label if isinstance(label, list | tuple) else [(key, label)]
        found |= {str(k): str(text) for k, text in pairs}
    return found


def _shown(field: forms.Field, raw: str) -> str:
    if isinstance(field, forms.BooleanField):
        return ""
    if isinstance(field, forms.DateField):
        try:
            return atoms.short_day(field.to_python(raw))
        except forms.ValidationError:
            return raw
    if isinstance(field, MonthField):
        try:
            return atoms.month_name(field.to_python(raw))
        except forms.ValidationError:
            return raw
    known = _choices(field)
    # A choice unknown here came in a shared view: what it names is not for this reader.
    return known.get(raw, "inconnu ici") if known else raw


def active_filters(form: forms.BaseForm, query: QueryDict) -> list[FilterChip]:
    """Return one chip for each value of each filter present in the address."""
    chips = []
    for bound in form:
        for raw in query.getlist(bound.html_name):
            if raw.strip():
                url = _address(query, {"page"}, (bound.html_name, raw))
                chips.append(FilterChip(str(bound.label), _shown(bound.field, raw), url))
    return chips


def reset_address(form: forms.BaseForm, query: QueryDict) -> str:
    """Return the address without any filter; sorting stays."""
    names: set[Any] = {bound.html_name for bound in form}
    if "vue" not in query:
        return _address(query, names | {"page"})
    # Without any word, the list would open with the reader's own view again.
    bare = query.copy()
    bare["vue"] = "0"
    return _address(bare, names | {"page"})
