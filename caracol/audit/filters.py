"""Filters of the register of consultations."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from caracol.accounts.models import User
from caracol.audit.models import AccessAction, AccessRecord
from caracol.ui.fields import DateInput


class AccessFilter(django_filters.FilterSet):
    """By who, by act, by days."""

    user = django_filters.ModelChoiceFilter(
        queryset=User.objects.none(), label="Qui", empty_label="Tout le monde"
    )
    action = django_filters.ChoiceFilter(
        choices=AccessAction.choices, label="Acte", empty_label="Tous les actes"
    )
    since = django_filters.DateFilter(
        field_name="at", lookup_expr="date__gte", label="Depuis le", widget=DateInput
    )
    until = django_filters.DateFilter(
        field_name="at", lookup_expr="date__lte", label="Jusqu'au", widget=DateInput
    )

    class Meta:
        model = AccessRecord
        fields = ("user", "action", "since", "until")

    def __init__(self, *args: Any, queryset: QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, queryset=queryset, **kwargs)
        readers = User.objects.filter(pk__in=queryset.order_by().values("user"))
        self.filters["user"].queryset = readers.order_by("last_name", "first_name")
