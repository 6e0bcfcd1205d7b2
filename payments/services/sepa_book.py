"""Our files and their payments, as bank lines may speak of them: read once for many lines.

A file called off after it was sent stays known: the bank may have executed it all the same.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models import Sum as Total

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.parameters.selectors import value
from payments.enums import BatchState, DebitState, RefundState
from payments.models import BankLine, CalledOffTransfer, Debit, DebitBatch, Refund, RefundBatch
from payments.writers.pain import group_id

# Days before are no days of ours: nothing of SEPA is older.
FIRST_DAY = date(2014, 8, 1)
# Past so many debits returned, which of them a bank left out of its credit is not looked for.
MOST_RETURNED = 10
CALLED_OFF = Q(batch__state=BatchState.CANCELLED, batch__sent_at__isnull=False)


class SepaLineRefused(Refused):
    """The line is not what it was offered as."""


@dataclass(frozen=True)
class Named:
    """One payment that a line names."""

    end_to_end_id: str
    mandate: str
    amount: Decimal | None
    code: str
    text: str


def named_in(line: BankLine) -> list[Named]:
    """Return the payments that a line names, its details first."""
    if line.details:
        return [
            Named(
                str(each.get("end_to_end_id", "")),
                str(each.get("mandate_id", "")),
                abs(Decimal(str(each["amount"]))) if each.get("amount") else None,
                str(each.get("return_reason", "")),
                str(each.get("return_text", "")),
            )
            for each in line.details
        ]
    amount = abs(line.amount)
    return [Named(line.end_to_end_id, line.mandate_id, amount, line.return_reason, "")]


class Book:
    """Our files and their payments, read once for many lines."""

    def __init__(self, lines: Sequence[BankLine]) -> None:
        named = [one for line in lines for one in named_in(line)]
        ids = {one.end_to_end_id for one in named if one.end_to_end_id}
        mandates = {one.mandate for one in named if one.mandate and not one.end_to_end_id}
        sent = Debit.objects.filter(batch__state=BatchState.SENT)
        related = ("batch", "contract")
        known = Debit.objects.filter(end_to_end_id__in=ids).select_related(*related)
        living = known.filter(batch__state=BatchState.SENT).exclude(state=DebitState.CANCELLED)
        self.debits = {debit.end_to_end_id: debit for debit in living}
        cancelled = known.filter(batch__sent_at__isnull=False, state=DebitState.CANCELLED)
        self.cancelled = {debit.end_to_end_id: debit for debit in cancelled}
        self.by_mandate: dict[str, list[Debit]] = defaultdict(list)
        rows = sent.filter(mandate__reference__in=mandates, state=DebitState.COLLECTED)
        for debit in rows.select_related(*related, "mandate").order_by("-batch__collect_on"):
            self.by_mandate[debit.mandate.reference].append(debit)
        refunds = Refund.objects.filter(end_to_end_id__in=ids).select_related("contract", "batch")
        self.refunds = {refund.end_to_end_id: refund for refund in refunds}
        called_off = CalledOffTransfer.objects.filter(end_to_end_id__in=ids, bank_line=None)
        dead = called_off.select_related("refund__contract", "refund__batch", "batch")
        self.called_off = {one.end_to_end_id: one for one in dead}
        executed = CalledOffTransfer.objects.filter(
            end_to_end_id__in=ids, bank_line__isnull=False, refund__bank_line=F("bank_line")
        )
        for one in executed.select_related("refund__contract"):
            self.refunds.setdefault(one.end_to_end_id, one.refund)
        since = recent(min((line.booked_on for line in lines), default=clock.today()))
        # A file is known by its amount alone when the line comes this near its day.
        self.near = timedelta(days=int(value("sepa.near_days", clock.today())))
        self.batches = sums(since, Q(batch__state=BatchState.SENT), is_living=True)
        self.dead_batches = sums(since, CALLED_OFF, is_living=False)
        self.transfers = _transfers(since)
        self.dead_transfers = _dead_transfers(since)

    def debit_of(self, one: Named) -> Debit | None:
        """Return the debit named, by its own reference, else by its mandate and amount."""
        if one.end_to_end_id:
            return self.debits.get(one.end_to_end_id)
        rows = self.by_mandate.get(one.mandate, [])
        return next((debit for debit in rows if debit.amount == one.amount), None)


def recent(first: date) -> date:
    """Return since when files may still be spoken of: as long as a debit may be contested."""
    months = int(value("sepa.unauthorised_months", clock.today()))
    month = Month.of(max(first, FIRST_DAY))
    return month.plus(-months - 1).first


def says(line: BankLine, ref: str) -> bool:
    """Whether a line bears a reference of ours, whole."""
    said = f"{line.text} {line.end_to_end_id}".upper()
    return re.search(rf"(?<![A-Z0-9]){re.escape(ref)}(?!\d)", said) is not None


@dataclass
class Sum:
    """What a file, or the part of it that is of one sequence, may be credited as."""

    batch: DebitBatch
    ref: str
    gross: Decimal = ZERO
    net: Decimal = ZERO
    open_debits: int = 0
    returned: list[Decimal] = field(default_factory=list)

    def add(self, debit: Debit) -> None:
        """Count a debit; one refused before it settled is not credited by most banks."""
        self.gross += debit.amount
        if debit.state == DebitState.RETURNED:
            self.returned.append(debit.amount)
        if debit.state != DebitState.RETURNED or debit.entry_id is not None:
            self.net += debit.amount
        self.open_debits += debit.bank_line_id is None

    @property
    def sure(self) -> set[Decimal]:
        """The amounts that need no explanation: all of it, or without what came back."""
        return {self.gross, self.net, self.gross - sum(self.returned, ZERO)}

    def fits(self, amount: Decimal) -> bool:
        """Whether an amount is the file's, whatever part of what came back is left out of it."""
        if amount in self.sure:
            return True
        if not self.returned or len(self.returned) > MOST_RETURNED:
            return False
        left_out = {ZERO}
        for one in self.returned:
            left_out |= {one + other for other in left_out}
        return self.gross - amount in left_out


