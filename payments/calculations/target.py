"""The days on which banks settle in euros (TARGET). Pure.

Closed: Saturdays, Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December.
"""

from datetime import date, timedelta

_FIXED = frozenset({(1, 1), (5, 1), (12, 25), (12, 26)})
_DAY = timedelta(days=1)


def easter(year: int) -> date:
    """Return Easter Sunday, by the anonymous Gregorian computation (Meeus)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, left = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap - shift + 15) % 30
    fours, ones = divmod(rest, 4)
    weekday = (32 + 2 * left + 2 * fours - moon - ones) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_target_day(day: date) -> bool:
    """Whether banks settle that day."""
    if day.weekday() >= 5 or (day.month, day.day) in _FIXED:
        return False
    return (day - easter(day.year)).days not in {-2, 1}


def next_target_day(day: date) -> date:
    """Return that day if banks settle on it, else the next on which they do."""
    while not is_target_day(day):
        day += _DAY
    return day


def target_days_after(day: date, count: int) -> date:
    """Return the day that many TARGET days later."""
    for _each in range(count):
        day = next_target_day(day + _DAY)
    return day


def target_days_between(first: date, last: date) -> int:
    """Return how many TARGET days come after a day, up to another one."""
    days = 0
    while first < last:
        first += _DAY
        days += is_target_day(first)
    return days
