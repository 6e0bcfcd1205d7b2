"""Why what the bank says is not what the books hold, as reasons that add up to the cent. Pure.

Statements with a balance make a chain: those inside another (a day inside its month, a second
file of the same days) tell nothing more and are left out. What the bank says is the last balance
of the chain. Lines of the chain are its own; lines of other files are loose: the chain counts
them too when it knew them again, and never twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from caracol.core.money import ZERO


class Why(StrEnum):
    """What makes a difference."""

    OPENING = "OPENING"
    MISSING = "MISSING"
    UNTIED = "UNTIED"
    OTHER_FILE = "OTHER_FILE"
    WAITING = "WAITING"
    POSTED_LATER = "POSTED_LATER"
    BEFORE = "BEFORE"
    AFTER = "AFTER"
    WITHOUT_LINE = "WITHOUT_LINE"


@dataclass(frozen=True)
class Stated:
    """A statement: its balances, what its entries come to, what the lines that are its own do."""

    key: int
    closing: Decimal
    closing_on: date
    net: Decimal
    attached: Decimal
    opening: Decimal | None = None
    opening_on: date | None = None

    @property
    def begins_at(self) -> Decimal:
        """Its first balance, worked out when the file does not say it."""
        return self.closing - self.net if self.opening is None else self.opening

    @property
    def begins_on(self) -> date:
        """Its first day, as far as it is known."""
        return min(self.opening_on or self.closing_on, self.closing_on)


@dataclass(frozen=True)
class Waiting:
    """A line of the chain that is not in the books: held or put away."""

    key: int
    on: date
    amount: Decimal


@dataclass
class Facts:
    """What is known of one account on a day.

    `loose` is what lines of other files put in the books, by day, and `twins` how many there are
    of each day and amount that a waiting line has too: the same money, read twice.
    """

    chain: Sequence[Stated] = ()
    start: Decimal = ZERO
    start_on: date | None = None
    opening_posted: Decimal = ZERO
    waiting: Sequence[Waiting] = ()
    posted_later: Decimal = ZERO
    loose: Mapping[date, Decimal] = field(default_factory=dict)
    twins: Mapping[tuple[date, Decimal], int] = field(default_factory=dict)
    without_line: Decimal = ZERO


@dataclass(frozen=True)
class Reason:
    """A part of the difference: positive when the bank has more than the books.

    `key` is the line or the statement it is about, `before` the statement that comes before.
    """

    why: Why
    amount: Decimal
    key: int = 0
    before: int = 0


def chain_of(statements: Iterable[Stated]) -> list[Stated]:
    """Return the statements that tell the balance from the first day to the last, in order."""
    kept: list[Stated] = []
    for one in sorted(statements, key=_longest_first):
        last = kept[-1] if kept else None
        if last is None or one.closing_on > last.closing_on or _goes_on(last, one):
            kept.append(one)
    return kept


def _longest_first(one: Stated) -> tuple[date, int, int]:
    return one.begins_on, -one.closing_on.toordinal(), one.key


def _goes_on(last: Stated, one: Stated) -> bool:
    """Whether a statement of the very same day begins where the one before it ended."""
    return (
        one.begins_on == last.closing_on == one.closing_on
        and one.opening == last.closing
        and one.net != 0
    )


def explain(facts: Facts) -> list[Reason]:
    """Return the reasons of the difference; they add up to the bank's balance less the books'."""
    if not facts.chain:
        return []
    loose = defaultdict(lambda: ZERO, facts.loose)
    waiting = _without_twins(facts, loose)
    reasons = [
        Reason(Why.OPENING, facts.start - facts.opening_posted),
        *(Reason(Why.WAITING, one.amount, one.key) for one in waiting),
        Reason(Why.POSTED_LATER, facts.posted_later),
        *_between(facts, loose),
        Reason(Why.WITHOUT_LINE, -facts.without_line),
    ]
    return [reason for reason in reasons if reason.amount]


def _without_twins(facts: Facts, loose: dict[date, Decimal]) -> list[Waiting]:
    """Leave out waiting lines that are in the books through another file; count neither."""
    twins = Counter(dict(facts.twins))
    left = []
    for one in facts.waiting:
        if twins[one.on, one.amount] > 0:
            twins[one.on, one.amount] -= 1
            loose[one.on] -= one.amount
        else:
            left.append(one)
    return left


def _between(facts: Facts, loose: dict[date, Decimal]) -> Iterable[Reason]:
    """Yield what each step of the chain, from a balance to the next, leaves unexplained."""
    start_on = facts.start_on or facts.chain[0].begins_on
    days = sorted(loose)
    before = sum((loose[day] for day in days if day < start_on), ZERO)
    yield Reason(Why.BEFORE, -before)
    closing, previous, since = facts.start, 0, start_on
    for one in facts.chain:
        own = sum((loose[day] for day in days if since <= day <= one.closing_on), ZERO)
        yield from _step(one, closing, previous, own)
        closing, previous = one.closing, one.key
        since = date.fromordinal(one.closing_on.toordinal() + 1)
    after = sum((loose[day] for day in days if day >= since), ZERO)
    yield Reason(Why.AFTER, -after)


def _step(one: Stated, closing: Decimal, previous: int, loose: Decimal) -> Iterable[Reason]:
    """Yield what one statement leaves: entries that miss its balance, days that nobody read."""
    untied = one.closing - one.begins_at - one.net
    yield Reason(Why.UNTIED, untied, one.key)
    left = one.closing - closing - one.attached - loose - untied
    is_gap = previous and one.begins_at != closing
    yield Reason(Why.MISSING if is_gap else Why.OTHER_FILE, left, one.key, previous)
