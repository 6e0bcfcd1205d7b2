"""The list of contracts: what it filters and sorts by, and each line as its reader may know it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DateField,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Concat, LPad
from django.urls import reverse

from caracol.core.expressions import plain_words
from caracol.core.periods import months_spanned
from caracol.core.registries import measure_of
from caracol.core.text import sort_key
from colocations.models import Room
from residents.enums import LIVING, AmendmentKind, ContractStatus
from residents.models import (
    Contract,
    ContractHolder,
    ContractTerms,
    ContractTypeRule,
    Insurance,
)
from residents.permissions import READERS, Fact, Facts
from residents.selectors.acts import ActMenu, acts_on
from residents.selectors.contracts import ground_lacking
from residents.selectors.insurance import lacking_insurance
from residents.selectors.person import ContractCard, contract_cards
from residents.selectors.stays import household

STATES: dict[str, tuple[str, frozenset[ContractStatus]]] = {
    "current": ("En cours", LIVING),
    "draft": ("Brouillons", frozenset({ContractStatus.DRAFT})),
    "signed": ("Signés", frozenset({ContractStatus.SIGNED})),
    "notice": ("Préavis", frozenset({ContractStatus.NOTICE_GIVEN})),
    "ended": ("À clore", frozenset({ContractStatus.ENDED})),
    "closed": ("Clos", frozenset({ContractStatus.CLOSED, ContractStatus.CANCELLED})),
    "all": ("Tous", frozenset(ContractStatus)),
}
MISSING = {
    "ground": "Motif de précarité (COP)",
    "insurance": "Assurance",
    "keys": "Remise des clés",
    "signature": "Date de signature",
    "exit": "Nature de la sortie",
}


def contract_rows(user: Any, roles: frozenset[Any], day: date, sort: str) -> Any:
    """Return the contracts seen, annotated for an order, with their balance by right."""
    rows = with_sort(Contract.objects.visible_to(user, roles), sort.removeprefix("-"), day)
    measure = measure_of("contract", "balance")
    if measure is not None and user.roles & READERS[Fact.BALANCE]:
        rows = rows.annotate(balance=measure.expression(user, READERS[Fact.BALANCE]))
    return rows


def with_sort(rows: Any, column: str, day: date) -> Any:
    """Annotate contracts with what a column sorts by."""
    begun = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-starts_on")
    begun = begun.filter(Q(starts_on__lte=day) | Q(starts_on=OuterRef("starts_on")))
    if column == "people":
        main = ContractHolder.objects.filter(contract=OuterRef("pk")).order_by("-is_main", "pk")
        return rows.annotate(sort_people=Subquery(main.values("person__search_key")[:1]))
    if column == "place":
        number = LPad("room__number", 6, Value("0"))
        label = Concat("room__colocation__name", Value(" "), number, output_field=CharField())
        return rows.annotate(sort_place=Subquery(begun.annotate(at=label).values("at")[:1]))
    if column == "fee":
        total = begun.annotate(total=F("fee") + F("charges")).values("total")[:1]
        return rows.annotate(
            sort_fee=Subquery(total, output_field=DecimalField(max_digits=12, decimal_places=2))
        )
    if column == "insurance":
        until = Insurance.objects.filter(contract=OuterRef("pk")).with_last_day()
        last = until.order_by("-last_day").values("last_day")[:1]
        return rows.annotate(sort_insured=Subquery(last, output_field=DateField()))
    return rows


def state_counts(rows: Any) -> dict[str, int]:
    """Count the contracts in each state, in one query."""
    counts: dict[str, int] = rows.order_by().aggregate(
        **{
            code: Count("pk", filter=Q(status__in=statuses))
            for code, (_label, statuses) in STATES.items()
        }
    )
    return counts


def in_state(rows: Any, state: str) -> Any:
    """Keep the contracts in a state."""
    return rows.filter(status__in=STATES[state][1])


def matching(rows: Any, user: Any, words: str) -> Any:
    """Keep the contracts found by any part of their number, household, home or room, by right."""
    found = rows
    for word in sort_key(words).split():
        found = found.filter(_word(user, word))
    return found


def _word(user: Any, word: str) -> Q:
    condition = Q(number__icontains=word)
    if user.roles & READERS[Fact.NAME]:
        holders = ContractHolder.objects.filter(person__search_key__contains=word)
        condition |= Q(pk__in=holders.values("contract")) & _where(user, Fact.NAME)
    if user.roles & READERS[Fact.ROOM]:
        rooms = Room.objects.annotate(place=plain_words("colocation__name"))
        rooms = rooms.filter(Q(place__contains=word) | Q(number__iexact=word))
        terms = ContractTerms.objects.filter(room__in=rooms.values("pk"))
        condition |= Q(pk__in=terms.values("contract")) & _where(user, Fact.ROOM)
    return condition


def _where(user: Any, fact: Fact) -> Q:
    """Condition of the contracts of which the user knows a fact."""
    if user.roles <= READERS[fact]:
        return Q()
    return Q(pk__in=Contract.objects.visible_to(user, READERS[fact]).values("pk"))


def in_home(rows: Any, home: int) -> Any:
    """Keep the contracts of a home."""
    terms = ContractTerms.objects.filter(room__colocation=home)
    return rows.filter(pk__in=terms.values("contract"))


def paid_to(rows: Any, payee: str, day: date) -> Any:
    """Keep the contracts whose aid comes to a payee on a day, or that expect none."""
    now = ContractTerms.objects.filter(contract=OuterRef("pk"), starts_on__lte=day)
    now = now.filter(ends_on__gte=day)
    if payee == "NONE":
        return rows.filter(~Exists(now.filter(expected_aid__gt=0)))
    return rows.filter(Exists(now.filter(expected_aid__gt=0, aid_payee=payee)))


def lacking(rows: Any, fact: str, day: date) -> Any:
    """Keep the contracts that miss a fact."""
    if fact == "insurance":
        kept = lacking_insurance(Contract.objects.all(), day, day)
        return rows.filter(pk__in=kept.values("pk"))
    if fact == "ground":
        return ground_lacking(rows, day)
    lived = rows.filter(status__in=LIVING - {ContractStatus.SIGNED})
    gone = rows.filter(status__in=[ContractStatus.ENDED, ContractStatus.CLOSED])
    return {
        "keys": lived.filter(keys_given_on=None),
        "signature": lived.filter(signed_on=None),
        "exit": gone.filter(exit_kind=""),
    }[fact]


@dataclass(frozen=True)
class ContractLine:
    """A contract of the list, reduced to what the reader may know."""

    pk: int
    url: str
    facts: Facts
    number: str
    kind: str
    people: str = ""
    home: str = ""
    room: str = ""
    territory: str = ""
    status: str = ""
    state: str = ""
    tone: str = "neutral"
    starts_on: date | None = None
    ends_on: date | None = None
    months: int | None = None
    most_months: int | None = None
    fee: Decimal | None = None
    charges: Decimal | None = None
    expected_aid: Decimal | None = None
    aid_payee: str = ""
    payment_method: str = ""
    due_day: int | None = None
    balance: Decimal | None = None
    deposit: Decimal | None = None
    insured_until: date | None = None
    uninsured: bool = False
    next_act: str = ""
    next_url: str = ""
    next_on: date | None = None

    @property
    def place(self) -> str:
        """The room and the home."""
        return f"Chambre {self.room}, {self.home}" if self.home else ""


def contract_lines(user: Any, rows: Sequence[Any], day: date) -> list[ContractLine]:
    """Return the lines of contracts, in their order: a fixed number of queries."""
    ids = [row.pk for row in rows]
    cards = contract_cards(user, Contract.objects.filter(pk__in=ids), day)
    found = {card.contract.pk: card for card in cards}
    rules = list(ContractTypeRule.objects.order_by("-valid_from"))
    return [_line(user, found[pk], rules, day) for pk in ids if pk in found]


def _line(user: Any, card: ContractCard, rules: list[Any], day: date) -> ContractLine:
    contract, facts = card.contract, card.facts
    known: dict[str, Any] = {}
    if Fact.NAME in facts:
        known["people"] = household(card.holders) if card.holders else ""
    if Fact.ROOM in facts and card.place is not None:
        known |= {"home": card.place.room.colocation.name, "room": card.place.room.number}
        known["territory"] = contract.territory.name
    if Fact.DATES in facts:
        known |= _dated(user, card, rules, day)
    if Fact.AMOUNTS in facts:
        known |= _amounts(card)
    if Fact.INSURANCE in facts:
        known |= _insured(card, day)
    return ContractLine(
        pk=contract.pk,
        url=reverse("residents:contract-detail", args=[contract.pk]),
        facts=facts,
        number=contract.number,
        kind=contract.kind,
        balance=card.balance,
        **known,
    )


def _dated(user: Any, card: ContractCard, rules: list[Any], day: date) -> dict[str, Any]:
    contract = card.contract
    most = _most_months(card, rules)
    until = min(day, contract.ends_on)
    months = months_spanned(contract.starts_on, until) if until >= contract.starts_on else 0
    menu: ActMenu = acts_on(user, card, day)
    return {
        "status": contract.status,
        "state": card.state,
        "tone": card.tone,
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "months": months,
        "most_months": most,
        "next_act": menu.primary.label if menu.primary else "",
        "next_url": menu.primary.url if menu.primary else "",
        "next_on": _next_on(contract),
    }


def _most_months(card: ContractCard, rules: list[Any]) -> int | None:
    """Return the legal maximum of the law that binds the contract: its renewal's or signature's."""
    contract = card.contract
    renewals = [
        each.effective_on
        for each in card.amendments
        if each.kind == AmendmentKind.RENEWAL and each.withdrawn_on is None
    ]
    bound = max(renewals, default=contract.signed_on or contract.starts_on)
    for rule in rules:
        ended = rule.valid_to is not None and rule.valid_to < bound
        if rule.kind == contract.kind and rule.valid_from <= bound and not ended:
            return int(rule.max_total_months) if rule.max_total_months else None
    return None


def _next_on(contract: Any) -> date | None:
    """Return the day that the next act is about."""
    if contract.status in {ContractStatus.DRAFT, ContractStatus.SIGNED}:
        return contract.starts_on
    return contract.ends_on if contract.status in LIVING else None


def _amounts(card: ContractCard) -> dict[str, Any]:
    contract, place = card.contract, card.place
    known = {
        "payment_method": contract.payment_method,
        "due_day": contract.due_day,
        "deposit": contract.deposit,
    }
    if place is not None:
        known |= {"fee": place.fee, "charges": place.charges}
        known |= {"expected_aid": place.expected_aid, "aid_payee": place.aid_payee}
    return known


def _insured(card: ContractCard, day: date) -> dict[str, Any]:
    contract = card.contract
    now = card.insurance_on(day)
    last: Iterable[Any] = (i.ends_on for i in card.insurances)
    lived = contract.status in LIVING and contract.starts_on <= day <= contract.ends_on
    until = now.ends_on if now is not None else max(last, default=None)
    return {"insured_until": until, "uninsured": lived and now is None}
