"""Write who lives in a room without signing, counted against what the room is meant for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import Span
from caracol.core.versions import refuse_if_changed
from residents.calculations.household import most_at_once
from residents.calculations.place import check_room
from residents.calculations.verdicts import Verdict, doubts
from residents.models import Contract, ContractTerms, Occupant
from residents.selectors.proposals import room_facts
from residents.selectors.rules import surfaces_on
from residents.services.accepting import ReasonNeeded, keep_reasons

ADDED = history.label("residents.occupant-added", "Occupant·e ajouté·e")
EDITED = history.label("residents.occupant-edited", "Occupant·e corrigé·e")
REMOVED = history.label("residents.occupant-removed", "Occupant·e saisi·e par erreur, retiré·e")

VERSIONED = ("kind", "last_name", "first_name", "birth_date", "starts_on", "ends_on")
_CODES = frozenset({"capacity", "surface"})


class OccupantRefused(Refused):
    """The stay cannot be written as typed."""


@dataclass(frozen=True)
class Stay:
    """Who lives there without signing, and when."""

    kind: str
    last_name: str
    first_name: str
    starts_on: date
    ends_on: date | None = None
    birth_date: date | None = None


def crowding(contract: Contract, stay: Stay, leaving_out: Occupant | None = None) -> list[Verdict]:
    """Return what is doubtful about one more person in the rooms of a contract."""
    period = Span(stay.starts_on, min(stay.ends_on or contract.ends_on, contract.ends_on))
    others = contract.occupants.exclude(pk=leaving_out.pk if leaving_out else 0)
    stays = [Span(one.starts_on, one.ends_on or contract.ends_on) for one in others]
    stays += [Span(one.starts_on, one.ends_on) for one in contract.holders.all()]
    found: list[Verdict] = []
    lines = ContractTerms.objects.filter(contract=contract).select_related("room__colocation__site")
    for line in lines:
        days = Span(line.starts_on, line.ends_on).within(period)
        if days is not None:
            people = most_at_once([*stays, period], days)
            judged = check_room(room_facts(line.room), days, people, surfaces_on(days.first))
            found += [verdict for verdict in judged if verdict.code in _CODES]
    return doubts(found)


@transaction.atomic
def add_occupant(
    *, contract: Contract, stay: Stay, reasons: Mapping[str, str], today: date, actor: User
) -> Occupant:
    """Add somebody to a household. Raises OccupantRefused, ReasonNeeded."""
    with history.act(ADDED, actor=actor):
        locked = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=contract.pk)
        occupant = Occupant(contract=locked, **_facts(stay))
        _check(locked, stay)
        _accept(locked, crowding(locked, stay), reasons, today, actor)
        _save(occupant)
    return occupant


@transaction.atomic
def edit_occupant(
    *,
    occupant: Occupant,
    stay: Stay,
    reasons: Mapping[str, str],
    seen: str,
    today: date,
    actor: User,
) -> Occupant:
    """Correct somebody of a household, or say when they left.

    Raises ChangedMeanwhile, OccupantRefused, ReasonNeeded.
    """
    with history.act(EDITED, actor=actor):
        contract = Contract.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=occupant.contract_id
        )
        row = Occupant.objects.select_for_update(of=("self",)).get(pk=occupant.pk)
        refuse_if_changed(row, VERSIONED, seen)
        _check(contract, stay)
        _accept(contract, crowding(contract, stay, leaving_out=row), reasons, today, actor)
        for name, value in _facts(stay).items():
            setattr(row, name, value)
        _save(row)
    return row


@transaction.atomic
def remove_occupant(*, occupant: Occupant, actor: User) -> None:
    """Remove somebody typed by mistake; the history keeps it."""
    with history.act(REMOVED, actor=actor):
        Occupant.objects.filter(pk=occupant.pk).delete()


def _facts(stay: Stay) -> dict[str, object]:
    return {each.name: getattr(stay, each.name) for each in fields(stay)}


def _check(contract: Contract, stay: Stay) -> None:
    """Raise OccupantRefused when the stay lies outside the contract."""
    last = stay.ends_on or contract.ends_on
    if stay.starts_on < contract.starts_on or last > contract.ends_on or stay.starts_on > last:
        raise OccupantRefused(
            f"Le séjour tient dans le contrat : du {contract.starts_on:%d/%m/%Y} au "
            f"{contract.ends_on:%d/%m/%Y}."
        )


def _accept(
    contract: Contract,
    verdicts: list[Verdict],
    reasons: Mapping[str, str],
    today: date,
    actor: User,
) -> None:
    silent = [verdict for verdict in verdicts if not reasons.get(verdict.code, "").strip()]
    if silent:
        raise ReasonNeeded(silent)
    keep_reasons(contract=contract, verdicts=verdicts, reasons=reasons, actor=actor, today=today)


def _save(occupant: Occupant) -> None:
    try:
        occupant.full_clean()
    except ValidationError as error:
        raise OccupantRefused(" ".join(error.messages)) from error
    occupant.save()
