"""What was written to people, as each reader may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from caracol.notifications import standard
from caracol.notifications.enums import Channel
from caracol.notifications.selectors import label_of, tone_of
from caracol.ui.atoms import short_day
from residents.enums import LANGUAGES
from residents.models import ContractHolder, Person, ResidentMessage
from residents.permissions import MESSAGE_WRITERS, message_kinds
from residents.selectors.stays import terms_in_force

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
    place: str = ""

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
    rows = rows.visible_to(user).select_related("mail", "text", "written_by", "handed_by")
    return [line_of(row) for row in rows.order_by("-written_at", "-pk")]


def messages_seen(user: Any, roles: Any) -> Any:
    """Return the messages that the user may know through these roles, with what a list shows."""
    rows = ResidentMessage.objects.visible_to(user, roles)
    kinds = dict(message_kinds(user.roles & roles))
    return rows.filter(kind__in=kinds).select_related(
        "person", "mail", "text", "written_by", "handed_by"
    )


def line_of(row: ResidentMessage, place: str = "") -> MessageLine:
    """Return a message with its state in words, and where a letter is handed over."""
    way = row.mail or row.text
    tongue = standard.tongue_of(row.language)
    return MessageLine(
        message=row,
        state=label_of(way) if way else _handed(row),
        tone=tone_of(way) if way else ("success" if row.handed_on else "warning"),
        icon=ICONS[Channel(row.channel)],
        language=LANGUAGES.get(row.language, row.language),
        direction=tongue.direction,
        place=place,
    )


def places_lived(user: Any, people: Iterable[int], day: date) -> dict[int, str]:
    """Return where each person lives on a day, as far as the user may see: "Chambre 03, …"."""
    holders = ContractHolder.objects.visible_to(user).filter(
        person__in=list(people), contract__in=terms_in_force(day).values("contract")
    )
    contracts = dict(holders.order_by("pk").values_list("contract", "person"))
    terms = terms_in_force(day).filter(contract__in=contracts)
    return {
        contracts[line.contract_id]: f"Chambre {line.room.number}, {line.room.colocation.name}"
        for line in terms.select_related("room__colocation")
    }


def _handed(row: ResidentMessage) -> str:
    return f"Remise le {short_day(row.handed_on)}" if row.handed_on else "À remettre"


def may_read(user: Any, row: ResidentMessage) -> bool:
    """Tell whether the user's roles may know a message of this kind."""
    return bool(MESSAGE_WRITERS.get(row.kind, frozenset()) & user.roles)
