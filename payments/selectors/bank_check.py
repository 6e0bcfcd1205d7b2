"""What the bank says, what the ledger says, and why they differ, by account and day."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from caracol.core.money import ZERO
from payments.enums import NOT_POSTED, AccountKind, BankLineState
from payments.models import BankAccount, BankLine, BankStatement, Posting


@dataclass(frozen=True)
class Gap:
    """A statement that does not open where the one before it closed, or does not tie."""

    statement: BankStatement
    amount: Decimal
    before: BankStatement | None = None

    @property
    def words(self) -> str:
        """What is missing, in French."""
        if self.before is None:
            return f"Le relevé {self.statement} ne fait pas son nouveau solde."
        return f"Il manque un relevé entre {self.before} et {self.statement}."


@dataclass
class AccountCheck:
    """An account of the association on a day."""

    account: BankAccount
    on: date
    said: Decimal | None = None
    said_on: date | None = None
    start: Decimal = ZERO
    start_on: date | None = None
    ledger: Decimal = ZERO
    later: Decimal = ZERO
    held: list[BankLine] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def expected(self) -> Decimal:
        """What the bank should say: where the statements begin, and what is in the books since."""
        return self.start + self.ledger

    @property
    def difference(self) -> Decimal | None:
        """What the bank says, less what the ledger explains."""
        return None if self.said is None else self.said - self.expected

    @property
    def held_total(self) -> Decimal:
        """What waits for a decision and is not in the books."""
        return sum((line.amount for line in self.explaining), ZERO)

    @property
    def explaining(self) -> list[BankLine]:
        """Held lines that may be what is missing: none is, when nothing is missing."""
        return self.held if self.difference else []

    @property
    def gap_total(self) -> Decimal:
        """What is missing between statements, or inside them."""
        return sum((gap.amount for gap in self.gaps), ZERO)

    @property
    def unexplained(self) -> Decimal | None:
        """What nothing explains."""
        if self.difference is None:
            return None
        return self.difference - self.held_total - self.gap_total + self.later


def bank_checks(on: date) -> list[AccountCheck]:
    """Return each account's two sides on a day, with what explains their difference."""
    accounts = list(BankAccount.objects.order_by("pk"))
    statements = _statements(on)
    booked = dict(
        BankLine.objects.filter(booked_on__lte=on)
        .exclude(state__in=NOT_POSTED)
        .values_list("statement__bank_account")
        .annotate(total=Sum("amount"))
    )
    held: dict[int, list[BankLine]] = {}
    rows = BankLine.objects.filter(state=BankLineState.HELD, booked_on__lte=on)
    for line in rows.select_related("statement").order_by("booked_on", "pk"):
        held.setdefault(line.statement.bank_account_id or 0, []).append(line)
    return [
        _check(account, on, statements.get(account.pk, []), booked, held.get(account.pk, []))
        for account in accounts
    ]


def statement_gaps(on: date) -> list[Gap]:
    """Return what is missing between and inside the statements of all accounts: one query."""
    return [gap for rows in _statements(on).values() for gap in _gaps(rows)]


def _statements(on: date) -> dict[int, list[BankStatement]]:
    """Return the statements up to a day by account, the earliest first."""
    found: dict[int, list[BankStatement]] = {}
    for row in BankStatement.objects.filter(
        Q(closing_on__lte=on) | Q(closing_on=None, opening_on__lte=on),
        bank_account__isnull=False,
    ).order_by("bank_account", "opening_on", "pk"):
        found.setdefault(row.bank_account_id or 0, []).append(row)
    return found


def _check(
    account: BankAccount,
    on: date,
    statements: list[BankStatement],
    booked: dict[int | None, Decimal],
    held: list[BankLine],
) -> AccountCheck:
    check = AccountCheck(account, on, ledger=booked.get(account.pk, ZERO), held=held)
    first = next((row for row in statements if row.opening is not None), None)
    if first is not None and first.opening is not None:
        check.start, check.start_on = first.opening, first.opening_on
    elif account.opening is not None and account.opening_on and account.opening_on <= on:
        check.start, check.start_on = account.opening, account.opening_on
    closed = [row for row in statements if row.closing is not None]
    if closed:
        last = max(closed, key=lambda row: (row.closing_on or on, row.pk))
        check.said, check.said_on = last.closing, last.closing_on
        after = BankLine.objects.filter(
            statement__bank_account=account, booked_on__gt=last.closing_on, booked_on__lte=on
        ).exclude(state__in=NOT_POSTED)
        check.later = after.aggregate(total=Sum("amount", default=ZERO))["total"]
    check.gaps = list(_gaps(statements))
    return check


def _gaps(statements: list[BankStatement]) -> list[Gap]:
    found: list[Gap] = []
    before: BankStatement | None = None
    for row in statements:
        if row.opening is not None and before is not None and before.closing is not None:
            overlaps = row.opening_on and before.closing_on and row.opening_on < before.closing_on
            if row.opening != before.closing and not overlaps:
                found.append(Gap(row, row.opening - before.closing, before))
        if row.ties is False and row.opening is not None and row.closing is not None:
            found.append(Gap(row, row.closing - row.opening - row.credits + row.debits))
        before = row if row.closing is not None else before
    return found


def suspense_balance(on: date) -> Decimal:
    """Return what is in suspense on a day: in the books, and nobody's yet (positive: received)."""
    lines = Posting.objects.filter(
        account__kind=AccountKind.SUSPENSE, account__contract=None, entry__date__lte=on
    )
    return -lines.aggregate(total=Sum("amount", default=ZERO))["total"]
