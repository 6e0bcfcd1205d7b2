"""Since when an unpaid debt is one that is to be reported (RULEBOOK 3.5). Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from caracol.core.money import ZERO
from caracol.core.periods import add_months

TWO_TIMES, AMOUNT_OR_MONTHS, TIMES_OR_MONTHS = "TWO_TIMES", "450_OR_3_MONTHS", "TIMES_OR_MONTHS"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Threshold:
    """What a debt is compared with: `times` the monthly expense, an amount, or months."""

    times: int
    amount: Decimal
    months: int


@dataclass(frozen=True)
class Regime:
    """Which test holds from a day on."""

    since: date
    rule: str


@dataclass(frozen=True)
class Move:
    """What falls due on a day (positive), or is paid (negative)."""

    on: date
    amount: Decimal


@dataclass(frozen=True)
class Billed:
    """What a term of a month asks from its due day, with the aid that the CAF is to pay for it."""

    due_on: date
    amount: Decimal
    expected_aid: Decimal = ZERO


@dataclass(frozen=True)
class Default:
    """An unbroken run of debt: since when, how much, beside which expense, counted since."""

    first_on: date
    debt: Decimal
    base: Decimal
    since: date | None = None


def is_to_report(
    threshold: Threshold,
    rule: str,
    *,
    debt: Decimal,
    base: Decimal,
    first_on: date,
    on: date,
) -> bool:
    """Whether a debt counts on a day. `base`: the monthly expense, less the aid if it is paid here.

    For the CAF until 2026, a sum whatever the months (CCH R824-1); then strictly beyond an amount,
    or some months after a first default, whatever the amount (R824-2, décret 2026-84). For the
    CCAPEX, a sum or months (loi 89-462, art. 24 I).
    """
    if debt <= 0:
        return False
    by_sum = base > 0 and debt >= threshold.times * base
    by_months = on >= add_months(first_on, threshold.months)
    if rule == TWO_TIMES:
        return by_sum
    return by_months or (by_sum if rule == TIMES_OR_MONTHS else debt > threshold.amount)


def own_moves(billed: Sequence[Billed], aid: Sequence[Move], given_up_on: date) -> list[Move]:
    """Return how a resident's own part of a month moves, each change on its day.

    Aid expected is nobody's debt while it is awaited; what is missing of it becomes the resident's
    on the day it is given up, what the CAF takes back after that on the day it does: never on the
    due day, in a past in which nothing was late. `aid`: received (negative) or taken back.
    """
    days = sorted({*(one.due_on for one in billed), *(move.on for move in aid), given_up_on})
    moves, before = [], ZERO
    # A term is late from the day after its due day: what else happens that day comes before it.
    for day, last in [(one, last) for one in days for last in (one - ONE_DAY, one)]:
        due = [one for one in billed if one.due_on <= last]
        received = -sum((move.amount for move in aid if move.on <= day), ZERO)
        expected = sum((one.expected_aid for one in due), ZERO) if day < given_up_on else ZERO
        own = max(ZERO, sum((one.amount for one in due), ZERO) - max(received, expected))
        if own != before:
            moves.append(Move(day, own - before))
        before = own
    return moves


def default_of(
    moves: Iterable[Move],
    *,
    base: Decimal,
    threshold: Threshold,
    regimes: Sequence[Regime],
    on: date,
) -> Default | None:
    """Return the run of debt that lasts on a day, or None. Paid in full, a run is over."""
    found: Default | None = None
    for day, amount in _days(moves, threshold.months, regimes, on):
        debt = (found.debt if found else ZERO) + amount
        if debt <= 0:
            found = Default(day, debt, base) if debt else None
            continue
        first_on = found.first_on if found and found.debt > 0 else day
        since = found.since if found and found.debt > 0 else None
        if since is None and is_to_report(
            threshold, _rule_on(day, regimes), debt=debt, base=base, first_on=first_on, on=day
        ):
            since = day
        found = Default(first_on, debt, base, since)
    return found if found and found.debt > 0 else None


def _rule_on(day: date, regimes: Sequence[Regime]) -> str:
    held = [regime for regime in regimes if regime.since <= day]
    return max(held, key=lambda regime: regime.since).rule if held else TWO_TIMES


def _days(
    moves: Iterable[Move], months: int, regimes: Sequence[Regime], on: date
) -> list[tuple[date, Decimal]]:
    """Return every day on which something may change, with what moves then: payments first."""
    paid: dict[date, Decimal] = defaultdict(lambda: ZERO)
    owed: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for move in moves:
        (owed if move.amount > 0 else paid)[move.on] += move.amount
    looked = {add_months(day, months) for day in owed} | {regime.since for regime in regimes}
    days = sorted({*paid, *owed, *looked})
    return [(day, some.get(day, ZERO)) for day in days if day <= on for some in (paid, owed)]
