"""What a CAF statement comes to, whose right a line is, and which months it is for. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO, split
from caracol.core.periods import Month
from caracol.core.text import sort_key


def allocataire_key(number: str) -> str:
    """Return what a recipient's number is compared by: no leading zero, no letter key.

    "0123456", "123456 A" and "00000000123456A" are one number.
    """
    bare = re.sub(r"[^A-Z0-9]", "", number.upper())
    if found := re.fullmatch(r"(\d+)[A-Z]", bare):
        bare = found[1]
    return bare.lstrip("0") or bare


@dataclass(frozen=True)
class Announced:
    """A total that the statement announces, with the number of lines it says it has."""

    amount: Decimal
    lines: int | None = None
    place: str = ""


@dataclass(frozen=True)
class Tie:
    """Whether the lines make the totals: the amounts to post, or why they do not."""

    amounts: tuple[Decimal, ...]
    why_not: str = ""

    @property
    def total(self) -> Decimal:
        """What the lines come to."""
        return sum(self.amounts, ZERO)


def tie_lines(
    amounts: Sequence[Decimal], takes_back: Sequence[bool], announced: Sequence[Announced]
) -> Tie:
    """Compare the lines with the total announced.

    Some files write what is taken back without a sign: it is read as negative when the total
    says so, and only then.
    """
    as_written = Tie(tuple(amounts))
    if not announced:
        return as_written
    total = _grand_total(announced, as_written.total)
    counts = [one.lines for one in announced if one.lines is not None]
    if counts and len(announced) == 1 and counts[0] != len(amounts):
        return Tie(
            as_written.amounts,
            f"Le bordereau annonce {counts[0]} lignes et en contient {len(amounts)}.",
        )
    if as_written.total == total:
        return as_written
    signed = tuple(
        -abs(amount) if back else amount for amount, back in zip(amounts, takes_back, strict=True)
    )
    if sum(signed, ZERO) == total:
        return Tie(signed)
    gap = as_written.total - total
    return Tie(
        as_written.amounts,
        f"Les lignes font {_euros(as_written.total)} et le total annoncé {_euros(total)} : "
        f"écart de {_euros(gap)}.",
    )


def _grand_total(announced: Sequence[Announced], summed: Decimal) -> Decimal:
    """Return the total of the whole: the last one when it says all, else the sum of subtotals."""
    if len(announced) == 1:
        return announced[0].amount
    amounts = [one.amount for one in announced]
    last, before = amounts[-1], sum(amounts[:-1], ZERO)
    if last in (before, summed):
        return last
    return sum(amounts, ZERO)


def _euros(amount: Decimal) -> str:
    return f"{amount:,.2f} €".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def spread(
    amount: Decimal, months: Sequence[date], expected: Mapping[date, Decimal]
) -> list[tuple[date, Decimal]]:
    """Share an amount that the CAF gives, or takes back, for several months in one line.

    `expected`: the aid that the contract expects, for each month that it was lived in. Only these
    months take a part: in the proportion of their aid when each expects some, else all the same.
    What other lines paid plays no part, so that statements may come in any order.
    """
    lived = [month for month in months if month in expected] or list(months)
    weights = [expected.get(month, ZERO) for month in lived]
    if any(weight <= 0 for weight in weights):
        weights = [Decimal(1)] * len(lived)
    parts = zip(lived, split(amount, weights), strict=True)
    return [(month, part) for month, part in parts if part] or [(months[-1], amount)]


def same_name(printed: str, known: str) -> bool:
    """Whether two names may be one person's: a word of two letters or more in common."""
    ours = {word for word in sort_key(known).split() if len(word) > 1}
    theirs = {word for word in sort_key(printed).split() if len(word) > 1}
    return not ours or not theirs or bool(ours & theirs)


@dataclass(frozen=True)
class Stay:
    """A contract of a person: its days, and the person's CAF."""

    contract: int
    first: date
    last: date
    department: str = ""
    person: int = 0


def stay_for(stays: Sequence[Stay], start: Month, end: Month) -> tuple[Stay | None, str]:
    """Return the contract that a right is for: the one lived in most, else the nearest before.

    With the reason why a person should look at it, if any.
    """
    lived = [(days, stay) for stay in stays if (days := _days(stay, start, end)) > 0]
    if lived:
        return max(lived, key=lambda pair: (pair[0], -pair[1].contract))[1], ""
    before = [stay for stay in stays if stay.last < start.first]
    if before:
        last = max(before, key=lambda stay: (stay.last, -stay.contract))
        gone = f"parti·e le {last.last:%d/%m/%Y}"
        return last, f"L'aide est pour {end.label}, après la fin du contrat ({gone})."
    after = [stay for stay in stays if stay.first > end.last]
    if after:
        first = min(after, key=lambda stay: (stay.first, stay.contract))
        return first, f"L'aide est pour {end.label}, avant l'entrée du {first.first:%d/%m/%Y}."
    return None, ""


def _days(stay: Stay, start: Month, end: Month) -> int:
    return (min(stay.last, end.last) - max(stay.first, start.first)).days + 1
