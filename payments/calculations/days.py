"""Which days money may bear. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

DAYS_AHEAD = timedelta(days=45)
"""The statement of the month under way may be given whole, with its days to come."""
YEARS_BACK = 10
YEARS_BEFORE_BOOKS = 2


@dataclass(frozen=True)
class Days:
    """The days that money may bear: another one is a mistake of the file, or of who typed it."""

    today: date
    oldest: date
    newest: date

    def why_not(self, day: date) -> str:
        """Say why a day cannot be, after "datée du…": "" when it may."""
        if day > self.newest:
            return "dans le futur"
        return "bien avant le début des comptes" if day < self.oldest else ""


def days_around(today: date, first: date | None, last: date | None) -> Days:
    """Return the days that may be, from today and the first and last days of the books.

    Two years before the books and never ten years back; some weeks after today, or after the last
    day of the books, which a month billed ahead may have brought beyond today.
    """
    years = [today.year - YEARS_BACK]
    if first is not None:
        years.append(min(first, today).year - YEARS_BEFORE_BOOKS)
    return Days(today, date(max(years), 1, 1), max(today, last or today) + DAYS_AHEAD)
