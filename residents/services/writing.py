"""Write a standard message to residents, each in their language and by a way they accept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.notifications import standard
from caracol.notifications.enums import Channel
from caracol.notifications.hours import next_allowed
from caracol.notifications.services import queue_mail, queue_text
from caracol.notifications.standard import FRENCH, Phrase, Words
from caracol.notifications.telephones import mobile_number
from residents.enums import BINDING
from residents.models import ContractHolder, Person, ResidentMessage
from residents.permissions import MESSAGE_WRITERS

WRITTEN = history.label("residents.message-written", "Message écrit")
TEMPLATE = "notifications/message"
BEST = "BEST"


class WritingRefused(Refused):
    """The message cannot be written as asked."""


@dataclass(frozen=True)
class Letter:
    """A message made ready for one person: by which way, in which words; `why_not` it stays."""

    person: Person
    channel: str
    words: Words
    french: Words
    why_not: str = ""

    @property
    def is_in_french_for_want(self) -> bool:
        """Whether the person reads another language than the one it is written in."""
        read = standard.READS.get(self.person.language, self.person.language)
        return standard.READS.get(self.words.language, self.words.language) != read


def prepare(
    *, people: Iterable[Person], kind: str, facts: Mapping[str, str], channel: str = BEST
) -> list[Letter]:
    """Return the message as each person would get it: two queries, whatever their number.

    ``channel`` is a way, or BEST: the text message, else the mail, else a paper. Raises
    PhraseRefused when a fact is missing.
    """
    people = list(people)
    words = standard.phrases(kind, [person.language for person in people])
    return [_letter(person, words, facts, channel) for person in people]


def _letter(
    person: Person, words: Mapping[str, Phrase], facts: Mapping[str, str], channel: str
) -> Letter:
    way, why_not = _way(person, channel)
    own = {"first_name": person.first_name, **facts}
    return Letter(
        person,
        way,
        standard.fill(words[person.language], own),
        standard.fill(words[FRENCH], own),
        why_not,
    )


def _way(person: Person, channel: str) -> tuple[str, str]:
    if person.died_on:
        return "", "personne décédée"
    texts = person.sms_consent and bool(mobile_number(person.phone))
    mails = person.email_consent and bool(person.email)
    if channel == BEST:
        return (Channel.SMS if texts else Channel.EMAIL if mails else Channel.PAPER), ""
    if channel == Channel.SMS and not texts:
        return "", "n'accepte pas les SMS, ou n'a pas de mobile connu"
    if channel == Channel.EMAIL and not mails:
        return "", "n'accepte pas les courriels, ou n'a pas d'adresse"
    return channel, ""


@transaction.atomic
def write_messages(
    *,
    people: Sequence[Person],
    kind: str,
    facts: Mapping[str, str],
    channel: str,
    key: str,
    actor: User,
) -> list[ResidentMessage]:
    """Write to each person who can be reached; the same ``key`` writes nothing twice.

    Text messages and mails leave at once in the day, else at the next hour when people may be
    reached. Raises PhraseRefused, MailRefused, WritingRefused.
    """
    if not MESSAGE_WRITERS[kind] & actor.roles:
        raise WritingRefused("Votre rôle n'écrit pas ce message.")
    letters = prepare(people=people, kind=kind, facts=facts, channel=channel)
    leaves_at = next_allowed(clock.now())
    places = _territories(people)
    sent = {_key(key, letter): letter for letter in letters if not letter.why_not}
    rows = ResidentMessage.objects.filter(dedup_key__in=sent)
    known = {row.dedup_key: row for row in rows}
    with history.act(WRITTEN, actor=actor):
        return [
            known.get(own_key)
            or _write(letter, own_key, leaves_at, places.get(letter.person.pk), actor)
            for own_key, letter in sent.items()
        ]


def _key(key: str, letter: Letter) -> str:
    return f"resident:{key}:{letter.person.pk}"


def _territories(people: Sequence[Person]) -> dict[int, Territory]:
    """Return where each person's messages are followed: their contract's place, else their own."""
    holders = ContractHolder.objects.filter(person__in=people, contract__status__in=BINDING)
    rows = holders.select_related("contract__territory").order_by("contract__starts_on", "pk")
    own = Person.objects.filter(pk__in=[each.pk for each in people], territory__isnull=False)
    found = {each.pk: each.territory for each in own.select_related("territory")}
    return {**found, **{row.person_id: row.contract.territory for row in rows}}  # type: ignore[dict-item]


def _write(
    letter: Letter, own_key: str, leaves_at: datetime, territory: Territory | None, actor: User
) -> ResidentMessage:
    words, french = letter.words, letter.french
    mail = text = None
    if letter.channel == Channel.EMAIL:
        mail = queue_mail(
            dedup_key=own_key,
            to=letter.person.email,
            subject=words.subject,
            template=TEMPLATE,
            context={"words": words, "french": french if words.language != FRENCH else None},
            requested_by=actor,
            territory=territory,
            not_before=leaves_at,
        )
    elif letter.channel == Channel.SMS:
        text = queue_text(
            dedup_key=own_key,
            to=letter.person.phone,
            subject=french.subject,
            body=words.sms,
            requested_by=actor,
            territory=territory,
            not_before=leaves_at,
        )
    by_text = letter.channel == Channel.SMS
    return ResidentMessage.objects.create(
        person=letter.person,
        kind=words.kind,
        channel=letter.channel,
        language=words.language,
        subject=french.subject,
        words=words.sms if by_text else _whole(words),
        french=french.sms if by_text else _whole(french),
        mail=mail,
        text=text,
        dedup_key=own_key,
        written_by=actor,
        written_at=clock.now(),
    )


def _whole(words: Words) -> str:
    return "\n\n".join([words.greeting, *words.paragraphs, words.closing])
