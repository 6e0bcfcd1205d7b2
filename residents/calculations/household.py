"""How many people live in a room at once. Pure."""

from collections.abc import Iterable

from caracol.core.periods import Span


def most_at_once(stays: Iterable[Span], within: Span) -> int:
    """Return the greatest number of stays that share a day of a period."""
    inside = [common for stay in stays if (common := stay.within(within)) is not None]
    return max(
        (sum(stay.first <= day.first <= stay.last for stay in inside) for day in inside), default=0
    )
