"""The filters of the list of outgoing mails."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut, TextOut

WAITS = "WAITS"


class MailFilter(django_filters.FilterSet):
    """By words of the subject or address, by state, by batch."""

    q = django_filters.CharFilter(
        method="search",
        label="Objet ou destinataire",
        widget=forms.TextInput({"type": "search"}),
    )
    state = django_filters.ChoiceFilter(
        choices=[(WAITS, "À décider"), *MailState.choices],
        method="in_state",
        label="État",
        empty_label="Tous les états",
    )
    batch = django_filters.CharFilter(widget=forms.HiddenInput, label="Envoi groupé")

    class Meta:
        model = MailOut
        fields = ("q", "state", "batch")

    def search(self, mails: QuerySet, _name: str, words: str) -> QuerySet[Any]:
        """Look in subjects and addresses."""
        return mails.filter(Q(subject__icontains=words) | Q(recipient__icontains=words))

    def in_state(self, mails: QuerySet, _name: str, state: str) -> QuerySet[Any]:
        """Keep a state, or what waits for a decision."""
        return mails.unsettled() if state == WAITS else mails.filter(state=state)  # type: ignore[attr-defined]


class TextFilter(MailFilter):
    """The same, of text messages: by their number, as people write it or not."""

    class Meta:
        model = TextOut
        fields = ("q", "state", "batch")

    def search(self, mails: QuerySet, _name: str, words: str) -> QuerySet[Any]:
        """Look in subjects and numbers."""
        digits = "".join(sign for sign in words if sign.isdigit()).removeprefix("0")
        found = Q(subject__icontains=words)
        return mails.filter(found | Q(recipient__contains=digits) if digits else found)