def sums(since: date, which: Q, *, is_living: bool) -> list[Sum]:
    """Return what each file may be credited as, whole and by sequence."""
    rows = Debit.objects.filter(which, batch__collect_on__gte=since)
    cancelled = Q(state=DebitState.CANCELLED)
    rows = rows.exclude(cancelled) if is_living else rows.filter(cancelled)
    found: dict[str, Sum] = {}
    for debit in rows.select_related("batch").order_by("pk"):
        batch = debit.batch
        for ref in (batch.reference, group_id(batch.reference, debit.sequence)):
            found.setdefault(ref, Sum(batch, ref)).add(debit)
    return list(found.values())


class OpenFile(NamedTuple):
    """A file of transfers, and what of it the bank has not shown."""

    batch: RefundBatch
    amount: Decimal


def _transfers(since: date) -> list[OpenFile]:
    """Return the files of transfers that the bank has not shown."""
    waiting = Refund.objects.filter(batch=OuterRef("pk"), state=RefundState.SENT)
    rows = RefundBatch.objects.filter(Exists(waiting), state=BatchState.SENT, execute_on__gte=since)
    still = Total("refunds__amount", filter=Q(refunds__state=RefundState.SENT))
    return _with_amounts(rows, still)


def _dead_transfers(since: date) -> list[OpenFile]:
    """Return the files called off of which the bank has not shown all."""
    rows = RefundBatch.objects.filter(state=BatchState.CANCELLED, execute_on__gte=since)
    still = Total("called_off__amount", filter=Q(called_off__bank_line=None))
    return _with_amounts(rows, still)


def _with_amounts(rows: QuerySet[RefundBatch], still: Total) -> list[OpenFile]:
    found = rows.annotate(open=still).filter(open__gt=0).order_by("pk")
    return [OpenFile(batch, vars(batch)["open"]) for batch in found]
