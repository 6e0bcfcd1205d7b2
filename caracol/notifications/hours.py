"""When a message may reach somebody: neither at night (dated parameter) nor on days of rest."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from caracol.core.workdays import holidays
from caracol.parameters.selectors import value

KEY = "messages.hours"


def next_allowed(moment: datetime) -> datetime:
    """Return the moment itself, or the first one after it when people may be reached.

    The parameter says from which hour to which; Sundays and holidays are days of rest. Raises
    ParameterMissing.
    """
    local = timezone.localtime(moment)
    rule = value(KEY, local.date())
    opens, closes = time.fromisoformat(rule["from"]), time.fromisoformat(rule["to"])
    day = local.date()
    if local.time() >= closes:
        day += timedelta(days=1)
    while day.weekday() == 6 or day in holidays(day.year):
        day += timedelta(days=1)
    if day == local.date() and local.time() >= opens:
        return moment
    return timezone.make_aware(datetime.combine(day, opens))
