"""How much of what may be given back rests on aid that the bank has not shown yet."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO


@dataclass(frozen=True)
class HeldBack:
    """What waits: of what is to be refunded already, and of what the account has in advance."""

    due: Decimal = ZERO
    account: Decimal = ZERO


def held_back(
    awaited: Mapping[tuple[int, date | None], Decimal],
    moved: Mapping[date | None, Decimal],
) -> HeldBack:
    """Return what may not leave yet, as if the statements awaited had not been entered.

    `awaited`: aid on an account, by statement and month; `moved`: by month, aid that left it for
    what is to be refunded. What a statement takes back never makes up for what another brings:
    either may come alone.
    """
    by_statement: dict[int, Decimal] = defaultdict(lambda: ZERO)
    by_month: dict[date | None, Decimal] = defaultdict(lambda: ZERO)
    for (statement, month), amount in awaited.items():
        by_statement[statement] += amount
        by_month[month] += max(amount, ZERO)
    due = sum((min(by_month[month], max(out, ZERO)) for month, out in moved.items()), ZERO)
    brought = sum((max(amount, ZERO) for amount in by_statement.values()), ZERO)
    return HeldBack(due, max(brought - due, ZERO))
