"""Contracts as days lived in rooms: what the pages of homes ask."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length
from django.urls import reverse

from caracol.core import clock
from colocations.selectors.occupancy import (
    UNNAMED,
    Bound,
    Household,
    Leaver,
    Lodging,
    Move,
    Stay,
)
from residents.enums import LIVING, ContractStatus, ExitDestination
from residents.models import Contract, ContractHolder, ContractTerms, Notice
from residents.permissions import Fact, Facts, facts_of_contracts, may_ever

ARRIVING_DAYS = 31


def terms_in_force(day: date) -> QuerySet[ContractTerms]:
    """Terms that bind a room on a day."""
    return ContractTerms.objects.filter(binding=True, starts_on__lte=day, ends_on__gte=day)


def household(holders: Iterable[ContractHolder]) -> str:
    """Name a household: its main holder first."""
    ordered = sorted(holders, key=lambda holder: (not holder.is_main, holder.pk))
    return " et ".join(holder.person.full_name for holder in ordered) or UNNAMED


def holders_of(user: Any, contracts: Iterable[int]) -> dict[int, list[ContractHolder]]:
    """Return who holds each contract, as far as the user may read of them."""
    holders: dict[int, list[ContractHolder]] = defaultdict(list)
    seen = ContractHolder.objects.visible_to(user).filter(contract__in=list(contracts))
    for holder in seen.select_related("person"):
        holders[holder.contract_id].append(holder)
    return holders


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
        """Everybody who lived in the room, latest first, as far as the user may know.

        Of whom nothing may be known there is no line. Who may not know the dates has no need of
        who left the room, nor of their telephone.
        """
        terms = ContractTerms.objects.filter(room=room, binding=True).select_related("contract")
        if Fact.DATES not in may_ever(user):
            terms = terms.filter(ends_on__gte=clock.today())
        stays = [stay for _line, stay in _stays(user, list(terms.order_by("-starts_on")))]
        return [stay for stay in stays if stay.known]

    def lodgings(
        self, user: Any, rooms: Iterable[int], first: date, last: date, day: date
    ) -> list[Lodging]:
        """Who has the rooms between two days, in order; one row a contract and a room."""
        within = Q(contract__starts_on__lte=last, contract__ends_on__gte=first)
        left = Q(contract__status__in=LIVING, contract__ends_on__lt=min(first, day))
        lines = ContractTerms.objects.filter(within | left, binding=True, room__in=list(rooms))
        terms = list(lines.select_related("contract").order_by("room", "starts_on"))
        notices = _notices({line.contract_id for line in terms})
        found: list[Lodging] = []
        for line, stay in _stays(user, terms):
            lodging = _lodging(line, stay, notices.get(line.contract_id), day)
            if found and _follows(found[-1], lodging):
                found[-1] = replace(lodging, first=found[-1].first)
            else:
                found.append(lodging)
        return found

    def leavers(self, user: Any, homes: Iterable[int], day: date) -> list[Leaver]:
        """Who lives, or will live, in the homes from a day on, in the order of the rooms."""
        terms = list(
            ContractTerms.objects.filter(
                binding=True,
                room__colocation__in=list(homes),
                ends_on=F("contract__ends_on"),
                contract__status__in=LIVING,
            )
            .select_related("contract", "room")
            .order_by("room__colocation", Length("room__number"), "room__number", "starts_on")
        )
        ids = {line.contract_id for line in terms}
        notices, facts = _notices(ids), facts_of_contracts(user, ids)
        return [
            _leaver(line, stay, notices.get(line.contract_id), facts[line.contract_id])
            for line, stay in _stays(user, terms)
        ]

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

    def bound(self, user: Any, rooms: Any, first: date, last: date | None) -> list[Bound]:
        """The contracts that bind rooms on some days, first to end first."""
        terms = ContractTerms.objects.filter(binding=True, room__in=rooms, ends_on__gte=first)
        if last is not None:
            terms = terms.filter(starts_on__lte=last)
        rows = list(terms.select_related("contract", "room").order_by("starts_on"))
        merged: dict[tuple[int, int], tuple[ContractTerms, Stay]] = {}
        for line, stay in _stays(user, rows):
            key = line.contract_id, line.room_id
            first_day = merged[key][1].starts_on if key in merged else stay.starts_on
            merged[key] = line, replace(stay, starts_on=first_day)
        ordered = sorted(merged.values(), key=lambda pair: (pair[0].ends_on, pair[0].pk))
        return [_bound(line, stay) for line, stay in ordered]

    def begun(self, rooms: Any) -> bool:
        """Whether a contract binds, or bound, one of the rooms."""
        return ContractTerms.objects.filter(binding=True, room__in=rooms).exists()

    def living(self, rooms: Any) -> int:
        """How many contracts are signed or in force in the rooms."""
        living = Contract.objects.filter(status__in=LIVING, terms__room__in=rooms)
        return living.distinct().count()

    def households(self, user: Any, numbers: Iterable[str]) -> dict[str, Household]:
        """Who the contracts of these numbers house, as far as the user may know."""
        found = list(Contract.objects.filter(number__in=list(numbers)))
        return {household.contract: household for household in _households(user, found)}

    def present(self, user: Any, home: int, day: date) -> list[Household]:
        """The households of a home on a day, those who arrive within a month included."""
        terms = ContractTerms.objects.filter(
            room__colocation=home,
            binding=True,
            starts_on__lte=day + timedelta(days=ARRIVING_DAYS),
            ends_on__gte=day,
        )
        living = Contract.objects.filter(pk__in=terms.values("contract"), status__in=LIVING)
        return sorted(_households(user, list(living)), key=lambda household: household.label)


def _bound(line: ContractTerms, stay: Stay) -> Bound:
    return Bound(
        key=line.contract.number,
        room_id=line.room_id,
        room=line.room.number,
        label=stay.label,
        url=stay.url,
        contract=stay.contract,
        contract_url=stay.contract_url,
        starts_on=stay.starts_on,
        ends_on=stay.ends_on,
    )


def _households(user: Any, contracts: list[Contract]) -> list[Household]:
    ids = [contract.pk for contract in contracts]
    facts = facts_of_contracts(user, ids)
    holders = holders_of(user, ids)
    return [
        Household(
            contract=contract.number,
            label=household(holders[contract.pk]) if Fact.NAME in facts[contract.pk] else UNNAMED,
            url=reverse("residents:contract-detail", args=[contract.pk])
            if Fact.DATES in facts[contract.pk]
            else "",
            gone=contract.status in {ContractStatus.ENDED, ContractStatus.CLOSED},
        )
        for contract in contracts
    ]


def _leaver(line: ContractTerms, stay: Stay, notice: Notice | None, known: Facts) -> Leaver:
    contract = line.contract
    dated, reasoned = Fact.DATES in known, Fact.REASONS in known
    told = contract.exit_destination not in ("", ExitDestination.UNKNOWN)
    return Leaver(
        home_id=line.room.colocation_id,
        room_id=line.room_id,
        room=line.room.number,
        label=stay.label if stay.label != UNNAMED else "",
        url=stay.contract_url or reverse("colocations:room-detail", args=[line.room_id]),
        contract=stay.contract,
        ends_on=line.ends_on if dated else None,
        leaves_on=notice.effective_on if notice and dated else None,
        knows_exit=reasoned,
        destination=contract.get_exit_destination_display() if reasoned and told else "",
    )


def _notices(contracts: set[int]) -> dict[int, Notice]:
    """Notices alive of contracts that have not ended."""
    alive = Notice.objects.filter(
        contract__in=contracts, contract__status__in=LIVING, withdrawn_on=None
    )
    return {notice.contract_id: notice for notice in alive}


def _lodging(line: ContractTerms, stay: Stay, notice: Notice | None, day: date) -> Lodging:
    dated = stay.starts_on is not None
    begun = (notice.received_on or notice.sent_on) if notice else None
    return Lodging(
        room_id=line.room_id,
        first=line.starts_on,
        last=line.ends_on,
        key=line.contract_id if dated else 0,
        label=stay.label if stay.label != UNNAMED else "",
        url=stay.contract_url,
        contract=stay.contract,
        state=stay.state,
        notice_from=begun,
        leaves_on=notice.effective_on if notice else None,
        unfinished=line.contract.status in LIVING and line.ends_on == line.contract.ends_on < day,
    )


def _follows(before: Lodging, after: Lodging) -> bool:
    """Whether a row goes on where the other stops: the same contract, or one cannot tell."""
    touching = before.room_id == after.room_id and after.first - before.last == timedelta(days=1)
    return touching and before.key == after.key and before.notice_from == after.notice_from


def _stays(user: Any, terms: list[ContractTerms]) -> list[tuple[ContractTerms, Stay]]:
    contracts = {line.contract_id for line in terms}
    facts = facts_of_contracts(user, contracts)
    holders = holders_of(user, contracts)
    return [(line, _stay(line, holders[line.contract_id], facts)) for line in terms]


def _stay(line: ContractTerms, holders: list[ContractHolder], facts: dict[int, Facts]) -> Stay:
    known = facts.get(line.contract_id, frozenset())
    main = min(holders, key=lambda holder: not holder.is_main, default=None)
    person = main.person if main else None
    dated = Fact.DATES in known
    label, tone = contract_state(line.contract.status)
    return Stay(
        label=household(holders) if Fact.NAME in known else UNNAMED,
        known=bool(known),
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
