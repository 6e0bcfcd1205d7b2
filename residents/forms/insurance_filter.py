"""Filters of the list of insurances, kept in the address."""

from datetime import date
from typing import Any

import django_filters
from django import forms

from caracol.accounts.models import Territory
from residents.models import Contract, ContractTerms
from residents.selectors.insurance_list import STATES, in_state, named


class InsuranceFilter(django_filters.FilterSet):
    """Words, territory, home, state."""

    q = django_filters.CharFilter(
        label="Nom ou contrat",
        method="with_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nom ou contrat"}),
    )
    etat = django_filters.ChoiceFilter(
        label="État", choices=STATES[1:], method="unchanged", widget=forms.HiddenInput
    )
    territory = django_filters.ModelChoiceFilter(
        label="Territoire",
        field_name="territory",
        queryset=Territory.objects.none(),
        to_field_name="code",
        empty_label="Tous",
    )
    home = django_filters.ChoiceFilter(label="Colocation", method="in_home", empty_label="Toutes")

    class Meta:
        model = Contract
        fields: list[str] = []

    def __init__(self, *args: Any, day: date, territories: Any, homes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.filters["territory"].field.queryset = territories
        self.filters["home"].field.choices = [(str(pk), name) for pk, name in homes]
        if len(territories) < 2:
            del self.filters["territory"]

    @property
    def state(self) -> str:
        """The tab asked for."""
        return str(self.form.cleaned_data.get("etat") or "") if self.form.is_valid() else ""

    @property
    def qs(self) -> Any:
        """The contracts kept: without a tab asked for, those to ask a certificate for."""
        return in_state(super().qs, self.state, self.day)

    def unchanged(self, queryset: Any, name: str, value: str) -> Any:
        """The state is applied once, in `qs`, with its default."""
        return queryset

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the contracts found by these words."""
        return named(queryset, value)

    def in_home(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the contracts of a home."""
        terms = ContractTerms.objects.filter(room__colocation=int(value))
        return queryset.filter(pk__in=terms.values("contract"))
