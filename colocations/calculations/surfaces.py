"""The surface under which a room opens no housing aid (CCH R822-25). Pure."""

from decimal import Decimal


def least_surface(people: int, one: int, two: int, more: int) -> Decimal:
    """Return the least surface for so many people: one, two, then so much for each other."""
    if people <= 1:
        return Decimal(one)
    return Decimal(two + more * (people - 2))
