"""When and how much somebody pays in a month, according to their habit. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from caracol.core.money import CENT, ZERO
from caracol.core.periods import Month
from caracol.demo.stays import Habit, Stay

SILENT_MONTHS = 4
_EFFORTS = {"0": 12, "0.5": 30, "1": 38, "1.5": 20}
_MOST_BEHIND = 3  # months of share; beyond, a repayment is agreed


@dataclass(frozen=True)
class Asked:
    """What a resident is asked for a month, aid deducted, and when."""

    share: Decimal
    due_on: date


@dataclass(frozen=True)
class Gift:
    """Money that somebody brings on a day."""

    on: date
    amount: Decimal
    note: str = ""


class Purse:
    """What a resident still has to pay, and the way they do."""

    def __init__(self, stay: Stay, owed: Decimal, silent_from: Month) -> None:
        self.stay = stay
        self.owed = owed
        self.silent_from = silent_from

    def pay(self, month: Month, asked: Asked, dice: Random) -> list[Gift]:
        """Return what is paid because of a month, some of it perhaps later."""
        self.owed += asked.share
        gifts = [gift for gift in self._gifts(month, asked, dice) if gift.amount > 0]
        self.owed -= sum((gift.amount for gift in gifts), ZERO)
        return gifts

    def _gifts(self, month: Month, asked: Asked, dice: Random) -> Iterator[Gift]:
        stay, share = self.stay, min(asked.share, max(self.owed, ZERO))
        if stay.ends_on <= month.last:
            if stay.pays_at_leaving:
                on = max(stay.ends_on - _days(dice.randrange(0, 4)), stay.starts_on)
                yield Gift(on, max(self.owed, ZERO), "solde à la sortie")
            return
        on = max(asked.due_on + _days(dice.randrange(-3, 5)), stay.starts_on)
        habit = stay.habit
        if habit is Habit.SILENT and month >= self.silent_from:
            return
        if habit is Habit.LATE:
            yield Gift(asked.due_on + _days(dice.randrange(9, 36)), share)
        elif habit is Habit.SPLIT:
            half = (share / 2).quantize(CENT)
            yield Gift(on, half)
            yield Gift(on + _days(14), share - half)
        elif habit is Habit.STRUGGLING:
            yield Gift(on + _days(6), self._effort(share, dice), "versement partiel")
        elif habit is Habit.EARLY:
            yield Gift(on, share)
            yield from self._advance(month)
        else:
            yield Gift(on, share)

    def _effort(self, share: Decimal, dice: Random) -> Decimal:
        factor = Decimal(dice.choices(list(_EFFORTS), list(_EFFORTS.values()))[0])
        if self.owed > _MOST_BEHIND * share:
            factor = Decimal("1.5")
        wanted = (share * factor / 10).quantize(Decimal(1)) * 10 if factor != 1 else share
        return min(wanted, max(self.owed, ZERO))

    def _advance(self, month: Month) -> Iterator[Gift]:
        """Pay the month to come before it begins."""
        if self.stay.ends_on > month.next().last:
            wanted = self.stay.current.share - max(-self.owed, ZERO)
            yield Gift(month.day(26), wanted, f"avance pour {month.next().label}")


def _days(count: int) -> timedelta:
    return timedelta(days=count)
