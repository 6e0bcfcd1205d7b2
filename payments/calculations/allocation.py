"""Which term each payment settles (RULEBOOK 2.2; C. civ. art. 1342-10, CCH L832-2 and L842-1).

What was billed too much lowers its month; aid is earmarked to its month; then what the payer
names; then the oldest due first. The result depends on the terms and the money alone, never on
the order in which they were written.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO

ADJUSTED, EARMARKED, DESIGNATED, OLDEST = "ADJUSTED", "EARMARKED", "DESIGNATED", "OLDEST"
CAF = "CAF"


@dataclass(frozen=True)
class Due:
    """A term to settle: its key, month (first day), due date, and amount in euros."""

    key: int
    month: date
    due_on: date
    amount: Decimal


@dataclass(frozen=True)
class Money:
    """Money of a contract: positive when received, negative when it left again.

    `month` is the entitlement month of aid (strict), or the month that another payer named.
    `reverses` is the key of the money that this one takes back whole. `adjusts`: no money came,
    the month was billed too much and this lowers it.
    """

    key: int
    on: date
    amount: Decimal
    payer: str = "RESIDENT"
    month: date | None = None
    reverses: int | None = None
    adjusts: bool = False

    @property
    def is_earmarked(self) -> bool:
        """Whether the law ties it to its month: aid paid by the CAF."""
        return self.payer == CAF and self.month is not None


@dataclass(frozen=True)
class Part:
    """A share of some money that settles a term, and by which rule."""

    money: int
    due: int
    amount: Decimal
    rule: str


@dataclass
class Allocation:
    """What each term has received, by which money, and what remains.

    `left`: money not used, by key (aid above its month waits for a refund; the rest is credit).
    `reopened`: money taken back beyond what had come, still owed, by month (None: no month).
    """

    paid: dict[int, Decimal]
    parts: list[Part] = field(default_factory=list)
    left: dict[int, Decimal] = field(default_factory=dict)
    reopened: dict[date | None, Decimal] = field(default_factory=dict)

    @property
    def adjusted(self) -> dict[int, Decimal]:
        """By how much each term was lowered since it was billed: a share of what it received."""
        amounts = dict.fromkeys(self.paid, ZERO)
        for part in self.parts:
            if part.rule == ADJUSTED:
                amounts[part.due] += part.amount
        return amounts


def allocate(terms: Iterable[Due], credits: Iterable[Money]) -> Allocation:
    """Return which money settles which term.

    A term never receives more than its amount, and no cent appears or disappears:
    sum of money = sum paid + left − reopened still owed.
    """
    return _Allocator(terms, credits).run()


class _Allocator:
    """One run over copies of what is owed and what has come."""

    def __init__(self, terms: Iterable[Due], credits: Iterable[Money]) -> None:
        self.dues = sorted(terms, key=lambda due: (due.due_on, due.month, due.key))
        self.owed = {due.key: due.amount for due in self.dues}
        # A month may owe twice: what it was billed, and what was added to it since.
        self.by_month: dict[date | None, list[Due]] = defaultdict(list)
        for due in self.dues:
            self.by_month[due.month].append(due)
        self.money = _without_reversed_pairs(credits)
        self.available = {m.key: m.amount for m in self.money if m.amount > 0}
        self.claims: list[tuple[date, date | None, Decimal]] = []
        self.parts: list[Part] = []

    def run(self) -> Allocation:
        """Apply the rules in order."""
        for money in self.money:
            if money.adjusts:
                self._settle_month(money.month, [money], ADJUSTED)
        groups: dict[date | None, list[Money]] = defaultdict(list)
        for money in self.money:
            groups[money.month if money.is_earmarked else None].append(money)
        for month, group in groups.items():
            self._take_back(month, group)
        for month in sorted(month for month in groups if month is not None):
            self._settle_month(month, groups[month], EARMARKED)
        free = groups.get(None, [])
        for money in free:
            self._settle_month(money.month, [money], DESIGNATED)
        reopened = self._oldest_first(free)
        return Allocation(
            paid={due.key: due.amount - self.owed[due.key] for due in self.dues},
            parts=self.parts,
            left={key: amount for key, amount in self.available.items() if amount},
            reopened=reopened,
        )

    def _take_back(self, month: date | None, group: Sequence[Money]) -> None:
        """Deduct what left from what came, newest first; what is beyond is claimed again."""
        for out in (money for money in group if money.amount < 0):
            missing = -out.amount
            for money in reversed(group):
                used = min(missing, self.available.get(money.key, ZERO))
                if used:
                    self.available[money.key] -= used
                    missing -= used
            if missing:
                self.claims.append((out.on, month or out.month, missing))

    def _settle_month(self, month: date | None, group: Sequence[Money], rule: str) -> None:
        for due in self.by_month.get(month, []):
            self._settle(due, group, rule)

    def _settle(self, due: Due, group: Iterable[Money], rule: str) -> None:
        for money in group:
            part = min(self.owed[due.key], self.available.get(money.key, ZERO))
            if part > 0:
                self.owed[due.key] -= part
                self.available[money.key] -= part
                self.parts.append(Part(money.key, due.key, part, rule))

    def _oldest_first(self, free: Sequence[Money]) -> dict[date | None, Decimal]:
        """Settle claims and terms together by date; return what is still claimed, by month."""
        reopened: dict[date | None, Decimal] = defaultdict(lambda: ZERO)
        claims = sorted(self.claims, key=lambda claim: claim[0])
        for due in self.dues:
            while claims and claims[0][0] < due.due_on:
                self._settle_claim(claims.pop(0), free, reopened)
            self._settle(due, free, OLDEST)
        for claim in claims:
            self._settle_claim(claim, free, reopened)
        return {month: amount for month, amount in reopened.items() if amount}

    def _settle_claim(
        self,
        claim: tuple[date, date | None, Decimal],
        free: Iterable[Money],
        reopened: dict[date | None, Decimal],
    ) -> None:
        _on, month, missing = claim
        for money in free:
            part = min(missing, self.available.get(money.key, ZERO))
            if part > 0:
                self.available[money.key] -= part
                missing -= part
        reopened[month] += missing


def _without_reversed_pairs(credits: Iterable[Money]) -> list[Money]:
    """Leave out money and what takes it back whole, in date order."""
    items = sorted(credits, key=lambda money: (money.on, money.key))
    known = {money.key for money in items}
    gone = {m.reverses for m in items if m.reverses in known}
    gone |= {m.key for m in items if m.reverses in known}
    return [money for money in items if money.key not in gone]
