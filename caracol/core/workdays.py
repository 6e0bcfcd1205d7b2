"""French public holidays, and the working day on which a procedural delay ends. Pure.

CPC 642 (RULEBOOK 4.3): a delay that would end on a Saturday, a Sunday or a holiday goes on to the
next working day. Contractual notices do not move.
"""

from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
# Easter Monday, Ascension Day, Whit Monday: days after Easter Sunday.
_MOVING = (1, 39, 50)
SATURDAY = 5
_DAY = timedelta(days=1)


def easter(year: int) -> date:
    """Return Easter Sunday of a year, by the method of Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    r = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * r) // 451
    month, day = divmod(h + r - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the eleven public holidays of a year (code du travail, L3133-1)."""
    sunday = easter(year)
    moving = (sunday + timedelta(days=days) for days in _MOVING)
    return frozenset({*(date(year, month, day) for month, day in _FIXED), *moving})


def is_working_day(day: date) -> bool:
    """Whether a delay may end on a day: neither Saturday, Sunday nor holiday."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def next_working_day(day: date) -> date:
    """Return the day itself, or the next one on which a delay may end."""
    while not is_working_day(day):
        day += _DAY
    return day
