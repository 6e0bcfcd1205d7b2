"""All that was written to residents: the list, and the letters to print together."""

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts.policy import PAGES
from caracol.audit.models import AccessAction
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.pages import PageRequest, page, render_page
from caracol.core.text import sort_key
from caracol.notifications.enums import Channel
from caracol.notifications.services import sender
from caracol.notifications.standard import KINDS
from caracol.notifications.views import tabs
from caracol.ui import atoms
from residents.models import ResidentMessage
from residents.permissions import message_kinds
from residents.selectors.messages import line_of, messages_seen, places_lived

PER_PAGE = 50
MOST_PRINTED = 200


class MessageFilter(django_filters.FilterSet):
    """By the person's name, by message, by way."""

    q = django_filters.CharFilter(
        method="search", label="Personne", widget=forms.TextInput({"type": "search"})
    )
    kind = django_filters.ChoiceFilter(label="Message", empty_label="Tous les messages")
    channel = django_filters.ChoiceFilter(
        choices=Channel.choices, label="Voie", empty_label="Toutes les voies"
    )

    state = django_filters.ChoiceFilter(
        method="by_state",
        choices=[("waits", "Lettres à remettre"), ("handed", "Lettres remises")],
        label="État",
        empty_label="Tous les états",
    )

    class Meta:
        model = ResidentMessage
        fields = ("q", "kind", "channel", "state")

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = kinds

    def by_state(self, rows: QuerySet, _name: str, state: str) -> QuerySet[Any]:
        """Keep the letters still to be handed over, or those that were."""
        return rows.filter(channel=Channel.PAPER, handed_on__isnull=state == "waits")

    def search(self, rows: QuerySet, _name: str, words: str) -> QuerySet[Any]:
        """Find by any part of the name, without accents."""
        for word in sort_key(words).split():
            rows = rows.filter(person__search_key__contains=word)
        return rows


class MessageTable(tables.Table):
    """To whom, what, by which way, and how it went."""

    person = tables.Column("Personne", order_by=("person__search_key", "-written_at"))
    subject = tables.Column("Message")
    state = tables.Column("État", empty_values=(), orderable=False)
    written_at = tables.Column("Écrit le")

    class Meta:
        model = ResidentMessage
        fields = ("person", "subject", "state", "written_at")
        order_by = "-written_at"
        attrs = {"caption": "Messages aux résidents"}
        empty_text = "Aucun message"

    def render_person(self, record: ResidentMessage) -> SafeString:
        """The name, which opens the message; its language and way beneath."""
        line = line_of(record)
        return format_html(
            '<span><a class="row-link" href="{}">{}</a><span class="cell-note">{} en {}</span>'
            "</span>",
            line.url,
            record.person.full_name,
            line.way,
            line.language,
        )

    def render_subject(self, record: ResidentMessage) -> str:
        """The message's name among ours."""
        return KINDS.get(record.kind, record.subject)

    def render_state(self, record: ResidentMessage) -> SafeString:
        """Whether it left."""
        line = line_of(record)
        return atoms.status(line.state, line.tone)

    def render_written_at(self, record: ResidentMessage) -> SafeString:
        """The day, and who wrote it."""
        return format_html(
            '<span>{}<span class="cell-note">{}</span></span>',
            atoms.day(record.written_at),
            record.written_by,
        )


def _filter(request: PageRequest) -> MessageFilter:
    roles = PAGES[request.page_key]
    rows = messages_seen(request.user, roles)
    return MessageFilter(
        request.GET or None, queryset=rows, kinds=message_kinds(request.user.roles & roles)
    )


@page("residents:message-list")
def message_list(request: PageRequest) -> HttpResponse:
    """List what was written to residents; letters wait there to be printed."""
    found = _filter(request)
    table = MessageTable(found.qs)
    tables.RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    letters = found.qs.filter(channel=Channel.PAPER).count()
    context = {"table": table, "filters": found.form, "tabs": tabs(request), "letters": letters}
    return render_page(request, "residents/message_list.html", context)


@page("residents:message-print")
def message_print(request: PageRequest) -> HttpResponse:
    """Show the letters that the filters keep, one a sheet; written in the register."""
    rows = _filter(request).qs.filter(channel=Channel.PAPER).order_by("-written_at", "-pk")
    shown = list(rows[:MOST_PRINTED])
    places = places_lived(request.user, {row.person_id for row in shown}, clock.today())
    lines = [line_of(row, places.get(row.person_id, "")) for row in shown]
    record_access(
        actor=request.user,
        action=AccessAction.PRINT,
        label="Lettres aux résidents imprimées",
        page=request.page_key,
        rows=len(lines),
        request_id=getattr(request, "request_id", ""),
    )
    context = {"lines": lines, "association": sender()}
    return render_page(request, "residents/message_print.html", context)
