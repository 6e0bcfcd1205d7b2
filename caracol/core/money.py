"""Euros as Decimal with two places: rounding, splitting, writing. Pure."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
NBSP = "\N{NO-BREAK SPACE}"
NNBSP = "\N{NARROW NO-BREAK SPACE}"


def round_half_up(amount: Decimal | Fraction | int) -> Decimal:
    """Return the amount in euros rounded to the cent, half away from zero (RULEBOOK 2.3)."""
    if isinstance(amount, Fraction):
        sign = -1 if amount < 0 else 1
        cents = (abs(amount) * 100 * 2 + 1) // 2
        return Decimal(sign * int(cents)).scaleb(-2)
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def split(total: Decimal, weights: Sequence[Decimal | Fraction | int]) -> list[Decimal]:
    """Share a total by weights; the parts always add up to the total, to the cent.

    Each part is within one cent of its exact share (largest remainder; ties go to the first).
    Raises ValueError when no weight is positive or one is negative.
    """
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if whole <= 0 or any(weight < 0 for weight in exact):
        raise ValueError("weights must be positive or zero, and not all zero")
    sign = -1 if total < 0 else 1
    cents = int(abs(total) * 100)
    shares = [weight * cents / whole for weight in exact]
    parts = [share.numerator // share.denominator for share in shares]
    left = cents - sum(parts)
    by_remainder = sorted(range(len(shares)), key=lambda i: (parts[i] - shares[i], i))
    for index in by_remainder[:left]:
        parts[index] += 1
    return [Decimal(sign * part).scaleb(-2) for part in parts]


def number(amount: Decimal, places: int = 2) -> str:
    """Write a number as French does: "1 234,56". The narrow space is missing in many fonts."""
    text = f"{abs(amount):,.{places}f}".replace(",", NBSP).replace(".", ",")
    return f"\N{MINUS SIGN}{text}" if amount < 0 else text


def euros(amount: Decimal) -> str:
    """Write an amount in euros: "1 234,56 €"."""
    return f"{number(amount)}{NBSP}€"
