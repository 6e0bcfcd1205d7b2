"""The debts that are to be reported to the CAF or to the CCAPEX, and since when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery

from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.parameters.models import Parameter
from caracol.parameters.selectors import value
from payments.calculations.caf_arrears import (
    TIMES_OR_MONTHS,
    Billed,
    Default,
    Move,
    Regime,
    Threshold,
    default_of,
    own_moves,
)
from payments.enums import AccountKind, Payer, TermKind
from payments.models import Posting, Term
from payments.selectors.owing import AID_AWAITED_MONTHS, overdue_terms
from residents.enums import LIVING, AidEligibility, AidPayee
from residents.models import Contract, ContractTerms
from residents.selectors.due_sources import contract_rows

AT_ONCE = 500
Found = tuple[dict[str, Any], Default]


def defaults_of_aided(on: date) -> Iterator[Found]:
    """Stream the contracts with aid that are in debt, and since when the CAF counts it."""
    regimes = _regimes()
    threshold = _threshold(on)
    yield from _defaults(_in_debt(on, aided=True), on, threshold, regimes)


def defaults_of_others(on: date) -> Iterator[Found]:
    """Stream the contracts without aid in debt, since they are of concern to the CCAPEX."""
    times, months = int(value("ccapex.times", on)), int(value("ccapex.months", on))
    threshold = Threshold(times, ZERO, months)
    regimes = [Regime(date.min, TIMES_OR_MONTHS)]
    fee = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-starts_on")
    contracts = _in_debt(on, aided=False).annotate(fee=Subquery(fee.values("fee")[:1]))
    yield from _defaults(contracts, on, threshold, regimes, "fee")


def _threshold(on: date) -> Threshold:
    return Threshold(
        int(value("caf.arrears_times", on)),
        Decimal(str(value("caf.arrears_amount", on))),
        int(value("caf.arrears_months", on)),
    )


def _regimes() -> list[Regime]:
    rows = Parameter.objects.filter(key="caf.arrears_rule").order_by("valid_from")
    return [Regime(row.valid_from, row.value) for row in rows]


def _in_debt(on: date, *, aided: bool) -> Any:
    late = overdue_terms(on).filter(contract=OuterRef("pk"))
    living = Contract.objects.filter(Exists(late), status__in=LIVING)
    with_aid = {"aid_eligible": AidEligibility.YES}
    return living.filter(**with_aid) if aided else living.exclude(**with_aid)


def _defaults(
    contracts: Any, on: date, threshold: Threshold, regimes: list[Regime], *more: str
) -> Iterator[Found]:
    rows = contract_rows(contracts, "kind", *more)
    while some := list(islice(rows, AT_ONCE)):
        ids = [row["pk"] for row in some]
        moves, bases = _dues(ids, on)
        for contract, move in _payments(ids, on):
            moves[contract].append(move)
        for row in some:
            found = default_of(
                moves[row["pk"]],
                base=row["fee"] if more else bases.get(row["pk"], ZERO),
                threshold=threshold,
                regimes=regimes,
                on=on,
            )
            if found is not None:
                yield row, found


def _dues(ids: list[int], on: date) -> tuple[dict[int, list[Move]], dict[int, Decimal]]:
    """Return what fell due to residents, and the last monthly expense of each.

    Aid received for a month is taken off it; aid still awaited too, as long as it is.
    """
    billed: dict[tuple[int, date], list[Billed]] = defaultdict(list)
    bases: dict[int, Decimal] = {}
    terms = Term.objects.filter(contract__in=ids, due_on__lt=on)
    rows: Any = terms.annotate(eligible=F("contract__aid_eligible"))
    for term in rows.order_by("contract", "month", "pk"):
        is_net = term.aid_payee == AidPayee.MANAGER
        is_awaited = is_net and term.eligible == AidEligibility.YES
        is_monthly = term.kind == TermKind.MONTHLY
        expected = term.expected_aid if is_monthly and is_awaited else ZERO
        billed[term.contract_id, term.month].append(Billed(term.due_on, term.amount, expected))
        if is_monthly:
            bases[term.contract_id] = term.net_amount - (term.expected_aid if is_net else ZERO)
    aid = _aid(ids, on)
    moves: dict[int, list[Move]] = defaultdict(list)
    for (contract, month), some in billed.items():
        moves[contract] += own_moves(some, aid[contract, month], _given_up_on(month))
    return moves, bases


def _given_up_on(month: date) -> date:
    """Return the day from which the aid of a month is no longer awaited."""
    return Month.of(month).plus(AID_AWAITED_MONTHS + 1).first


def _aid(ids: list[int], on: date) -> dict[tuple[int, date], list[Move]]:
    """Return the aid received (negative) or taken back for each month of each contract."""
    rows = Posting.objects.filter(
        account__contract__in=ids,
        account__kind=AccountKind.RECEIVABLE,
        payer=Payer.CAF,
        entitlement_month__isnull=False,
        entry__date__lte=on,
    )
    aid: dict[tuple[int, date], list[Move]] = defaultdict(list)
    names = ("account__contract", "entitlement_month", "entry__date", "amount")
    for contract, month, day, amount in rows.values_list(*names):
        aid[contract, month].append(Move(day, amount))
    return aid


def _payments(ids: list[int], on: date) -> Iterable[tuple[int, Move]]:
    """Stream what was paid or given up on each account, but aid for a month (in its term)."""
    rows = Posting.objects.filter(
        account__contract__in=ids,
        account__kind=AccountKind.RECEIVABLE,
        entry__term=None,
        entry__date__lte=on,
    ).exclude(payer=Payer.CAF, entitlement_month__isnull=False)
    for contract, day, amount in rows.values_list("account__contract", "entry__date", "amount"):
        yield contract, Move(day, amount)
