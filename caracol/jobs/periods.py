"""When periodic jobs are due, on the local calendar: a change of hour neither skips nor doubles."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from django.utils import timezone


class Schedule(Protocol):
    """A division of time into periods, each known by its first day."""

    def latest(self, now: datetime) -> date:
        """Give the last period whose moment has come; ``now`` is local time."""

    def before(self, period: date) -> date:
        """Give the period before this one."""

    def after(self, period: date) -> date:
        """Give the period after this one."""

    def moment(self, period: date) -> datetime:
        """Give the instant when this period's work is due."""


@dataclass(frozen=True)
class Daily:
    """Each day, from this local time on."""

    at: time = time(3, 30)

    def latest(self, now: datetime) -> date:
        """Give today once the time has come, else yesterday."""
        return now.date() if now.time() >= self.at else now.date() - timedelta(days=1)

    def before(self, period: date) -> date:
        """Give the day before."""
        return period - timedelta(days=1)

    def after(self, period: date) -> date:
        """Give the day after."""
        return period + timedelta(days=1)

    def moment(self, period: date) -> datetime:
        """Give this time of that day."""
        return timezone.make_aware(datetime.combine(period, self.at))


@dataclass(frozen=True)
class Monthly:
    """Each month, from this day (28 at most) and local time on."""

    day: int = 1
    at: time = time(3, 30)

    def latest(self, now: datetime) -> date:
        """Give this month once its moment has come, else the month before."""
        first = now.date().replace(day=1)
        come = (now.day, now.time()) >= (self.day, self.at)
        return first if come else self.before(first)

    def before(self, period: date) -> date:
        """Give the first day of the month before."""
        return (period - timedelta(days=1)).replace(day=1)

    def after(self, period: date) -> date:
        """Give the first day of the month after."""
        return (period.replace(day=28) + timedelta(days=4)).replace(day=1)

    def moment(self, period: date) -> datetime:
        """Give the day and the time of that month."""
        return timezone.make_aware(datetime.combine(period.replace(day=self.day), self.at))
