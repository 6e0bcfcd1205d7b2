"""Money that the books hold and that no bank has shown yet, and what the bank showed of nobody."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Sum

from caracol.core.money import ZERO
from payments.enums import OPEN_LINES, AccountKind
from payments.models import BankLine, Posting
from payments.selectors.claims import RECORDED_DAYS, recorded_waiting

MOST_SHOWN = 15


@dataclass(frozen=True)
class Awaited:
    """A payment recorded by hand that no line of a statement shows, with its age in days."""

    label: str
    contract: str
    amount: Decimal
    on: date
    days: int

    @property
    def is_late(self) -> bool:
        """Whether it should have been seen by now."""
        return self.days > RECORDED_DAYS


@dataclass
class Transit:
    """What the account of money to come (511) holds on a day.

    `rows` are the oldest of those that one may see, `more` and `more_total` those not shown,
    `hidden` those of other territories. What came before the first line of a statement, no bank
    will ever show: it is counted apart (`before`).
    """

    balance: Decimal = ZERO
    recorded: Decimal = ZERO
    count: int = 0
    late: int = 0
    rows: list[Awaited] = field(default_factory=list)
    more: int = 0
    more_total: Decimal = ZERO
    hidden: int = 0
    first_line: date | None = None
    before: int = 0
    before_total: Decimal = ZERO

    @property
    def others(self) -> Decimal:
        """What is not recorded by hand: files of debits and of transfers under way."""
        return self.balance - self.recorded


@dataclass(frozen=True)
class OpenLines:
    """The lines of statements that are nobody's yet."""

    count: int
    total: Decimal
    days: int


def transit(on: date, contracts: Collection[str] | None) -> Transit:
    """Return what was recorded by hand up to a day and never seen by the bank, oldest first.

    `contracts`: the numbers that the reader may see; None for all of them.
    """
    lines = Posting.objects.filter(
        account__kind=AccountKind.IN_TRANSIT, account__contract=None, entry__date__lte=on
    )
    found = Transit(
        balance=lines.aggregate(total=Sum("amount", default=ZERO))["total"],
        first_line=BankLine.objects.standing().aggregate(first=Min("booked_on"))["first"],
    )
    for one in sorted(recorded_waiting(), key=lambda one: (one.on, one.entry)):
        if one.on > on:
            continue
        row = Awaited(one.label, one.contract, one.amount, one.on, (on - one.on).days)
        found.count += 1
        found.recorded += one.amount
        _put(found, row, contracts)
    return found


def _put(found: Transit, row: Awaited, contracts: Collection[str] | None) -> None:
    """Put a payment among those that the bank cannot show, those shown, or those counted."""
    if found.first_line is None or row.on < found.first_line - timedelta(days=RECORDED_DAYS):
        found.before += 1
        found.before_total += row.amount
        return
    found.late += row.is_late
    if contracts is not None and row.contract not in contracts:
        found.hidden += 1
    elif len(found.rows) < MOST_SHOWN:
        found.rows.append(row)
    else:
        found.more += 1
        found.more_total += row.amount


def open_lines(on: date) -> OpenLines:
    """Return how many lines wait for a decision, what they come to, and the age of the oldest."""
    rows = BankLine.objects.filter(state__in=OPEN_LINES, booked_on__lte=on)
    facts = rows.aggregate(
        count=Count("pk"), total=Sum("amount", default=ZERO), oldest=Min("booked_on")
    )
    days = (on - facts["oldest"]).days if facts["oldest"] else 0
    return OpenLines(facts["count"], facts["total"], days)
