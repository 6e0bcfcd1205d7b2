"""What the form of a contract has at hand: rules of the day, free rooms, usual words, people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from caracol.core.money import ZERO
from caracol.core.periods import Span, add_months
from colocations.models import OwnerAgreement, Room
from residents.calculations.amounts import Asked, deposit_cap
from residents.calculations.duration import proposed_end, said_cut
from residents.calculations.type_rule import TypeRule
from residents.enums import ContractKind, ContractStatus
from residents.models import Contract, Person
from residents.selectors.availability import RoomList, free_rooms
from residents.selectors.contracts import upstream_end
from residents.selectors.finding import matching
from residents.selectors.people import people_seen
from residents.selectors.proposals import FACTS
from residents.selectors.rules import rules_in_force

USUAL_MONTHS = 6
MOST_FOUND = 6


@dataclass(frozen=True)
class Desk:
    """What a contract form offers to its author on a day."""

    rules: dict[str, TypeRule]
    rooms: RoomList
    person: Person
    candidates: list[Person] = field(default_factory=list)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The types that a rule of the day allows."""
        return [(value, label) for value, label in ContractKind.choices if value in self.rules]


def desk_for(
    user: Any,
    roles: Any,
    person: Person,
    span: Span,
    *,
    keep_room: int | None = None,
    chosen: Iterable[int] = (),
    words: str = "",
    day: date,
) -> Desk:
    """Return what the form offers: rooms free over a span, people chosen or found by words."""
    return Desk(
        rules=rules_in_force(day),
        rooms=free_rooms(user, roles, span, keep_room),
        person=person,
        candidates=desk_people(user, roles, [person.pk], chosen, words),
    )


def desk_people(
    user: Any, roles: Any, signing: Iterable[int], chosen: Iterable[int], words: str
) -> list[Person]:
    """Return the people who may sign too: those ticked already, then those who match."""
    seen = Person.objects.visible_to(user, roles).exclude(pk__in=list(signing))
    ticked = list(seen.filter(pk__in=list(chosen)).order_by("search_key", "pk"))
    if not words.strip():
        return ticked
    found = matching(people_seen(user), user, words).filter(pk__in=seen.values("pk"))
    others = found.exclude(pk__in=[each.pk for each in ticked])
    return ticked + list(others.order_by("search_key", "pk")[:MOST_FOUND])


def usual_kind(room: Room | None) -> str:
    """Return the type last signed in the room's home, else the association's own."""
    signed = Contract.objects.exclude(
        status__in=[ContractStatus.DRAFT, ContractStatus.CANCELLED]
    ).order_by("-starts_on", "-pk")
    if room is not None:
        last = signed.filter(terms__room__colocation=room.colocation_id).first()
        if last is not None:
            return last.kind
    return ContractKind.CRT


def usual_words(kind: str, room: Room | None) -> dict[str, Any]:
    """Return what the last contract of the type said, on the same site if there is one.

    The causes for which the owner may end the agreement are those of the contract too.
    """
    signed = (
        Contract.objects.filter(kind=kind)
        .exclude(status__in=[ContractStatus.DRAFT, ContractStatus.CANCELLED])
        .order_by("-starts_on", "-pk")
    )
    words: dict[str, Any] = {}
    if room is None:
        return words
    site = room.colocation.site
    on_site = signed.filter(terms__room__colocation__site=site).first()
    last = on_site or signed.filter(territory=site.territory_id).exclude(purpose="").first()
    if last is not None:
        names = [*FACTS, "revision_quarter"] if on_site else ["purpose"]
        words = {name: getattr(last, name) for name in names}
    if not words.get("objective_causes"):
        agreement = OwnerAgreement.objects.filter(site=site).order_by("-ends_on").first()
        words["objective_causes"] = agreement.objective_causes if agreement else ""
        if agreement and not words.get("approval_reference"):
            words["approval_reference"] = agreement.approval_reference
    return words


@dataclass(frozen=True)
class Usual:
    """What a form left empty stands for: the room's amounts, the type's usual duration."""

    ends_on: date
    fee: Decimal
    charges: Decimal
    deposit: Decimal
    cut: str = ""
    """That it ends before the months asked for, with the owner's agreement; else nothing."""


def usual_values(
    rule: TypeRule, room: Room, starts_on: date, months: int | None, charges_mode: str
) -> Usual:
    """Return the amounts of the room as the type allows them, and the end of the duration."""
    owner_end = upstream_end(room.colocation.site_id)
    months = months or usual_months(rule)
    all_in = charges_mode == "ALL_IN"
    fee = room.fee + room.charges if all_in else room.fee
    charges = ZERO if all_in else room.charges
    cap = deposit_cap(rule, Asked(fee, charges))
    deposit = room.deposit if cap is None else min(room.deposit, cap)
    ends_on = proposed_end(rule, starts_on, months, owner_end)
    return Usual(ends_on, fee, charges, deposit, said_cut(starts_on, ends_on, months))


def usual_months(rule: TypeRule) -> int:
    """Return how long a contract of the type lasts when nobody says: half a year, or its least."""
    most = rule.max_total_months or USUAL_MONTHS
    return max(rule.min_months or 0, min(USUAL_MONTHS, most))


def usual_span(starts_on: date | None, ends_on: date | None, months: int | None, day: date) -> Span:
    """Return the days for which rooms are looked for, as far as the form says them."""
    first = starts_on or day
    last = ends_on or add_months(first, months or 1)
    return Span(first, max(first, last))


def drafts_of(people: Iterable[Person]) -> Any:
    """Return the drafts that people have already: to take up again rather than write twice."""
    held = Q(holders__person__in=list(people))
    return Contract.objects.filter(held, status=ContractStatus.DRAFT).distinct()
