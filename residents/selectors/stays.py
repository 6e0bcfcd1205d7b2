"""Contracts as days lived in rooms: what the pages of homes ask."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import DateField, Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse

from colocations.selectors.occupancy import Move, Stay
from residents.enums import ContractStatus
from residents.models import ContractHolder, ContractTerms
from residents.permissions import Fact, Facts, facts_of_contracts

UNNAMED = "Résident·e"


def terms_in_force(day: date) -> QuerySet[ContractTerms]:
    """Terms that bind a room on a day."""
    return ContractTerms.objects.filter(binding=True, starts_on__lte=day, ends_on__gte=day)


def household(holders: Iterable[ContractHolder]) -> str:
    """Name a household: its main holder first."""
    ordered = sorted(holders, key=lambda holder: (not holder.is_main, holder.pk))
    return " et ".join(holder.person.full_name for holder in ordered) or UNNAMED


class ContractOccupancy:
    """Answers of the contracts about rooms (colocations.selectors.occupancy.Occupancy)."""

    def occupied(self, day: date) -> Any:
        """A contract binds the room on the day."""
        return Exists(terms_in_force(day).filter(room=OuterRef("pk")))

    def last_end(self, day: date) -> Any:
        """The last day lived in before the day."""
        past = ContractTerms.objects.filter(binding=True, room=OuterRef("pk"), ends_on__lt=day)
        latest = past.order_by("-ends_on").values("ends_on")[:1]
        return Subquery(latest, output_field=DateField())

    def next_start(self, day: date) -> Any:
        """The first day of the next contract after the day."""
        coming = ContractTerms.objects.filter(binding=True, room=OuterRef("pk"), starts_on__gt=day)
        first = coming.order_by("starts_on").values("starts_on")[:1]
        return Subquery(first, output_field=DateField())

    def next_home_end(self, day: date) -> Any:
        """The nearest end of the home's contracts in force on the day."""
        ends = terms_in_force(day).filter(room__colocation=OuterRef("pk"))
        nearest = ends.order_by("contract__ends_on").values("contract__ends_on")[:1]
        return Subquery(nearest, output_field=DateField())

    def stays_on(self, user: Any, rooms: Iterable[int], day: date) -> dict[int, Stay]:
        """Who lives in the rooms on the day, as far as the user may know."""
        terms = list(terms_in_force(day).filter(room__in=list(rooms)).select_related("contract"))
        return {line.room_id: stay for line, stay in _stays(user, terms)}

    def stays_in(self, user: Any, room: int) -> list[Stay]:
        """Everybody who lived in the room, latest first, as far as the user may know."""
        terms = ContractTerms.objects.filter(room=room, binding=True).select_related("contract")
        return [stay for _line, stay in _stays(user, list(terms.order_by("-starts_on")))]

    def moves(self, user: Any, home: int, since: date, until: date) -> list[Move]:
        """Who came to and left the home, latest first, as far as the user may know."""
        terms = (
            ContractTerms.objects.filter(room__colocation=home, binding=True)
            .select_related("contract")
            .filter(starts_on__lte=until, ends_on__gte=since)
        )
        moves = []
        for line, stay in _stays(user, list(terms)):
            label = stay.label if stay.label != UNNAMED else ""
            if line.starts_on == line.contract.starts_on >= since:
                moves.append(Move(line.starts_on, line.room_id, label, stay.url, arrives=True))
            left = line.contract.status in {ContractStatus.ENDED, ContractStatus.CLOSED}
            if left and line.ends_on == line.contract.ends_on <= until:
                moves.append(Move(line.ends_on, line.room_id, label, stay.url, arrives=False))
        return sorted(moves, key=lambda move: move.on, reverse=True)


def _stays(user: Any, terms: list[ContractTerms]) -> list[tuple[ContractTerms, Stay]]:
    contracts = {line.contract_id for line in terms}
    facts = facts_of_contracts(user, contracts)
    holders: dict[int, list[ContractHolder]] = defaultdict(list)
    for holder in ContractHolder.objects.filter(contract__in=contracts).select_related("person"):
        holders[holder.contract_id].append(holder)
    return [(line, _stay(line, holders[line.contract_id], facts)) for line in terms]


def _stay(line: ContractTerms, holders: list[ContractHolder], facts: dict[int, Facts]) -> Stay:
    known = facts.get(line.contract_id, frozenset())
    main = min(holders, key=lambda holder: not holder.is_main, default=None)
    person = main.person if main else None
    dated = Fact.DATES in known
    label, tone = contract_state(line.contract.status)
    return Stay(
        label=household(holders) if Fact.NAME in known else UNNAMED,
        url=reverse("residents:person-detail", args=[person.pk]) if person and known else "",
        phone=person.phone if person and Fact.PHONE in known else "",
        contract=line.contract.number if dated else "",
        contract_url=reverse("residents:contract-detail", args=[line.contract_id]) if dated else "",
        starts_on=line.starts_on if dated else None,
        ends_on=line.ends_on if dated else None,
        state=label if dated else "",
        tone=tone,
        fee=line.fee + line.charges if Fact.AMOUNTS in known else None,
    )


_TONES = {
    ContractStatus.DRAFT: "neutral",
    ContractStatus.SIGNED: "info",
    ContractStatus.IN_FORCE: "success",
    ContractStatus.NOTICE_GIVEN: "warning",
    ContractStatus.ENDED: "neutral",
    ContractStatus.CLOSED: "neutral",
    ContractStatus.CANCELLED: "neutral",
}


def contract_state(status: str) -> tuple[str, str]:
    """Return the words and the tone of a contract's state."""
    known = ContractStatus(status)
    return str(known.label), _TONES[known]
