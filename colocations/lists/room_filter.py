"""Filters of the rooms, kept in the address."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Q
from django.db.models.functions import Length

from caracol.accounts.models import Territory
from caracol.core.text import sort_key
from colocations.enums import YIELDING, VoidCause
from colocations.models import Colocation, Room
from colocations.selectors import homes as selectors

STATES = (
    ("free", "Libres"),
    ("kept", "Gardées vides"),
    ("arriving", "Arrivée prévue"),
    ("occupied", "Occupées"),
    ("closed", "Fermées"),
)
_FILLERS = frozenset({"chambre", "ch"})


class RoomFilter(django_filters.FilterSet):
    """Words, place, state, cause. Built on rooms annotated by `rooms_on`."""

    q = django_filters.CharFilter(
        label="Chambre, colocation, ville",
        method="with_words",
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Chambre, colocation, ville"}
        ),
    )
    state = django_filters.ChoiceFilter(
        label="État", choices=STATES, method="unchanged", widget=forms.HiddenInput
    )
    territory = django_filters.ModelChoiceFilter(
        label="Territoire",
        queryset=Territory.objects.none(),
        field_name="colocation__site__territory",
        to_field_name="code",
        empty_label="Tous",
    )
    home = django_filters.ChoiceFilter(
        label="Colocation", field_name="colocation", empty_label="Toutes"
    )
    cause = django_filters.ChoiceFilter(
        label="Pourquoi libre", choices=VoidCause.choices, method="empty_for", empty_label="–"
    )

    class Meta:
        model = Room
        fields: list[str] = []

    def __init__(self, *args: Any, day: date, territories: Any, homes: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.day = day
        self.filters["territory"].queryset = territories
        self.filters["territory"].field.queryset = territories
        self.filters["home"].field.choices = [(str(pk), name) for pk, name in homes]
        if len(territories) < 2:
            del self.filters["territory"]

    @property
    def qs(self) -> Any:
        """The rooms kept: without a state asked for, those that are open."""
        state = self.form.cleaned_data.get("state") if self.form.is_valid() else ""
        return in_state(super().qs.annotate(number_length=Length("number")), state, self.day)

    def unchanged(self, queryset: Any, name: str, value: str) -> Any:
        """The state is applied once, in `qs`, with its default."""
        return queryset

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the rooms whose number is one of the words, in homes that hold the others."""
        words = [word for word in sort_key(value).split() if word not in _FILLERS]
        numbers = [word for word in words if any(letter.isdigit() for letter in word)]
        places = " ".join(word for word in words if word not in numbers)
        for word in numbers:
            found = selectors.matching(Colocation.objects.all(), word)
            queryset = queryset.filter(
                Q(number__iexact=word) | Q(colocation__in=found.values("pk"))
            )
        if places:
            found = selectors.matching(Colocation.objects.all(), places)
            queryset = queryset.filter(colocation__in=found.values("pk"))
        return queryset

    def empty_for(self, queryset: Any, name: str, value: str) -> Any:
        """Keep the free rooms of a cause; one that nobody explained is to let."""
        causes = Q(void_cause=value)
        if value == VoidCause.TO_LET:
            causes |= Q(void_cause=None)
        return queryset.filter(causes, is_occupied=False)


def open_rooms(day: date) -> Q:
    """Condition on rooms: open, in an open home."""
    opened = (Q(opens_on=None) | Q(opens_on__lte=day)) & Q(colocation__opens_on__lte=day)
    still = Q(closes_on=None) | Q(closes_on__gte=day)
    home_still = Q(colocation__closes_on=None) | Q(colocation__closes_on__gte=day)
    return opened & still & home_still


def in_state(rooms: Any, state: str, day: date) -> Any:
    """Keep the rooms in a state on a day; without one, those that are open."""
    return rooms.filter(state_condition(state, day))


def state_condition(state: str, day: date) -> Q:
    """Condition on rooms annotated by `rooms_on`."""
    alive = open_rooms(day)
    kept_empty = Q(void_cause__isnull=False) & ~Q(void_cause__in=YIELDING)
    conditions = {
        "free": alive & Q(is_occupied=False),
        "kept": alive & Q(is_occupied=False) & kept_empty,
        "arriving": alive & Q(is_occupied=False, next_start__isnull=False),
        "occupied": alive & Q(is_occupied=True),
        "closed": ~alive,
    }
    return conditions.get(state, alive)
