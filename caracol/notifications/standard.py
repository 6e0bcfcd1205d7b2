"""The standard messages to residents: their words in each language, filled for one person.

The words delivered are the files of `phrases/`; the team's own (`PhraseText`) go before them. A
language without words is answered in French, and the page says so. No message bears a sensitive
fact: it may be read on a shared telephone (TRUST, "no sensitive fact in an e-mail").
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from caracol.core.errors import Refused
from caracol.notifications.models import PhraseText
from caracol.notifications.telephones import segments

FRENCH = "fr"
# A language that reads another's words.
READS = {"prs": "fa"}
KINDS = {
    "due_notice": "Avis d'échéance",
    "insurance": "Assurance",
    "appointment": "Rendez-vous",
    "visit": "Visite",
    "procedure": "Démarche à faire",
    "call_us": "Nous appeler",
}
FIELDS = {
    "month": "Mois",
    "date": "Date",
    "time": "Heure",
    "place": "Lieu",
    "contact": "Personne à joindre",
    "phone": "Téléphone à appeler",
}
_PLACE = re.compile(r"{(\w*)}")
_ISOLATE = "\u2068{}\u2069"


class PhraseRefused(Refused):
    """Words that cannot be sent."""


@dataclass(frozen=True)
class Phrase:
    """A standard message in a language, its places still open."""

    kind: str
    language: str
    subject: str
    body: tuple[str, ...]
    sms: str
    is_ours: bool = False
    reviewed_by: str = ""


@dataclass(frozen=True)
class Tongue:
    """How a language is written: its own name, its direction, how it greets and closes."""

    code: str
    name: str
    direction: str
    greeting: str
    closing: str


@dataclass(frozen=True)
class Words:
    """A message filled for one person."""

    kind: str
    language: str
    direction: str
    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    closing: str
    sms: str
    is_reviewed: bool

    @property
    def segments(self) -> int:
        """How many text messages the operator bills."""
        return segments(self.sms)


@cache
def _delivered(language: str) -> dict[str, Any]:
    file = resources.files("caracol.notifications") / "phrases" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@cache
def delivered_languages() -> tuple[str, ...]:
    """Return the codes of the languages whose words are delivered, French first."""
    folder = resources.files("caracol.notifications") / "phrases"
    codes = {file.name.removesuffix(".toml") for file in folder.iterdir() if ".toml" in file.name}
    return tuple(sorted(codes, key=lambda code: (code != FRENCH, code)))


def tongue_of(language: str) -> Tongue:
    """Return how a language is written; one that nobody delivered is written as French."""
    found = _delivered(READS.get(language, language)) or _delivered(FRENCH)
    code = language if _delivered(READS.get(language, language)) else FRENCH
    return Tongue(code, found["language"], found["direction"], found["greeting"], found["closing"])


def places_of(kind: str) -> list[str]:
    """Return what must be filled in a message, in the order people are asked for it."""
    _known(kind)
    french = _delivered(FRENCH)[kind]
    used = set(_PLACE.findall(" ".join([*french["body"], french["sms"], french["subject"]])))
    return [name for name in FIELDS if name in used]


def delivered(kind: str, language: str) -> Phrase | None:
    """Return the words delivered with the product, or None in a language it does not speak."""
    _known(kind)
    own = _delivered(READS.get(language, language)).get(kind)
    if own is None:
        return None
    return Phrase(kind, language, own["subject"], tuple(own["body"]), own["sms"])


def phrases(kind: str, languages: Iterable[str]) -> dict[str, Phrase]:
    """Return the words of a message for each language: ours, else those delivered, else French."""
    wanted = {*languages, FRENCH}
    lookup = {READS.get(code, code) for code in wanted} | wanted
    ours = {
        row.language: _of_row(row)
        for row in PhraseText.objects.filter(kind=kind, language__in=lookup)
    }

    def found(code: str) -> Phrase | None:
        return ours.get(code) or ours.get(READS.get(code, code)) or delivered(kind, code)

    french = found(FRENCH)
    if french is None:  # a message without French words is a mistake of ours
        raise LookupError(kind)
    return {code: found(code) or french for code in wanted}


def _of_row(row: PhraseText) -> Phrase:
    body = tuple(part.strip() for part in row.body.split("\n\n") if part.strip())
    return Phrase(
        row.kind,
        row.language,
        row.subject,
        body,
        row.sms,
        is_ours=True,
        reviewed_by=row.reviewed_by,
    )


def fill(phrase: Phrase, facts: Mapping[str, str]) -> Words:
    """Fill a message. Raises PhraseRefused when a place stays empty."""
    tongue = tongue_of(phrase.language)
    rtl = tongue.direction == "rtl"
    missing = [
        FIELDS[name] for name in places_of(phrase.kind) if not (facts.get(name) or "").strip()
    ]
    if missing:
        raise PhraseRefused(f"Il manque : {', '.join(missing).lower()}.")
    # In a line read from the right, each fact keeps its own order of signs.
    apart = {key: _ISOLATE.format(fact) if rtl else fact for key, fact in facts.items()}
    short = {key: _short(key, fact) for key, fact in facts.items()}
    return Words(
        kind=phrase.kind,
        language=phrase.language,
        direction=tongue.direction,
        subject=phrase.subject,
        greeting=_put(tongue.greeting, apart),
        paragraphs=tuple(_put(part, apart) for part in phrase.body),
        closing=tongue.closing,
        sms=_put(phrase.sms, short if rtl else dict(facts)),
        is_reviewed=phrase.language == FRENCH or bool(phrase.reviewed_by),
    )


def _short(key: str, fact: str) -> str:
    """Return a fact as a text message read from the right bears it: two signs more, only if due."""
    if key == "phone":
        return fact.replace(" ", "")
    return _ISOLATE.format(fact) if " " in fact else fact


def check_places(kind: str, *texts: str) -> None:
    """Refuse words with a place that the message does not know, or without one it needs.

    Raises PhraseRefused, naming the places.
    """
    known = {*places_of(kind), "first_name"}
    used = set(_PLACE.findall(" ".join(texts)))
    strange = sorted(used - known)
    if strange:
        raise PhraseRefused(
            "Ces repères n'existent pas ici : " + ", ".join(f"{{{x}}}" for x in strange)
        )
    bare = re.sub(_PLACE, "", " ".join(texts))
    if "{" in bare or "}" in bare:
        raise PhraseRefused("Une accolade est ouverte ou fermée sans repère.")


def missing_places(kind: str, text: str) -> list[str]:
    """Return the places that a text of this message leaves out."""
    used = set(_PLACE.findall(text))
    return [name for name in places_of(kind) if name not in used]


def _put(text: str, facts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: facts.get(found[1], ""), text)


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise LookupError(kind)
