"""Debits that came back: why, what to do, whether they may be presented once more."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Sum

from payments.enums import DebitState
from payments.models import Debit, Term
from payments.selectors.collecting import people_of_contracts
from payments.selectors.return_reasons import Reasons, ReturnReason

SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Returned:
    """A debit that came back, explained."""

    debit: Debit
    people: str
    reason: ReturnReason
    left: Any
    again: Debit | None

    @property
    def is_settled(self) -> bool:
        """Whether its month was paid since."""
        return not self.left

    @property
    def is_to_represent(self) -> bool:
        """Whether one more debit is proposed: the reason allows it, and none was made."""
        first = self.debit.represents_id is None and self.again is None
        return first and self.reason.is_to_represent and not self.is_settled

    @property
    def territory_id(self) -> int:
        """The territory of its contract."""
        return int(self.debit.contract.territory_id)


def latest_returns(debits: Any, today: date) -> list[Returned]:
    """Return what came back lately, the latest first; a constant number of queries."""
    rows = debits.filter(state=DebitState.RETURNED, returned_on__gte=today - SHOWN_FOR)
    found = list(
        rows.select_related("contract", "batch", "mandate").order_by("-returned_on", "-pk")
    )
    if not found:
        return []
    people = people_of_contracts({debit.contract_id for debit in found})
    again = {
        debit.represents_id: debit
        for debit in Debit.objects.filter(represents__in=found)
        .exclude(state=DebitState.CANCELLED)
        .select_related("batch")
    }
    left = _left(found)
    reasons = Reasons(today)
    return [
        Returned(
            debit,
            people.get(debit.contract_id, ""),
            reasons.of(debit.return_code),
            left.get((debit.contract_id, debit.month), 0),
            again.get(debit.pk),
        )
        for debit in found
    ]


def _left(debits: list[Debit]) -> dict[tuple[int, date], Any]:
    terms = Term.objects.filter(
        contract__in={debit.contract_id for debit in debits},
        month__in={debit.month for debit in debits},
    )
    rows = terms.values_list("contract", "month").annotate(owed=Sum(F("amount") - F("paid_amount")))
    return {(contract, month): owed for contract, month, owed in rows}
