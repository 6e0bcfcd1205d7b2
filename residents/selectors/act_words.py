"""Acts on a contract as people type them: "avenant diallo", "départ de Firas", "congé R0012"."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from caracol.accounts.policy import PAGES, may
from caracol.core.text import sort_key
from colocations.models import Colocation
from colocations.selectors.rooms import rooms_named
from residents.enums import LIVING, ContractStatus
from residents.models import Contract, ContractHolder
from residents.selectors.acts import ACTS, Act, Offer, offers_among
from residents.selectors.finding import first_matching
from residents.selectors.people import people_seen
from residents.selectors.person import ContractCard, contract_cards

CONTRACT = "residents:contract-detail"
MOST_PEOPLE = 5
PREFIX = 4
"""A shorter word is one of an act only when it is the whole of it."""
_SMALL = {
    *("a", "au", "aux", "avec", "chez", "contrat", "d", "de", "des", "du", "en", "et", "l", "la"),
    *("le", "les", "par", "pour", "sur", "un", "une"),
}
_OPEN = (*sorted(LIVING), ContractStatus.ENDED, ContractStatus.DRAFT)
# How people also call an act, beside the words of its label.
_ALSO = {
    "residents:contract-sign": "signature",
    "residents:contract-edit": "corriger changer",
    "residents:contract-keys": "clef clefs",
    "residents:insurance-new": "assureur habitation",
    "residents:contract-renew": "renouvellement prolonger prolongation",
    "residents:contract-end": "sortie partir fin",
    "payments:settlement-prepare": "caution restituer",
    "residents:amendment-new": "modifier changer",
    "residents:contract-revise": "revision indexer",
    "residents:exit-complete": "depart cles adresse",
    "residents:contract-close": "cloturer cloture fermer",
    "residents:contract-documents": "attestation residence papier courrier lettre imprimer",
    "residents:notice-receive": "preavis",
    "residents:notice-give": "preavis resilier resiliation",
    "payments:payment-record": "reglement regler encaisser virement",
    "payments:account-detail": "solde dette",
    "payments:contract-deposit": "caution",
    "residents:contract-reopen": "depart sortie",
}


@dataclass(frozen=True)
class Wanted:
    """What a search asks: acts, and the words that name a person, a contract or a room."""

    acts: tuple[Act, ...]
    named: str


@dataclass(frozen=True)
class ActFound:
    """An act that may be done on a contract; no offer: the contract where it may not be."""

    card: ContractCard
    offer: Offer | None = None


def wanted_by(words: str) -> Wanted | None:
    """Read the acts and the names in what is typed; None when it lacks one or the other.

    A word of an act is one of its label or of its other names, or begins one.
    """
    typed = [word for word in sort_key(words).split() if word not in _SMALL]
    asked = [word for word in typed if _acts_called(word)]
    rest = [word for word in typed if word not in asked]
    if not asked or not rest:
        return None
    acts = [act for act in ACTS if all(_calls(word, act) for word in asked)]
    return Wanted(tuple(acts), " ".join(rest)) if acts else None


def _acts_called(word: str) -> bool:
    return any(_calls(word, act) for act in ACTS)


def _calls(word: str, act: Act) -> bool:
    known = set(sort_key(f"{act.label} {_ALSO.get(act.url_name, '')}").split()) - _SMALL
    return word in known or (len(word) >= PREFIX and any(one.startswith(word) for one in known))


def acts_found(user: Any, words: str, day: date, limit: int) -> list[ActFound]:
    """Return the acts that words ask for, on the open contracts they name, by right.

    Where none may be done, the contracts themselves: each says its state. Queries do not follow
    the number of contracts.
    """
    wanted = wanted_by(words)
    if wanted is None or not any(may(user, act.url_name) for act in wanted.acts):
        return []
    cards = contract_cards(user, _contracts(user, wanted.named)[:limit], day)
    found = [
        ActFound(card, offer)
        for card in cards
        for offer in offers_among(user, card, day, wanted.acts)
    ]
    return (found or [ActFound(card) for card in cards])[:limit]


def _contracts(user: Any, named: str) -> Any:
    """Return the open contracts of the people, the number or the room that words name."""
    homes = Colocation.objects.visible_to(user, PAGES["colocations:room-detail"])
    people = first_matching(people_seen(user), user, named, MOST_PEOPLE, rooms_named(homes, named))
    held = ContractHolder.objects.filter(person__in=list(people.values_list("pk", flat=True)))
    seen = Contract.objects.visible_to(user, PAGES[CONTRACT]).filter(status__in=_OPEN)
    return seen.filter(pk__in=held.values("contract")).order_by("-starts_on", "-pk")
