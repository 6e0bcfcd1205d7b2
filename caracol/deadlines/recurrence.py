"""The days on which a task comes back. Pure.

A month shorter than the day keeps its last day, and the next one the day of the series again; what
comes back daily does on working days only.
"""

from datetime import date, timedelta

from caracol.core.periods import add_months
from caracol.core.workdays import is_working_day
from caracol.deadlines.enums import Frequency

_DAY = timedelta(days=1)
_MOST = 10_000
_MONTHS = {Frequency.MONTHLY: 1, Frequency.YEARLY: 12}
_RRULE = {
    Frequency.DAILY: "DAILY",
    Frequency.WEEKLY: "WEEKLY",
    Frequency.MONTHLY: "MONTHLY",
    Frequency.YEARLY: "YEARLY",
}


def nth(first: date, frequency: str, every: int, turn: int) -> date:
    """Return the day of a turn of a series, the first being turn 0; not for daily ones."""
    months = _MONTHS.get(Frequency(frequency))
    if months:
        return add_months(first, months * every * turn)
    return first + timedelta(weeks=every * turn)


def next_after(
    first: date, frequency: str, every: int, after: date, until: date | None = None
) -> date | None:
    """Return the first day of a series after another; None when it does not come back."""
    if not frequency:
        return None
    found = _next_working(after, every) if frequency == Frequency.DAILY else None
    turn = 0
    while found is None and turn < _MOST:
        day = nth(first, frequency, every, turn)
        found = day if day > after else None
        turn += 1
    return None if found is None or (until is not None and found > until) else found


def _next_working(after: date, every: int) -> date:
    day, left = after, every
    while left:
        day += _DAY
        left -= int(is_working_day(day))
    return day


def rrule(frequency: str, every: int, until: date | None = None) -> str:
    """Return a series as calendars write it (RFC 5545); empty for what does not come back."""
    if not frequency:
        return ""
    parts = [f"FREQ={_RRULE[Frequency(frequency)]}", f"INTERVAL={every}"]
    if frequency == Frequency.DAILY:
        parts.append("BYDAY=MO,TU,WE,TH,FR")
    if until is not None:
        parts.append(f"UNTIL={until:%Y%m%d}")
    return ";".join(parts)


def in_words(frequency: str, every: int) -> str:
    """Say how often a task comes back."""
    if every == 1 or not frequency:
        return str(Frequency(frequency).label)
    units = {
        Frequency.DAILY: "jours ouvrés",
        Frequency.WEEKLY: "semaines",
        Frequency.MONTHLY: "mois",
        Frequency.YEARLY: "ans",
    }
    lead = "toutes" if frequency == Frequency.WEEKLY else "tous"
    return f"{lead} les {every} {units[Frequency(frequency)]}"
