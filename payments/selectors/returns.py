"""Debits that came back: why, what to do, whether they may be presented once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, Sum

from caracol.parameters.selectors import value
from payments.enums import DebitState
from payments.models import BankLine, Debit, Mandate, Term
from payments.selectors.collecting import people_of_contracts
from payments.selectors.return_reasons import Reasons, ReturnReason

RETURNED_BY = "relevé, ligne "
"""How a return that a line of a statement brought begins to say so; the line's number follows."""


def source_of(line: BankLine) -> str:
    """Return how a return says that a line brought it."""
    return f"{RETURNED_BY}{line.pk}"


def mandates_stopped_by(line: BankLine) -> list[Mandate]:
    """Return the mandates of the debits that a line brought back, suspended or revoked now."""
    debits = Debit.objects.filter(return_source=source_of(line), state=DebitState.RETURNED)
    stopped = Q(revoked_on__isnull=False) | Q(suspended_on__isnull=False)
    rows = Mandate.objects.filter(stopped, pk__in=debits.values("mandate")).defer("iban")
    return list(rows.order_by("reference"))


def said_of_mandates(before: Sequence[Mandate]) -> str:
    """Say what became of mandates that were stopped, once the return that did it is undone."""
    now = {
        row.pk: row
        for row in Mandate.objects.filter(pk__in=[old.pk for old in before]).defer("iban")
    }
    told = []
    for old in before:
        new = now[old.pk]
        if (new.revoked_on, new.suspended_on) != (old.revoked_on, old.suspended_on):
            was = "révoqué" if old.revoked_on else "suspendu"
            told.append(f"Le mandat {old}, {was} par ce rejet, est remis comme avant.")
        else:
            still = "révoqué" if new.revoked_on else "suspendu"
            told.append(f"Le mandat {old} reste {still} : voyez s'il doit l'être.")
    return " ".join(told)


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
    shown_for = timedelta(days=int(value("sepa.returns_shown_days", today)))
    rows = debits.filter(state=DebitState.RETURNED, returned_on__gte=today - shown_for)
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
