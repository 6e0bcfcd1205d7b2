"""The list of outgoing mails."""

from datetime import datetime

import django_tables2 as tables
from django.utils.safestring import SafeString

from caracol.notifications import selectors
from caracol.notifications.models import MailOut, Outgoing, TextOut
from caracol.notifications.telephones import spoken_number
from caracol.ui import atoms


class MailTable(tables.Table):
    """To whom, about what, and whether it left."""

    subject = tables.Column(
        linkify=("notifications:mail-detail", {"pk": tables.A("pk")}),
        attrs={"td": {"class": "lead"}},
    )
    recipient = tables.Column()
    state = tables.Column()
    created_at = tables.Column()
    sent_at = tables.Column()

    class Meta:
        model = MailOut
        fields = ("subject", "recipient", "state", "created_at", "sent_at")
        order_by = "-created_at"
        attrs = {"caption": "Courriels"}
        empty_text = "Aucun courriel"

    def render_state(self, record: Outgoing) -> SafeString:
        """Say the state with its colour."""
        return atoms.status(selectors.label_of(record), selectors.tone_of(record))

    def render_created_at(self, value: datetime) -> SafeString:
        """Write the day."""
        return atoms.day(value)

    def render_sent_at(self, value: datetime) -> SafeString:
        """Write the day."""
        return atoms.day(value)


class TextTable(MailTable):
    """To which number, about what, how many were billed, and whether it left."""

    subject = tables.Column(
        linkify=("notifications:text-detail", {"pk": tables.A("pk")}),
        attrs={"td": {"class": "lead"}},
    )
    segments = tables.Column(attrs={"td": {"class": "number"}, "th": {"class": "number"}})

    class Meta:
        model = TextOut
        fields = ("subject", "recipient", "segments", "state", "created_at", "sent_at")
        order_by = "-created_at"
        attrs = {"caption": "SMS"}
        empty_text = "Aucun SMS"

    def render_recipient(self, value: str) -> str:
        """Space the number as people read it."""
        return spoken_number(value)
