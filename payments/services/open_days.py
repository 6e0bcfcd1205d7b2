"""On which day a fact enters the books when its own month is locked."""

from datetime import date

from django.db.models import Max, Min

from caracol.core.periods import Month
from payments.calculations.days import Days, days_around
from payments.models import Entry
from payments.services.posting import locked_months


def open_day(on: date, locked: set[Month] | None = None) -> date:
    """Return the day itself, else the first day of the next month that takes entries.

    The true day stays with the fact that is posted, and in the entry's source.
    """
    closed = locked_months() if locked is None else locked
    month = Month.of(on)
    if month not in closed:
        return on
    while month in closed:
        month = month.next()
    return month.first


def day_source(booked_on: date, on: date) -> dict[str, str]:
    """Return the true day of a line of the bank, for the source of an entry dated otherwise."""
    return {} if on == booked_on else {"booked_on": booked_on.isoformat()}


def days_of_books(today: date) -> Days:
    """Return the days that a bank line or a CAF payment may bear."""
    ends = Entry.objects.aggregate(first=Min("date"), last=Max("date"))
    return days_around(today, ends["first"], ends["last"])
