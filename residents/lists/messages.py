"""Write to several people at once, each in their language and by the way they accept."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms

from caracol.lists.bulk import BulkAct, Effect, register_act
from caracol.lists.definition import Reader
from caracol.notifications import standard
from caracol.notifications.enums import Channel
from residents.enums import LANGUAGES
from residents.forms.messages import MessageForm
from residents.lists.people import PEOPLE
from residents.permissions import message_kinds
from residents.services.writing import Letter, prepare, write_messages

PAGE = "residents:message-new"


class WriteTo(BulkAct):
    """One standard message to everybody chosen."""

    list_key = PEOPLE.key
    page_key = PAGE
    icon = "send"
    confirm = "Envoyer"
    done = ("{} message écrit.", "{} messages écrits.")
    reversible = False
    order = 60

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.code = f"person-write-{kind.replace('_', '-')}"
        self.label = f"Écrire : {standard.KINDS[kind].lower()}"
        self.lead = "À chaque personne dans sa langue, par la voie qu'elle accepte."

    def allowed(self, user: Any) -> bool:
        """Whether the user's roles write this message."""
        return super().allowed(user) and self.kind in dict(message_kinds(user.roles))

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """What the message says."""
        first = {"key": uuid4().hex, "contact": reader.user.get_full_name()}
        return MessageForm(data, kind=self.kind, initial=first)

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """By which way and in which language each would read it."""
        names = self.names(reader, rows)
        for letter in self._letters(rows, facts):
            label, url = names.get(letter.person.pk, (letter.person.reference, ""))
            yield Effect(
                pk=letter.person.pk,
                label=label,
                url=url,
                after=_said(letter),
                left_out=letter.why_not,
            )

    def _letters(self, rows: Sequence[Any], facts: Mapping[str, Any]) -> list[Letter]:
        form = self._filled(facts)
        return prepare(
            people=rows, kind=self.kind, facts=form.facts, channel=form.cleaned_data["channel"]
        )

    def _filled(self, facts: Mapping[str, Any]) -> MessageForm:
        form = MessageForm({}, kind=self.kind)
        form.cleaned_data = dict(facts)
        return form

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Write to each."""
        form = self._filled(facts)
        write_messages(
            people=self.rows(reader, [each.pk for each in effects]),
            kind=self.kind,
            facts=form.facts,
            channel=form.cleaned_data["channel"],
            key=form.cleaned_data["key"],
            actor=reader.user,
        )
        return []


def _said(letter: Letter) -> str:
    if not letter.channel:
        return ""
    way = Channel(letter.channel).label
    language = LANGUAGES.get(letter.words.language, letter.words.language)
    return f"{way}, en {language}"


for _kind in standard.KINDS:
    register_act(WriteTo(_kind))
