"""How long an owner's agreement may last (RULEBOOK 1.1: ELAN law, article 29). Pure."""

from datetime import date, timedelta

from caracol.core.periods import end_of_duration

ARTICLE = "article 29 de la loi ELAN"


def longest_end(starts_on: date, years: int) -> date:
    """Return the last day an agreement may reach without extension."""
    return end_of_duration(starts_on, 12 * years)


def longest_extension(previous_ends_on: date, years: int) -> date:
    """Return the last day one extension may reach after the end it pushes back."""
    return end_of_duration(previous_ends_on + timedelta(days=1), 12 * years)


def documented_end(starts_on: date, years: int, extensions: list[tuple[date, date]]) -> date:
    """Return until when signed acts account for an agreement: its first years, then each act.

    `extensions`: (end pushed back, new end), whatever their order. An act that begins after what
    is accounted for leaves a hole that stays one.
    """
    end = longest_end(starts_on, years)
    for previous, new in sorted(extensions):
        if previous <= end:
            end = max(end, new)
    return end
