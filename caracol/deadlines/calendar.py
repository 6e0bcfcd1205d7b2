"""A person's agenda as an iCalendar file (RFC 5545), which leaves the house.

It lies at Google or Microsoft as often as not: it names no resident. A deadline says its kind and a
reference, with the address of the page.
"""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from caracol.accounts.models import User
from caracol.deadlines.models import Appointment, Deadline
from caracol.deadlines.selectors.lines import DueLine, lines_of
from caracol.deadlines.selectors.mine import mine, replaced_by
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.services.digest import (
    about_said,
    is_confidential,
    is_of_the_house,
    reference_of,
    site_url,
)
from caracol.deadlines.subjects import bears_a_name, names_of_people

GONE_DAYS = timedelta(days=60)
AHEAD_DAYS = timedelta(days=400)
AT_MOST = 2000
BELL = timedelta(hours=1)
ZONE = ZoneInfo("Europe/Paris")


def calendar_of(user: User, now: datetime) -> bytes:
    """Return a person's calendar: what they must do, and their appointments.

    A fixed number of queries. The same facts give the same bytes, by which a reader knows that
    nothing changed.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Caracol//Agenda//FR")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Caracol")
    calendar.add("x-wr-timezone", str(ZONE))
    calendar.add("x-published-ttl", "PT1H")
    calendar.add_component(_paris())
    names = names_of_people()
    for event in (*_deadlines(user, now, names), *_appointments(user, now, names)):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _paris() -> Timezone:
    """Return the hours of Paris: the European rule, in force since 1996."""
    zone = Timezone()
    zone.add("tzid", str(ZONE))
    summer, winter = TimezoneDaylight(), TimezoneStandard()
    _season(summer, datetime(1996, 3, 31, 2), 3, (1, 2), "CEST")  # noqa: DTZ001 - local by nature
    _season(winter, datetime(1996, 10, 27, 3), 10, (2, 1), "CET")  # noqa: DTZ001
    zone.add_component(summer)
    zone.add_component(winter)
    return zone


def _season(season: Any, starts: datetime, month: int, offsets: tuple[int, int], name: str) -> None:
    before, after = (timedelta(hours=hours) for hours in offsets)
    season.add("dtstart", starts)
    season.add("tzoffsetfrom", before)
    season.add("tzoffsetto", after)
    season.add("tzname", name)
    season.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})


def _deadlines(user: User, now: datetime, names: frozenset[str]) -> Iterable[Event]:
    day = timezone.localtime(now).date()
    rules = rules_on(day)
    alive = Q(state="OPEN", due_on__lte=day + AHEAD_DAYS)
    seen = Deadline.objects.visible_to(user)
    rows = (
        mine(seen, user, day, rules, replaced_by(user, day))
        .filter(alive | Q(closed_on__gte=day - GONE_DAYS))
        .annotate(changes=Count("events"), changed_at=Max("events__at"))
        .order_by("due_on", "pk")[:AT_MOST]
    )
    for line in lines_of(rows, day, rules):
        yield _deadline(line, names)


def _deadline(line: DueLine, names: frozenset[str]) -> Event:
    row: Any = line.deadline
    changed_at = row.changed_at or datetime.combine(row.opened_on, time(), ZONE)
    event = _event(f"echeance-{row.pk}", row.changes, changed_at, is_over=not row.is_open)
    event.add("summary", _said_of(line, names))
    event.add("dtstart", row.due_on)
    event.add("dtend", row.due_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["Échéance"])
    event.add("url", site_url(reverse("deadlines:deadline-detail", args=[row.pk])))
    return event


def _said_of(line: DueLine, names: frozenset[str]) -> str:
    if not is_confidential(line, names):
        return " · ".join(filter(None, (line.label, about_said(line, names))))
    said = line.label
    if line.rule is None or line.kind is None:
        said = "Tâche" if line.rule else "Échéance"
    return f"{said} · {reference_of(line)}"


def _appointments(user: User, now: datetime, names: frozenset[str]) -> Iterable[Event]:
    rows = Appointment.objects.of(user).filter(ends_at__gte=now - GONE_DAYS)
    told = rows.filter(Q(cancelled_at=None) | Q(cancelled_at__gte=now - GONE_DAYS))
    for row in told.order_by("starts_at", "pk")[:AT_MOST]:
        yield _appointment(row, names)


def _appointment(row: Appointment, names: frozenset[str]) -> Event:
    kind = str(row.get_kind_display())
    is_ours = is_of_the_house(row)
    title = row.title if is_ours and not bears_a_name(row.title, names) else kind
    event = _event(f"rendez-vous-{row.pk}", row.sequence, row.changed_at, is_over=row.is_cancelled)
    event.add("summary", title)
    event.add("dtstart", row.starts_at.astimezone(ZONE))
    event.add("dtend", row.ends_at.astimezone(ZONE))
    if row.place and is_ours and not bears_a_name(row.place, names):
        event.add("location", row.place)
    event.add("categories", [kind])
    if not row.is_cancelled:
        event.add_component(_alarm(title))
    event.add("url", site_url(reverse("agenda:appointment", args=[row.pk])))
    return event


def _event(name: str, sequence: int, changed_at: datetime, *, is_over: bool) -> Event:
    host = urlsplit(settings.SITE_URL).hostname or "caracol"
    changed = changed_at.astimezone(ZoneInfo("UTC")).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{name}@{host}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", sequence)
    event.add("status", "CANCELLED" if is_over else "CONFIRMED")
    return event


def _alarm(said: str) -> Alarm:
    """Return the bell of an appointment, an hour before."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", said)
    alarm.add("trigger", -BELL)
    return alarm
