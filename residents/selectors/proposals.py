"""A contract as it is proposed, read against the world: room, people, owner, rule of its type."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from caracol.accounts.models import User
from caracol.accounts.policy import PAGES
from caracol.core.money import ZERO
from caracol.core.periods import Span, french_day, whole_months
from colocations.models import Room, RoomVoid
from residents.calculations.amounts import Asked
from residents.calculations.duration import Earlier
from residents.calculations.place import RoomFacts, Void
from residents.calculations.proposal import Proposal, Surroundings, examine
from residents.calculations.type_rule import TypeRule
from residents.calculations.verdicts import Verdict, doubtful, doubts, refusals, refused
from residents.enums import AidEligibility, AidPayee, PaymentMethod
from residents.models import Contract, ContractHolder, ContractTerms, Person
from residents.selectors.contracts import upstream_end
from residents.selectors.effects import Version
from residents.selectors.rules import rule_in_force, surfaces_on

CONTRACT = "residents:contract-detail"
FACTS = ("purpose", "objective_causes", "precarity_ground", "term_event", "approval_reference")


@dataclass(frozen=True)
class ContractData:
    """All that a contract says when it is drafted; `people`: the main holder first."""

    kind: str
    room: Room
    people: tuple[Person, ...]
    starts_on: date
    ends_on: date
    fee: Decimal
    charges: Decimal = ZERO
    deposit: Decimal = ZERO
    charges_mode: str = ""
    distress_rate: bool = False
    expected_aid: Decimal = ZERO
    aid_eligible: str = AidEligibility.ASK_CAF
    aid_payee: str = AidPayee.MANAGER
    payment_method: str = PaymentMethod.TRANSFER
    due_day: int = 5
    revision_quarter: int | None = None
    resident_notice_days: int | None = None
    resident_notice_months: int | None = None
    manager_notice_months: int | None = None
    landlord_is_person: bool = False
    purpose: str = ""
    objective_causes: str = ""
    precarity_ground: str = ""
    term_event: str = ""
    approval_reference: str = ""

    @property
    def versions(self) -> tuple[Version, ...]:
        """The one version of terms it begins with."""
        return (
            Version(
                self.starts_on,
                self.ends_on,
                self.fee,
                self.charges,
                self.expected_aid,
                self.aid_payee,
                self.room.pk,
            ),
        )

    @property
    def initial_months(self) -> int | None:
        """The first duration in whole months, if it is."""
        return whole_months(self.starts_on, self.ends_on)


@dataclass(frozen=True)
class Judged:
    """What every rule says of a proposal, and the rule of its type that day."""

    rule: TypeRule
    owner_end: date | None
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def refusals(self) -> list[Verdict]:
        """What forbids."""
        return refusals(self.verdicts)

    @property
    def doubts(self) -> list[Verdict]:
        """What asks for a reason."""
        return doubts(self.verdicts)


def judge(
    data: ContractData, on: date, contract: Contract | None = None, *, reader: User | None = None
) -> Judged:
    """Judge a proposal by the law of a day; `contract`: the draft it already is, if it is one.

    Of contracts that the reader may not see, nothing is said but that there is one.
    """
    rule = rule_in_force(data.kind, on)
    owner_end = upstream_end(data.room.colocation.site_id)
    around = Surroundings(
        room=room_facts(data.room),
        owner_end=owner_end,
        earlier=tuple(_earlier(data, contract, reader)),
        surfaces=surfaces_on(on),
    )
    proposal = Proposal(
        starts_on=data.starts_on,
        ends_on=data.ends_on,
        asked=Asked(data.fee, data.charges, data.deposit, data.charges_mode, data.distress_rate),
        people=len(data.people),
        facts={name: getattr(data, name) for name in FACTS},
        landlord_is_person=data.landlord_is_person,
        revision_quarter=data.revision_quarter,
    )
    verdicts = examine(rule, proposal, around)
    if data.starts_on <= data.ends_on:
        span = Span(data.starts_on, data.ends_on)
        verdicts = [
            *room_conflicts(data.room, span, contract),
            *person_conflicts(data.people, span, contract, reader=reader),
            *verdicts,
        ]
    return Judged(rule, owner_end, [*verdicts, *_check_aid(data)])


def _check_aid(data: ContractData) -> list[Verdict]:
    if data.expected_aid and data.aid_eligible == AidEligibility.NO:
        text = "Une aide est attendue alors que le contrat n'ouvre pas droit à l'aide au logement."
        return [doubtful("aid-not-eligible", text, "CCH R823-2", "expected_aid")]
    if data.expected_aid > data.fee + data.charges:
        text = "L'aide attendue dépasse la redevance : le surplus sera rendu à la personne."
        return [doubtful("aid-surplus", text, "CCH L832-2", "expected_aid")]
    return []


def room_conflicts(room: Room, span: Span, contract: Contract | None = None) -> list[Verdict]:
    """Name the contracts that bind the room on some of these days."""
    taken = (
        ContractTerms.objects.filter(
            room=room, binding=True, starts_on__lte=span.last, ends_on__gte=span.first
        )
        .exclude(contract=contract)
        .select_related("contract")
        .order_by("starts_on")
    )
    return [
        refused(
            "room-taken",
            f"La chambre {room.number} est déjà prise par le contrat {line.contract.number} "
            f"{_from_to(line.starts_on, line.ends_on)}.",
            topic="room",
        )
        for line in taken
    ]


def person_conflicts(
    people: Sequence[Person],
    span: Span,
    contract: Contract | None = None,
    *,
    reader: User | None = None,
) -> list[Verdict]:
    """Name the contracts that the people hold on some of these days, as far as the reader may."""
    held = (
        ContractHolder.objects.filter(
            person__in=people, binding=True, starts_on__lte=span.last, ends_on__gte=span.first
        )
        .exclude(contract=contract)
        .select_related("contract", "person")
        .order_by("starts_on")
    )
    seen = _seen(reader, [holder.contract_id for holder in held])
    return [
        refused("person-taken", _taken(holder, known=holder.contract_id in seen), topic="person")
        for holder in held
    ]


def _taken(holder: ContractHolder, *, known: bool) -> str:
    name = holder.person.full_name
    if known:
        span = _from_to(holder.starts_on, holder.ends_on)
        return f"{name} a déjà le contrat {holder.contract.number} {span}."
    return (
        f"{name} a déjà un contrat à ces dates ailleurs dans le réseau. Voyez avec la direction, "
        "qui suit tous les territoires."
    )


def _seen(reader: User | None, contracts: Iterable[int]) -> set[int]:
    """Return which contracts the reader may open: none for a job that nobody reads."""
    if reader is None:
        return set()
    rows = Contract.objects.visible_to(reader, PAGES[CONTRACT]).filter(pk__in=list(contracts))
    return set(rows.values_list("pk", flat=True))


def _from_to(first: date, last: date) -> str:
    return f"du {french_day(first)} au {french_day(last)}"


def room_facts(room: Room) -> RoomFacts:
    """Return what the rules need of a room; the days of its home bound its own."""
    home = room.colocation
    voids = RoomVoid.objects.filter(room=room).with_expected_end().order_by("starts_on")
    return RoomFacts(
        name=f"La chambre {room.number}, {home.name},",
        opens_on=max(filter(None, [room.opens_on, home.opens_on]), default=None),
        closes_on=min(filter(None, [room.closes_on, home.closes_on]), default=None),
        surface=room.surface_m2,
        capacity=room.capacity,
        voids=tuple(
            Void(
                void.starts_on,
                void.ends_on,
                void.cause,
                str(void.get_cause_display()),
                void.expected_on,
            )
            for void in voids
        ),
    )


def _earlier(data: ContractData, contract: Contract | None, reader: User | None) -> list[Earlier]:
    """Return the contracts of the type that the people held before."""
    held = (
        ContractHolder.objects.filter(
            person__in=data.people,
            binding=True,
            contract__kind=data.kind,
            ends_on__lt=data.starts_on,
        )
        .exclude(contract=contract)
        .select_related("contract")
    )
    rows = {holder.contract_id: holder.contract for holder in held}
    here = set(
        ContractTerms.objects.filter(
            Q(contract__in=rows) & Q(room__colocation__site=data.room.colocation.site_id)
        ).values_list("contract", flat=True)
    )
    seen = here | _seen(reader, rows.keys() - here)
    return [
        Earlier(other.number if pk in seen else "", other.starts_on, other.ends_on, pk in here)
        for pk, other in rows.items()
    ]


def proposal_of(contract: Contract) -> ContractData:
    """Return what a draft says, to be judged or shown in its form again."""
    terms = (
        ContractTerms.objects.filter(contract=contract)
        .select_related("room__colocation__site")
        .order_by("starts_on")[0]
    )
    holders = ContractHolder.objects.filter(contract=contract).select_related("person")
    people = tuple(holder.person for holder in holders.order_by("-is_main", "pk"))
    copied = {
        name: getattr(contract, name)
        for name in ContractData.__dataclass_fields__
        if name in _OF_CONTRACT
    }
    return ContractData(
        room=terms.room,
        people=people,
        fee=terms.fee,
        charges=terms.charges,
        expected_aid=terms.expected_aid,
        aid_payee=terms.aid_payee,
        **copied,
    )


_OF_CONTRACT = {field.name for field in Contract._meta.concrete_fields}
