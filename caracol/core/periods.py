"""Months and spans of days, both ends included. Pure."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_FRENCH_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; compares in time order; written "2026-11"."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month that holds a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read "2026-11". Raises ValueError for anything else."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text.strip())
        if not match or not 1 <= int(match[2]) <= 12:
            raise ValueError(f"« {text} » n'est pas un mois écrit AAAA-MM, par exemple 2026-11.")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date(self.year, self.number, self.days)

    @property
    def days(self) -> int:
        """The number of days, 28 to 31."""
        return calendar.monthrange(self.year, self.number)[1]

    @property
    def label(self) -> str:
        """The French name: "novembre 2026"."""
        return f"{_FRENCH_MONTHS[self.number - 1]} {self.year}"

    @property
    def of_label(self) -> str:
        """The French name after its preposition: "de novembre 2026", "d'avril 2026"."""
        return f"d'{self.label}" if self.label[0] in "ao" else f"de {self.label}"

    def plus(self, months: int) -> "Month":
        """Return the month that many months later (earlier when negative)."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def next(self) -> "Month":
        """Return the following month."""
        return self.plus(1)

    def previous(self) -> "Month":
        """Return the preceding month."""
        return self.plus(-1)

    def day(self, number: int) -> date:
        """Return that day of the month, or its last day when the month is shorter."""
        return date(self.year, self.number, min(number, self.days))

    def until(self, last: "Month") -> Iterator["Month"]:
        """Yield this month and the next ones up to `last` included."""
        month = self
        while month <= last:
            yield month
            month = month.next()


def add_months(day: date, months: int) -> date:
    """Return the same day that many months later, or the last day of a shorter month."""
    return Month.of(day).plus(months).day(day.day)


def end_of_duration(starts_on: date, months: int) -> date:
    """Return the last day of a duration in months that starts on a day (both included)."""
    return add_months(starts_on, months) - timedelta(days=1)


def months_spanned(starts_on: date, ends_on: date) -> int:
    """Return how many whole or begun months lie from one day to another, both included."""
    months = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month
    return months if end_of_duration(starts_on, months) >= ends_on else months + 1


def whole_months(starts_on: date, ends_on: date) -> int | None:
    """Return a duration in months, or None when it does not end with one."""
    months = months_spanned(starts_on, ends_on)
    return months if end_of_duration(starts_on, months) == ends_on else None


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """The number of days; 0 when the span is empty."""
        return max(0, (self.last - self.first).days + 1)

    def within(self, other: "Span") -> "Span | None":
        """Return the days common to both, or None."""
        common = Span(max(self.first, other.first), min(self.last, other.last))
        return common if common.days else None


def french_day(day: date) -> str:
    """Write a day as French does: "1er novembre 2026"."""
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {_FRENCH_MONTHS[day.month - 1]} {day.year}"
