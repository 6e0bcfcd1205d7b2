"""The filters of the list of jobs."""

import django_filters
from django import forms

from caracol.jobs.enums import JobState
from caracol.jobs.models import Job


class JobFilter(django_filters.FilterSet):
    """By words of the title and by state."""

    q = django_filters.CharFilter(
        field_name="title",
        lookup_expr="icontains",
        label="Traitement",
        widget=forms.TextInput({"type": "search"}),
    )
    state = django_filters.ChoiceFilter(
        choices=JobState.choices, label="État", empty_label="Tous les états"
    )

    class Meta:
        model = Job
        fields = ("q", "state")
