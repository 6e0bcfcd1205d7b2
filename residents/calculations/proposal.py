"""A contract as somebody proposes it, judged by every rule at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from caracol.core.periods import Span
from residents.calculations.amounts import Asked, check_amounts
from residents.calculations.duration import Earlier, check_duration, check_earlier
from residents.calculations.facts import check_facts
from residents.calculations.place import RoomFacts, Surfaces, check_room
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, refused


@dataclass(frozen=True)
class Surroundings:
    """What the world says of a proposal: room, owner's end, earlier contracts, surfaces."""

    room: RoomFacts
    owner_end: date | None
    earlier: tuple[Earlier, ...] = ()
    surfaces: Surfaces | None = None


@dataclass(frozen=True)
class Proposal:
    """What is proposed: days, amounts, people, and what the contract says in words."""

    starts_on: date
    ends_on: date
    asked: Asked
    people: int = 1
    facts: Mapping[str, str] = field(default_factory=dict)
    landlord_is_person: bool = False
    revision_quarter: int | None = None


def examine(rule: TypeRule, proposal: Proposal, around: Surroundings) -> list[Verdict]:
    """Return what every rule says of a proposal, in the order of a form."""
    dates = check_duration(
        rule,
        proposal.starts_on,
        proposal.ends_on,
        around.owner_end,
        landlord_is_person=proposal.landlord_is_person,
    )
    if proposal.ends_on < proposal.starts_on:
        return dates
    return [
        *check_room(
            around.room,
            Span(proposal.starts_on, proposal.ends_on),
            proposal.people,
            around.surfaces,
        ),
        *dates,
        *check_earlier(rule, proposal.starts_on, proposal.ends_on, around.earlier),
        *check_amounts(rule, proposal.asked),
        *_check_clauses(rule, proposal),
        *check_facts(rule, proposal.facts),
    ]


def _check_clauses(rule: TypeRule, proposal: Proposal) -> list[Verdict]:
    found = []
    if proposal.revision_quarter is not None and not rule.index_revision:
        text = f"{rule.label} : aucune révision par l'IRL n'est permise."
        found.append(refused("revision-clause", text, rule.source, "revision_quarter"))
    return found
