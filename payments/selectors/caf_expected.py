"""The aid expected against the aid received, by contract and entitlement month; the gaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.parameters.selectors import value
from payments.enums import MONEY_FROM_PAYERS, EntryKind, Payer, TermKind
from payments.models import Posting, Term
from payments.selectors.labels import Label, contract_labels
from residents.enums import AidEligibility, AidPayee

SURPLUS_KEY = "aid-surplus:"

RECEIVED, NONE, LESS, MORE, UNPLANNED, TO_COME = (
    *("received", "none", "less", "more", "unplanned", "to_come"),
)
STATES = {
    NONE: ("rien reçu", "danger"),
    LESS: ("moins que prévu", "warning"),
    MORE: ("plus que prévu", "info"),
    UNPLANNED: ("non prévue", "info"),
    TO_COME: ("à venir", "neutral"),
    RECEIVED: ("reçue", "success"),
}
GAPS = (NONE, LESS, MORE, UNPLANNED)


@dataclass(frozen=True, kw_only=True)
class AidState:
    """What was expected for a month, what came, and how they compare."""

    expected: Decimal
    received: Decimal
    rule: str

    @property
    def gap(self) -> Decimal:
        """What is missing (negative) or too much."""
        return self.received - self.expected

    @property
    def state(self) -> tuple[str, str]:
        """In words, with a tone."""
        return STATES[self.rule]

    @property
    def is_gap(self) -> bool:
        """Whether somebody should look at it."""
        return self.rule in GAPS


@dataclass(frozen=True, kw_only=True)
class AidLine(AidState):
    """The aid of a contract for a month."""

    label: Label
    last_on: date | None = None


def aid_lines(contracts: Any, month: Month, today: date, *, with_places: bool) -> list[AidLine]:
    """Return the aid of a month, gaps first, in a constant number of queries."""
    expected = _expected(contracts, month)
    received = _received(contracts, month)
    ids = {*expected, *received}
    labels = contract_labels(ids, month.last, with_places=with_places)
    due = today >= month.next().day(int(value("caf.paid_by_day", today)))
    lines = []
    for pk in ids:
        amount, last = received.get(pk, (ZERO, None))
        awaited = expected.get(pk, ZERO)
        rule = rule_of(awaited, amount, due=due)
        lines.append(
            AidLine(expected=awaited, received=amount, rule=rule, label=labels[pk], last_on=last)
        )
    order = list(STATES)
    return sorted(lines, key=lambda one: (order.index(one.rule), one.label.people))


def rule_of(expected: Decimal, received: Decimal, *, due: bool) -> str:
    """Say how what came compares with what was expected; `due`: it should have come."""
    if received == expected:
        return RECEIVED
    if not received:
        return NONE if due else TO_COME
    if not expected:
        return UNPLANNED
    return LESS if received < expected else MORE


def _expected(contracts: Any, month: Month) -> dict[int, Decimal]:
    terms = Term.objects.filter(
        contract__in=contracts,
        month=month.first,
        kind=TermKind.MONTHLY,
        expected_aid__gt=0,
        aid_payee=AidPayee.MANAGER,
        contract__aid_eligible=AidEligibility.YES,
    )
    return dict(terms.values_list("contract", "expected_aid"))


def _received(contracts: Any, month: Month) -> dict[int, tuple[Decimal, date | None]]:
    postings = Posting.objects.filter(
        account__contract__in=contracts,
        account__kind__in=MONEY_FROM_PAYERS,
        payer=Payer.CAF,
        entitlement_month=month.first,
    ).exclude(Q(entry__key__startswith=SURPLUS_KEY) | Q(entry__kind=EntryKind.OPENING))
    found: dict[int, tuple[Decimal, date | None]] = {}
    for contract, amount, on in postings.values_list(
        "account__contract", "amount", "entry__date"
    ).order_by("entry__date"):
        before = found.get(contract or 0, (ZERO, None))[0]
        found[contract or 0] = (before - amount, on)
    return {pk: pair for pk, pair in found.items() if pair[0]}


@dataclass(frozen=True)
class AidTotals:
    """What a month's aid comes to."""

    expected: Decimal
    received: Decimal
    gaps: int


def totals(lines: Iterable[AidLine]) -> AidTotals:
    """Sum lines."""
    kept = list(lines)
    return AidTotals(
        sum((one.expected for one in kept), ZERO),
        sum((one.received for one in kept), ZERO),
        sum(one.is_gap for one in kept),
    )


def months_with_aid(contracts: Any) -> list[Month]:
    """Return the months that expect or received aid, latest first."""
    terms = Term.objects.filter(contract__in=contracts, expected_aid__gt=0)
    days = set(terms.values_list("month", flat=True))
    postings = Posting.objects.filter(account__contract__in=contracts, payer=Payer.CAF)
    sums = postings.exclude(entitlement_month=None).values("entitlement_month")
    named = {row["entitlement_month"] for row in sums.annotate(total=Sum("amount"))}
    return sorted({Month.of(day) for day in (*days, *named) if day}, reverse=True)
