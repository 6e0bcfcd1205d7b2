"""Create, change, close and reopen homes."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from colocations.calculations.agreements import ARTICLE
from colocations.enums import LegalBasis
from colocations.models import Colocation, OwnerAgreement, Room
from colocations.selectors.occupancy import Bound, contracts
from colocations.services.doubts import NOTHING_ACCEPTED, Acceptance, Doubt, settle
from colocations.services.saving import both, current, save

CREATED = history.label("colocations.home-created", "Colocation créée")
CHANGED = history.label("colocations.home-changed", "Colocation modifiée")
CLOSED = history.label("colocations.home-closed", "Fermeture de la colocation")
REOPENED = history.label("colocations.home-reopened", "Colocation rouverte")

FIELDS = (
    "site", "code", "name", "opens_on", "dpe_class", "mission_officer", "mission_officer_email",
)  # fmt: skip
NAMED = 8
"""How many contracts a refusal names before it counts the others."""


class HomeRefused(Refused):
    """What a home's contracts or its agreement forbid."""


@transaction.atomic
def create_home(*, actor: User, **facts: Any) -> Colocation:
    """Create a home on a site. Raises Invalid."""
    with history.act(CREATED, actor=actor):
        home = Colocation(**_with_officer(facts))
        save(home)
    return home


@transaction.atomic
def edit_home(*, home: Colocation, actor: User, seen: str = "", **facts: Any) -> Colocation:
    """Change a home. Raises Invalid, ChangedMeanwhile, HomeRefused."""
    with history.act(CHANGED, actor=actor):
        before, held = both(home, facts, seen)
        _with_officer(facts)
        for name in ("mission_officer", "mission_officer_email"):
            setattr(held, name, facts.get(name, getattr(held, name)))
        rooms = Room.objects.filter(colocation=home).values("pk")
        if held.site_id != before.site_id and contracts().begun(rooms):
            raise HomeRefused(
                "Cette colocation ne change plus de site : des contrats y ont été signés. "
                "Corrigez plutôt l'adresse du site."
            )
        _refuse_before_opening(held, rooms, actor)
        save(held, facts)
    return held


def _with_officer(facts: dict[str, Any]) -> dict[str, Any]:
    """Keep the address of the officer beside the account, as the takeover does."""
    if facts.get("mission_officer"):
        facts["mission_officer_email"] = facts["mission_officer"].email
    return facts


def _refuse_before_opening(home: Colocation, rooms: Any, actor: User) -> None:
    earlier = contracts().bound(actor, rooms, date.min, home.opens_on - timedelta(days=1))
    if earlier:
        raise HomeRefused(
            f"La colocation ne peut pas ouvrir le {french_day(home.opens_on)} : "
            f"{named(earlier)}. Choisissez un jour qui ne vient pas après leur début."
        )


@transaction.atomic
def close_home(
    *,
    home: Colocation,
    closes_on: date,
    note: str,
    today: date,
    actor: User,
    seen: str = "",
    acceptance: Acceptance = NOTHING_ACCEPTED,
) -> Colocation:
    """Close a home after a last day, with its reason.

    Contracts that go on after it are shown and accepted: they become work to do. A day already
    past is refused while they do. Raises Invalid, ChangedMeanwhile, HomeRefused, Doubtful.
    """
    with history.act(CLOSED, actor=actor, reason=acceptance.reason or note):
        facts = {"closes_on": closes_on, "closing_note": note}
        held: Colocation = current(home, facts, seen)
        doubts = _beyond_agreement(held, closes_on, today) + _still_there(
            held, closes_on, today, actor
        )
        settle(doubts, acceptance)
        save(held, facts)
    return held


def _beyond_agreement(home: Colocation, closes_on: date, today: date) -> list[Doubt]:
    agreement = OwnerAgreement.objects.filter(site=home.site_id).order_by("-ends_on").first()
    if agreement is None or closes_on <= agreement.ends_on:
        return []
    end = french_day(agreement.ends_on)
    if closes_on > today:
        article = f" ({ARTICLE})" if agreement.legal_basis == LegalBasis.ELAN_29 else ""
        raise HomeRefused(
            f"La convention du propriétaire finit le {end} : le bâtiment est rendu libre de toute "
            f"occupation à cette date{article}. Fermez au plus tard ce jour-là, ou enregistrez "
            "d'abord la prolongation de la convention."
        )
    text = f"La convention du propriétaire est finie depuis le {end}, avant cette fermeture."
    return [Doubt(f"agreement:{agreement.ends_on}:{closes_on}", text)]


def _still_there(home: Colocation, closes_on: date, today: date, actor: User) -> list[Doubt]:
    rooms = Room.objects.filter(colocation=home).values("pk")
    after = contracts().bound(actor, rooms, closes_on + timedelta(days=1), None)
    if not after:
        return []
    if closes_on < today:
        raise HomeRefused(
            f"La colocation ne peut pas avoir fermé le {french_day(closes_on)} : {named(after)}. "
            "Terminez d'abord ces contrats, ou choisissez un jour à venir."
        )
    return [outlasting(after, closes_on, "cette fermeture")]


def outlasting(bound: list[Bound], day: date, what: str) -> Doubt:
    """Return the doubt raised by contracts that go on after a day: who, until when."""
    many = f"{len(bound)} contrats vont" if len(bound) > 1 else "1 contrat va"
    text = (
        f"{many} au-delà de {what}, le {french_day(day)}, et ne se raccourci"
        f"{'ssent' if len(bound) > 1 else 't'} pas tout seul{'s' if len(bound) > 1 else ''} : "
        "un travail à faire, « contrats à raccourcir », s'ouvrira."
    )
    facts = ",".join(f"{one.key}@{one.ends_on}" for one in bound)
    return Doubt(f"outlast:{day}:{facts}", text, tuple(one.words for one in bound))


def named(bound: list[Bound]) -> str:
    """Name contracts in a sentence; many are counted."""
    words = " ; ".join(one.words for one in bound[:NAMED])
    rest = len(bound) - NAMED
    return words if rest <= 0 else f"{words} ; et {rest} autre{'s' if rest > 1 else ''}"


@transaction.atomic
def reopen_home(
    *,
    home: Colocation,
    today: date,
    actor: User,
    seen: str = "",
    acceptance: Acceptance = NOTHING_ACCEPTED,
) -> Colocation:
    """Take the closing of a home back. Raises ChangedMeanwhile, Doubtful."""
    with history.act(REOPENED, actor=actor, reason=acceptance.reason):
        facts = {"closes_on": None, "closing_note": ""}
        held: Colocation = current(home, facts, seen)
        if not OwnerAgreement.objects.filter(site=held.site_id, ends_on__gte=today).exists():
            text = (
                "Aucune convention du propriétaire n'est en cours : aucun contrat ne pourra y être "
                "signé."
            )
            settle([Doubt("no-agreement", text)], acceptance)
        save(held, facts)
    return held
