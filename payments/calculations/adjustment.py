"""By how much a month billed already is put right: never rewritten, always by a difference."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO, split
from caracol.core.periods import Month


@dataclass(frozen=True)
class Parts:
    """Euros of fee and of charges."""

    fee: Decimal = ZERO
    charges: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """Both together."""
        return self.fee + self.charges

    def __add__(self, other: "Parts") -> "Parts":
        return Parts(self.fee + other.fee, self.charges + other.charges)

    def __sub__(self, other: "Parts") -> "Parts":
        return Parts(self.fee - other.fee, self.charges - other.charges)


@dataclass(frozen=True)
class Billed:
    """What a month was billed: by the contract's terms (adjustments included), and by hand."""

    by_terms: Parts = Parts()
    by_hand: Parts = Parts()

    @property
    def net(self) -> Parts:
        """What the month comes to now."""
        return self.by_terms + self.by_hand


def difference(billed: Billed, target: Parts) -> Parts:
    """Return what brings a month to what the contract's terms now say.

    Corrections made by hand stay; a month never comes below zero, and when fee and charges move
    without changing the total, nothing does.
    """
    change = target - billed.by_terms
    if not change.total:
        return Parts()
    if billed.net.total + change.total >= 0:
        return change
    return shared(-billed.net.total, change)


def shared(total: Decimal, like: Parts) -> Parts:
    """Share a total between fee and charges in the proportion of other parts of the same sign."""
    sign = -1 if total < 0 else 1
    weights = [max(sign * like.fee, ZERO), max(sign * like.charges, ZERO)]
    if not any(weights):
        return Parts(total)
    fee, charges = split(total, weights)
    return Parts(fee, charges)


def next_due(due_day: int, on: date) -> date:
    """Return the first due day on a day or after it."""
    this_month = Month.of(on).day(due_day)
    return this_month if this_month >= on else Month.of(on).next().day(due_day)
