"""The debts that are to be reported to the CAF or to the CCAPEX, and since when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from caracol.core.money import ZERO
from caracol.parameters.models import Parameter
from caracol.parameters.selectors import value
from payments.calculations.caf_arrears import (
    TIMES_OR_MONTHS,
    Default,
    Move,
    Regime,
    Threshold,
    default_of,
)
from payments.enums import AccountKind, Payer, TermKind
from payments.models import Posting, Term
from payments.selectors.owing import overdue_terms, with_aid_awaited
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

    Aid received for a month, or still awaited, is taken off it: it is nobody's debt.
    """
    moves: dict[int, list[Move]] = defaultdict(list)
    bases: dict[int, Decimal] = {}
    terms = with_aid_awaited(Term.objects.filter(contract__in=ids, due_on__lt=on), on)
    rows: Any = terms.order_by("contract", "month", "pk")
    for term in rows:
        own = max(ZERO, term.amount - term.aid_received - term.aid_awaited)
        moves[term.contract_id].append(Move(term.due_on, own))
        if term.kind == TermKind.MONTHLY:
            is_net = term.aid_payee == AidPayee.MANAGER
            bases[term.contract_id] = term.net_amount - (term.expected_aid if is_net else ZERO)
    return moves, bases


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
