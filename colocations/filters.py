"""Filters of homes, owners and agreements, kept in the address."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q

from caracol.accounts.models import Territory
from caracol.core.periods import Month, Span, add_months
from caracol.core.text import sort_key
from caracol.ui.fields import MonthField
from colocations.enums import LegalBasis, OwnerKind
from colocations.models import Colocation, Owner, OwnerAgreement
from colocations.selectors import agreements, homes
from colocations.selectors.vacancies import CAUSES

STATES = (
    ("open", "Ouvertes"),
    ("free", "Avec des chambres libres"),
    ("full", "Complètes"),
    ("agreement", "Convention à moins de 12 mois"),
    ("undocumented", "Prolongation à documenter"),
    ("closed", "Fermées"),
)


class HomeFilter(django_filters.FilterSet):
    """Words, territory, state. Built on homes annotated by `homes_on`."""

    q = django_filters.CharFilter(
        label="Nom, ville, adresse",
        method="with_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Nom, ville, adresse"}),
    )
    territory = django_filters.ModelChoiceFilter(
        label="Territoire",
        queryset=Territory.objects.none(),
        field_name="site__territory",
        to_field_name="code",
        empty_label="Tous",
    )
    state = django_filters.ChoiceFilter(
        label="État", choices=STATES, method="in_state", empty_label="Toutes"
    )

    class Meta:
        model = Colocation
        fields: list[str] = []

    def __init__(self, *args: Any, day: date, territories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.filters["territory"].queryset = territories
        self.filters["territory"].field.queryset = territories
        if len(territories) < 2:
            del self.filters["territory"]

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the homes that hold every word."""
        return homes.matching(queryset, sort_key(value))

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the homes in a state on the day."""
        still_open = homes.open_on(self.day)
        conditions = {
            "open": still_open,
            "free": still_open & Q(free_count__gt=0),
            "full": still_open & Q(room_count__gt=0, occupied_count=F("room_count")),
            "agreement": Q(agreement_end=None)
            | Q(agreement_end__lte=add_months(self.day, homes.AGREEMENT_SEEN_MONTHS)),
            "undocumented": Q(agreement_undocumented=True),
            "closed": Q(closes_on__lt=self.day),
        }
        return queryset.filter(conditions[value])


def _words(placeholder: str) -> Any:
    return forms.TextInput(attrs={"type": "search", "placeholder": placeholder})


class OwnerFilter(django_filters.FilterSet):
    """Words, quality. Built on owners annotated by `owners_on`."""

    q = django_filters.CharFilter(
        label="Nom, contact, adresse",
        method="with_words",
        widget=_words("Nom, contact, adresse"),
    )
    kind = django_filters.ChoiceFilter(
        label="Qualité", choices=OwnerKind.choices, empty_label="Toutes"
    )

    class Meta:
        model = Owner
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the owners that hold every word."""
        return agreements.owners_matching(queryset, sort_key(value))


AGREEMENT_STATES = (
    ("current", "En cours"),
    ("soon", "Finissent sous 12 mois"),
    ("over", "Échues"),
    ("undocumented", "Prolongation à documenter"),
    ("due", "Engagement en retard ou proche"),
    ("approval", "Agrément à renouveler"),
)


class AgreementFilter(django_filters.FilterSet):
    """Words, territory, basis, state. Built on agreements annotated by `agreements_on`."""

    q = django_filters.CharFilter(
        label="Site, ville, propriétaire",
        method="with_words",
        widget=_words("Site, ville, propriétaire"),
    )
    territory = django_filters.ModelChoiceFilter(
        label="Territoire",
        queryset=Territory.objects.none(),
        field_name="site__territory",
        to_field_name="code",
        empty_label="Tous",
    )
    basis = django_filters.ChoiceFilter(
        label="Cadre", field_name="legal_basis", choices=LegalBasis.choices, empty_label="Tous"
    )
    state = django_filters.ChoiceFilter(
        label="État", choices=AGREEMENT_STATES, method="in_state", empty_label="Toutes"
    )

    class Meta:
        model = OwnerAgreement
        fields: list[str] = []

    def __init__(self, *args: Any, day: date, territories: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        self.filters["territory"].queryset = territories
        self.filters["territory"].field.queryset = territories
        if len(territories) < 2:
            del self.filters["territory"]

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the agreements that hold every word."""
        return agreements.matching(queryset, sort_key(value))

    def in_state(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the agreements in a state on the day."""
        current = Q(starts_on__lte=self.day, ends_on__gte=self.day)
        soon = add_months(self.day, homes.AGREEMENT_SEEN_MONTHS)
        approval = self.day + timedelta(days=agreements.APPROVAL_NEAR_DAYS)
        conditions = {
            "current": current,
            "soon": current & Q(ends_on__lte=soon, is_followed=False),
            "over": Q(ends_on__lt=self.day, is_followed=False),
            "undocumented": Q(extension_undocumented=True),
            "due": Q(due_count__gt=0),
            "approval": current & Q(approval_ends_on__lte=approval),
        }
        return queryset.filter(conditions[value])


LENGTHS = (12, 18, 24)
PAST_MONTHS = 6
_YEARS = range(2000, 2100)


class WindowForm(forms.Form):
    """The months of the picture, and which rooms are on it. A wrong value is as none."""

    home = forms.ChoiceField(label="Colocation", required=False)
    territory = forms.ModelChoiceField(
        label="Territoire",
        queryset=Territory.objects.none(),
        to_field_name="code",
        required=False,
        empty_label="Tous",
    )
    start = MonthField(label="À partir de", required=False)
    months = forms.TypedChoiceField(
        label="Durée",
        choices=[(length, f"{length} mois") for length in LENGTHS],
        coerce=int,
        required=False,
        empty_value=LENGTHS[0],  # type: ignore[arg-type]
    )
    cause = forms.ChoiceField(
        label="Vide pour", required=False, choices=[("", "Toutes causes"), *CAUSES.items()]
    )
    empty = forms.BooleanField(label="Chambres vides seulement", required=False)

    def __init__(
        self, query: Any, *, day: date, territories: Any = (), homes: Any = (), whole: bool = True
    ) -> None:
        self.default = Month.of(day).plus(-PAST_MONTHS)
        data = {"start": str(self.default), "months": LENGTHS[0], **query.dict()}
        super().__init__(data)
        if whole:
            self.fields["territory"].queryset = territories  # type: ignore[attr-defined]
            self.fields["home"].choices = [("", "Toutes"), *homes]  # type: ignore[attr-defined]
        unfit = {"territory": not whole or len(territories) < 2, "home": not whole}
        for name in (name for name, gone in unfit.items() if gone):
            del self.fields[name]
        self.is_valid()

    def chosen(self, name: str) -> Any:
        """Return what was chosen, or nothing when it was nonsense."""
        return self.cleaned_data.get(name) or ""

    @property
    def first(self) -> Month:
        """The first month."""
        start = self.cleaned_data.get("start")
        return start if start and start.year in _YEARS else self.default

    @property
    def length(self) -> int:
        """How many months."""
        return self.cleaned_data.get("months") or LENGTHS[0]

    @property
    def window(self) -> Span:
        """Its days."""
        return Span(self.first.first, self.first.plus(self.length - 1).last)
