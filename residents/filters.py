"""Filters of the residents, kept in the address. Only what the reader may know filters."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from caracol.accounts.models import Territory
from colocations.models import Colocation
from colocations.selectors.rooms import rooms_named, rooms_of_homes
from residents.enums import ContractKind, PaymentMethod
from residents.models import Contract, ContractTerms, Person
from residents.permissions import Fact, may_ever
from residents.selectors import contract_list
from residents.selectors import people as selectors
from residents.selectors.finding import matching
from residents.selectors.insurance import insured_on

STATES = (
    ("present", "Présents"),
    ("arriving", "Arrivées à venir"),
    ("leaving", "Départs annoncés"),
    ("former", "Anciens résidents"),
    ("none", "Sans contrat"),
    ("all", "Tous"),
)
_CURRENT = "current"


class PersonFilter(django_filters.FilterSet):
    """Words, territory, home, contract type, state, what is owed, what is missing."""

    q = django_filters.CharFilter(
        label="Nom, numéro, téléphone, lieu",
        method="with_words",
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = django_filters.ChoiceFilter(
        label="État", choices=STATES, method="unchanged", widget=forms.HiddenInput
    )
    territory = django_filters.ModelChoiceFilter(
        label="Territoire",
        queryset=Territory.objects.none(),
        method="in_territory",
        to_field_name="code",
        empty_label="Tous",
    )
    home = django_filters.ChoiceFilter(label="Colocation", method="in_home", empty_label="Toutes")
    kind = django_filters.ChoiceFilter(
        label="Contrat", choices=ContractKind.choices, method="of_kind", empty_label="Tous"
    )
    owing = django_filters.BooleanFilter(
        label="Solde dû", method="who_owe", widget=forms.CheckboxInput
    )
    uninsured = django_filters.BooleanFilter(
        label="Assurance manquante", method="without_insurance", widget=forms.CheckboxInput
    )

    class Meta:
        model = Person
        fields: list[str] = []

    def __init__(
        self, *args: Any, user: Any, shown: Any, day: date, territories: Any, homes: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.user, self.shown, self.day = user, shown, day
        homes = list(homes)
        self.homes = [pk for pk, _name in homes]
        self.filters["territory"].field.queryset = territories
        self.filters["home"].field.choices = [(str(pk), name) for pk, name in homes]
        known = may_ever(user)
        searched = {
            "Nom": Fact.NAME,
            "numéro": Fact.NUMBER,
            "téléphone": Fact.PHONE,
            "lieu": Fact.ROOM,
        }
        words = ", ".join(word for word, fact in searched.items() if fact in known)
        self.filters["q"].field.label = words[:1].upper() + words[1:]
        self.filters["q"].field.widget.attrs["placeholder"] = self.filters["q"].field.label
        unfit = {
            "state": Fact.DATES not in known,
            "territory": len(territories) < 2 or Fact.ROOM not in known,
            "home": Fact.ROOM not in known,
            "kind": Fact.DATES not in known,
            "owing": Fact.BALANCE not in known,
            "uninsured": Fact.INSURANCE not in known,
        }
        for name in (name for name, gone in unfit.items() if gone):
            del self.filters[name]

    @property
    def qs(self) -> Any:
        """The people kept: without a state asked for, those who live here or arrive."""
        found = super().qs
        state = self.form.cleaned_data.get("state") if self.form.is_valid() else ""
        return selectors.people_in_state(found, self.shown, state or _CURRENT, self.day)

    def unchanged(self, queryset: Any, name: str, value: str) -> Any:
        """The state is applied once, in `qs`, with its default."""
        return queryset

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the people found by these words, by the room or the home they name too."""
        return matching(queryset, self.user, value, self._rooms(value))

    def _rooms(self, words: str) -> Any:
        homes = Colocation.objects.filter(pk__in=self.homes)
        named = rooms_named(homes, words)
        return rooms_of_homes(homes, words) if named is None else named

    def in_territory(self, queryset: Any, name: str, value: Territory) -> Any:
        """Keep the people of a territory: followed there, or by contract."""
        holdings = self.shown.filter(contract__territory=value)
        return queryset.filter(Q(territory=value) | Q(pk__in=holdings.values("person")))

    def in_home(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the people whose contract is in a home."""
        terms = ContractTerms.objects.filter(room__colocation=int(value))
        holdings = self.shown.filter(contract__in=terms.values("contract"))
        return queryset.filter(pk__in=holdings.values("person"))

    def of_kind(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the people whose contract is of a type."""
        return queryset.filter(pk__in=self.shown.filter(contract__kind=value).values("person"))

    def who_owe(self, queryset: Any, name: str, value: bool) -> Any:  # noqa: FBT001
        """Keep the people who owe something."""
        if not value or "balance" not in queryset.query.annotations:
            return queryset
        return queryset.filter(balance__gt=0)

    def without_insurance(self, queryset: Any, name: str, value: bool) -> Any:  # noqa: FBT001
        """Keep the people whose contract in force has no certificate for the day."""
        if not value:
            return queryset
        here = self.shown.filter(selectors.state_condition("present", self.day))
        return queryset.filter(pk__in=here.exclude(insured_on(self.day)).values("person"))


ENDS_WITHIN = (("30", "30 jours"), ("60", "60 jours"), ("90", "90 jours"), ("180", "6 mois"))
AID = (("MANAGER", "versée à l'association"), ("RESIDENT", "versée au résident"), ("NONE", "sans"))


_MORE = frozenset({"kind", "territory", "payment", "aid", "owing"})
"""Filters that stand behind « Plus de filtres »."""


class ContractFilter(django_filters.FilterSet):
    """Words, state, type, place, end, what is missing, how it is paid."""

    q = django_filters.CharFilter(
        label="Numéro, nom, lieu",
        method="with_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Numéro, nom, lieu"}),
    )
    state = django_filters.ChoiceFilter(
        label="État",
        choices=[(code, label) for code, (label, _statuses) in contract_list.STATES.items()],
        method="unchanged",
        widget=forms.HiddenInput,
    )
    kind = django_filters.ChoiceFilter(
        label="Type", choices=ContractKind.choices, empty_label="Tous"
    )
    territory = django_filters.ModelChoiceFilter(
        label="Territoire",
        queryset=Territory.objects.none(),
        to_field_name="code",
        empty_label="Tous",
    )
    home = django_filters.ChoiceFilter(label="Colocation", method="in_home", empty_label="Toutes")
    ends = django_filters.ChoiceFilter(
        label="Finit dans", choices=ENDS_WITHIN, method="ends_within", empty_label="–"
    )
    missing = django_filters.ChoiceFilter(
        label="Il manque",
        choices=list(contract_list.MISSING.items()),
        method="lacking",
        empty_label="–",
    )
    payment = django_filters.ChoiceFilter(
        label="Paie par",
        choices=PaymentMethod.choices,
        field_name="payment_method",
        empty_label="Tous",
    )
    aid = django_filters.ChoiceFilter(
        label="Aide au logement", choices=AID, method="aid_paid_to", empty_label="Toutes"
    )
    owing = django_filters.BooleanFilter(
        label="Solde dû", method="who_owe", widget=forms.CheckboxInput
    )

    class Meta:
        model = Contract
        fields: list[str] = []

    def __init__(
        self, *args: Any, user: Any, day: date, territories: Any, homes: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.user, self.day = user, day
        self.filters["territory"].queryset = territories
        self.filters["territory"].field.queryset = territories
        self.filters["home"].field.choices = [(str(pk), name) for pk, name in homes]
        known = may_ever(user)
        unfit = {
            "territory": len(territories) < 2,
            "payment": Fact.AMOUNTS not in known,
            "aid": Fact.AMOUNTS not in known,
            "owing": Fact.BALANCE not in known,
        }
        for name in (name for name, gone in unfit.items() if gone):
            del self.filters[name]
        for name in _MORE & self.filters.keys():
            self.filters[name].field.more = True
        if Fact.INSURANCE not in known:
            field = self.filters["missing"].field
            field.choices = [pair for pair in field.choices if pair[0] != "insurance"]

    @property
    def qs(self) -> Any:
        """The contracts kept: without a state asked for, those that live."""
        state = self.form.cleaned_data.get("state") if self.form.is_valid() else ""
        return contract_list.in_state(super().qs, state or _CURRENT)

    def unchanged(self, queryset: Any, name: str, value: str) -> Any:
        """The state is applied once, in `qs`, with its default."""
        return queryset

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the contracts found by these words."""
        return contract_list.matching(queryset, self.user, value)

    def in_home(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the contracts of a home."""
        return contract_list.in_home(queryset, int(value))

    def ends_within(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the contracts whose last day comes within some days, or is past."""
        return queryset.filter(ends_on__lte=self.day + timedelta(days=int(value)))

    def lacking(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the contracts that miss a fact."""
        return contract_list.lacking(queryset, value, self.day)

    def aid_paid_to(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the contracts whose aid comes to a payee, or that expect none."""
        return contract_list.paid_to(queryset, value, self.day)

    def who_owe(self, queryset: Any, name: str, value: bool) -> Any:  # noqa: FBT001
        """Keep the contracts that owe something."""
        if not value or "balance" not in queryset.query.annotations:
            return queryset
        return queryset.filter(balance__gt=0)
