"""Where a month stands: billed, notified, paid, receipted, checked, locked."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Q, Sum
from django.db.models.functions import TruncMonth

from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.documents.enums import DocumentState
from payments.enums import (
    BILLED_HERE,
    MONEY_FROM_PAYERS,
    EntryKind,
    LockState,
    PaperKind,
    TermKind,
)
from payments.models import MonthClosing, PeriodLock, Posting, TermPaper
from payments.models.terms import TermQuerySet
from payments.selectors.due_papers import notices_due, quittances_due, recus_due
from payments.selectors.owing import NET_AMOUNT, NET_PAID, with_aid_awaited
from residents.enums import BINDING
from residents.models import Contract

_SUMS = {
    "terms": Count("pk"),
    "total": Sum(NET_AMOUNT, default=ZERO),
    "paid": Sum(NET_PAID, default=ZERO),
    "in_full": Count("pk", filter=Q(paid_amount=F("amount"))),
    "in_part": Count(
        "pk", filter=Q(paid_amount__gt=F("adjusted_amount"), paid_amount__lt=F("amount"))
    ),
}
# What somebody brought: a payment by hand or aid, and what was taken back.
RECEIVED = (EntryKind.PAYMENT, EntryKind.AID)


@dataclass(frozen=True)
class PaperCount:
    """The living papers of some kinds: how many, ready, in preparation, impossible."""

    living: int = 0
    ready: int = 0
    failed: int = 0

    @property
    def pending(self) -> int:
        """How many sheets are still to be made."""
        return self.living - self.ready - self.failed


@dataclass(frozen=True)
class MonthState:
    """The figures of a month in the territories looked at."""

    month: Month
    terms: int
    total: Decimal
    paid: Decimal
    in_full: int
    in_part: int
    awaited: Decimal
    notices: PaperCount
    notices_due: int
    quittances: PaperCount
    recus: PaperCount
    quittances_due: int
    recus_due: int
    payments: int
    received: Decimal
    lock: PeriodLock | None
    closings: list[MonthClosing] = field(default_factory=list)

    @property
    def unpaid(self) -> int:
        """Terms on which nothing has come."""
        return self.terms - self.in_full - self.in_part

    @property
    def left(self) -> Decimal:
        """What the residents still owe on the month, aid awaited left out."""
        return self.total - self.paid - self.awaited

    @property
    def receipts_due(self) -> int:
        """Quittances and reçus to issue."""
        return self.quittances_due + self.recus_due

    @property
    def receipts(self) -> int:
        """Quittances and reçus issued and alive."""
        return self.quittances.living + self.recus.living

    @property
    def is_locked(self) -> bool:
        """Whether the books of the month take no entry."""
        return self.lock is not None and self.lock.state == LockState.LOCKED

    @property
    def collected(self) -> int:
        """The share paid, in percent, rounded down."""
        return int(self.paid * 100 / self.total) if self.total else 0


def month_state(month: Month, terms: TermQuerySet, contracts: Any, on: date) -> MonthState:
    """Read a month from the terms and contracts somebody sees, in a constant number of queries."""
    mine = terms.filter(month=month.first, kind__in=BILLED_HERE)
    sums = mine.aggregate(**_SUMS)
    awaited = with_aid_awaited(mine, on).aggregate(total=Sum("aid_awaited", default=ZERO))["total"]
    papers = _papers(mine)
    money = payments_of(contracts).filter(entry__date__gte=month.first, entry__date__lte=month.last)
    received = money.aggregate(
        count=Count("entry", distinct=True, filter=Q(entry__kind__in=RECEIVED)),
        total=Sum("amount", default=ZERO),
    )
    territories = contracts.values("territory")
    closings = MonthClosing.objects.filter(month=month.first, territory__in=territories)
    return MonthState(
        month=month,
        awaited=awaited,
        notices=papers[PaperKind.DUE_NOTICE],
        notices_due=notices_due(mine).count(),
        quittances=papers[PaperKind.QUITTANCE],
        recus=papers[PaperKind.RECU],
        quittances_due=quittances_due(mine).count(),
        recus_due=recus_due(mine).count(),
        payments=received["count"],
        received=-received["total"],
        lock=PeriodLock.objects.select_related("changed_by").filter(month=month.first).first(),
        closings=list(closings.select_related("closed_by", "territory").order_by("closed_at")),
        **sums,
    )


def _papers(terms: TermQuerySet) -> dict[str, PaperCount]:
    rows = (
        TermPaper.objects.filter(term__in=terms, cancelled_by=None)
        .values("kind")
        .annotate(
            living=Count("pk"),
            ready=Count("pk", filter=Q(document__state=DocumentState.RENDERED)),
            failed=Count("pk", filter=Q(document__state=DocumentState.FAILED)),
        )
    )
    counts: dict[str, PaperCount] = {kind: PaperCount() for kind in PaperKind}
    for row in rows:
        counts[row["kind"]] = PaperCount(row["living"], row["ready"], row["failed"])
    return counts


def payments_of(contracts: Any) -> Any:
    """Return the postings of money received, and of what took it back, on these contracts."""
    return Posting.objects.filter(
        Q(entry__kind__in=RECEIVED) | Q(entry__reverses__kind__in=RECEIVED),
        account__contract__in=contracts,
        account__kind__in=MONEY_FROM_PAYERS,
    )


RECEIPT_MONTHS_BACK = 6


def earlier_receipts_due(month: Month, terms: TermQuerySet) -> list[tuple[Month, int]]:
    """Return the months before one whose terms deserve a receipt by now, with how many.

    Half a year back at most, and never in a month locked: what is older is seen on its own page.
    """
    locked = PeriodLock.objects.filter(state=LockState.LOCKED).values("month")
    before = terms.filter(
        month__lt=month.first, month__gte=month.plus(-RECEIPT_MONTHS_BACK).first
    ).exclude(month__in=locked)
    counts: dict[date, int] = {}
    for due in (quittances_due(before), recus_due(before)):
        for row in due.order_by().values("month").annotate(count=Count("pk")):
            counts[row["month"]] = counts.get(row["month"], 0) + row["count"]
    return [(Month.of(first), counts[first]) for first in sorted(counts)]


@dataclass(frozen=True)
class MonthLine:
    """A month of the index."""

    month: Month
    terms: int = 0
    total: Decimal = ZERO
    paid: Decimal = ZERO
    in_full: int = 0
    in_part: int = 0
    notices: int = 0
    receipts: int = 0
    state: str = ""

    @property
    def left(self) -> Decimal:
        """What is not paid, aid awaited included."""
        return self.total - self.paid

    @property
    def is_empty(self) -> bool:
        """Whether nothing was billed."""
        return not self.terms


def month_lines(terms: TermQuerySet, contracts: Any, today: Month) -> list[MonthLine]:
    """Return the months from the first billed (or the takeover) to the next one, latest first."""
    monthly = terms.filter(kind__in=BILLED_HERE)
    rows = {
        Month.of(row["month"]): row
        for row in monthly.order_by().values("month").annotate(**_SUMS).values("month", *_SUMS)
    }
    papers = _papers_by_month(monthly)
    locks = {Month.of(lock.month): lock.state for lock in PeriodLock.objects.all()}
    first, last = _bounds(terms, contracts, rows, today)
    lines = []
    for month in first.until(last):
        row = {key: value for key, value in rows.get(month, {}).items() if key != "month"}
        counts = papers.get(month, {})
        lines.append(
            MonthLine(
                month=month,
                notices=counts.get(PaperKind.DUE_NOTICE, 0),
                receipts=counts.get(PaperKind.QUITTANCE, 0) + counts.get(PaperKind.RECU, 0),
                state=locks.get(month, ""),
                **row,
            )
        )
    return lines[::-1]


def _papers_by_month(terms: TermQuerySet) -> dict[Month, dict[str, int]]:
    found: dict[Month, dict[str, int]] = {}
    rows = TermPaper.objects.filter(term__in=terms, cancelled_by=None)
    for row in rows.order_by().values("term__month", "kind").annotate(count=Count("pk")):
        found.setdefault(Month.of(row["term__month"]), {})[row["kind"]] = row["count"]
    return found


def _bounds(terms: Any, contracts: Any, rows: Any, today: Month) -> tuple[Month, Month]:
    """The first month worth showing and the last: the next one, or the last billed."""
    opening = terms.filter(kind=TermKind.OPENING).aggregate(last=Max("month"))["last"]
    starts = contracts.aggregate(first=Min("starts_on"))["first"]
    if rows:
        first = min(rows)
    elif opening is not None:
        first = Month.of(opening).next()
    else:
        first = max(Month.of(starts), today.plus(-1)) if starts else today
    return min(first, today), max([today.next(), *rows])


def months_to_close(contracts: Any, terms: TermQuerySet, today: Month) -> list[tuple[Month, int]]:
    """Return this month and the one before, when contracts living in them have no term yet."""
    found = []
    opening = terms.filter(kind=TermKind.OPENING).aggregate(last=Max("month"))["last"]
    for month in (today.previous(), today):
        if opening is not None and month.first <= opening:
            continue
        missing = unbilled(contracts, month).count()
        if missing:
            found.append((month, missing))
    return found


def unbilled(contracts: Any, month: Month) -> Any:
    """Return the contracts that live in a month and have no term for it."""
    living = contracts.filter(
        status__in=BINDING,
        terms__starts_on__lte=month.last,
        terms__ends_on__gte=month.first,
    )
    return Contract.objects.filter(pk__in=living.values("pk")).exclude(bills__month=month.first)


def months_with(entries: Any) -> list[date]:
    """Return the first days of the months in which entries are dated, latest first."""
    months = entries.order_by().annotate(of=TruncMonth("entry__date")).values_list("of", flat=True)
    return sorted(set(months), reverse=True)
