"""What was written to people, as each reader may see it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from caracol.notifications import standard
from caracol.notifications.enums import Channel
from caracol.notifications.selectors import label_of, tone_of
from residents.enums import LANGUAGES
from residents.models import Person, ResidentMessage
from residents.permissions import MESSAGE_WRITERS, message_kinds

ICONS = {Channel.SMS: "device-mobile", Channel.EMAIL: "mail", Channel.PAPER: "file-text"}


@dataclass(frozen=True)
class MessageLine:
    """A message, how it went, and who wrote it."""

    message: ResidentMessage
    state: str
    tone: str
    icon: str
    language: str
    direction: str

    @property
    def url(self) -> str:
        """Where it is read."""
        return reverse("residents:message-detail", args=[self.message.pk])

    @property
    def way(self) -> str:
        """By which way it left."""
        return Channel(self.message.channel).label


def messages_to(user: Any, person: Person) -> list[MessageLine]:
    """Return what was written to a person, of the kinds the user's roles may know, latest first."""
    kinds = dict(message_kinds(user.roles))
    rows = ResidentMessage.objects.filter(person=person, kind__in=kinds)
    rows = rows.visible_to(user).select_related("mail", "text", "written_by")
    return [line_of(row) for row in rows.order_by("-written_at", "-pk")]


def messages_seen(user: Any, roles: Any) -> Any:
    """Return the messages that the user may know through these roles, with what a list shows."""
    rows = ResidentMessage.objects.visible_to(user, roles)
    kinds = dict(message_kinds(user.roles & roles))
    return rows.filter(kind__in=kinds).select_related("person", "mail", "text", "written_by")


def line_of(row: ResidentMessage) -> MessageLine:
    """Return a message with its state in words."""
    way = row.mail or row.text
    tongue = standard.tongue_of(row.language)
    return MessageLine(
        message=row,
        state=label_of(way) if way else "À remettre",
        tone=tone_of(way) if way else "neutral",
        icon=ICONS[Channel(row.channel)],
        language=LANGUAGES.get(row.language, row.language),
        direction=tongue.direction,
    )


def may_read(user: Any, row: ResidentMessage) -> bool:
    """Tell whether the user's roles may know a message of this kind."""
    return bool(MESSAGE_WRITERS.get(row.kind, frozenset()) & user.roles)
