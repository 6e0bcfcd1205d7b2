"""The agenda: deadlines and appointments of some days, as their reader may know them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from caracol.accounts.models import User
from caracol.core.money import NBSP
from caracol.core.workdays import holidays
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.models import Appointment, AppointmentQuerySet, Deadline
from caracol.deadlines.selectors.lines import DueLine, lines_of
from caracol.deadlines.selectors.mine import mine, replaced_by
from caracol.deadlines.selectors.rules import rules_on
from caracol.deadlines.subjects import HOME, PERSON, named

ONE_DAY = timedelta(days=1)
SOON = timedelta(days=60)
MOST = 4
ICONS = {
    AppointmentKind.VISIT: "home",
    AppointmentKind.MEETING: "user",
    AppointmentKind.INVENTORY: "clipboard-check",
    AppointmentKind.KEYS: "key",
    AppointmentKind.OFFICE: "building",
    AppointmentKind.TEAM: "users",
    AppointmentKind.OTHER: "calendar-event",
}
DEADLINE, APPOINTMENT = "deadline", "appointment"


@dataclass(frozen=True)
class Wanted:
    """What the reader asks to see."""

    what: str = ""
    whose: str = ""
    domain: str = ""
    home: int | None = None


@dataclass(frozen=True)
class Event:
    """One line of the agenda."""

    kind: str
    day: date
    label: str
    about: str
    url: str
    icon: str
    tone: str
    said: str
    hours: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    who: str = ""

    @property
    def begins(self) -> str:
        """From when, where there is no room to say until when."""
        return self.hours.partition(" – ")[0]

    @property
    def order(self) -> tuple[date, bool, datetime | None, str]:
        """Within a day, deadlines first, then appointments by their hour."""
        return (self.day, self.kind == APPOINTMENT, self.starts_at, self.label)


@dataclass(frozen=True)
class Day:
    """A day of the agenda with what is on it."""

    date: date
    events: list[Event]
    is_today: bool = False
    is_other_month: bool = False
    is_rest: bool = False

    @property
    def shown(self) -> list[Event]:
        """What a narrow box has room for."""
        return self.events if len(self.events) <= AT_MOST else self.events[: AT_MOST - 1]

    @property
    def more(self) -> int:
        """How many have no room."""
        return len(self.events) - len(self.shown)


AT_MOST = 4


def moment(day: date) -> datetime:
    """Return the first instant of a day here."""
    return timezone.make_aware(datetime.combine(day, time()))


def events_of(user: User, first: date, last: date, today: date, wanted: Wanted) -> list[Event]:
    """Return what a user sees of some days, in order: a fixed number of queries."""
    found: list[Event] = []
    if wanted.what != APPOINTMENT:
        found += _deadlines(user, first, last, today, wanted)
    if wanted.what != DEADLINE and not wanted.domain:
        found += _appointments(user, first, last, wanted)
    return sorted(found, key=lambda event: (event.order[:2], str(event.starts_at), event.label))


def _deadlines(user: User, first: date, last: date, today: date, wanted: Wanted) -> Iterable[Event]:
    rows = Deadline.objects.visible_to(user).open().filter(due_on__range=(first, last))
    rules = rules_on(today)
    if wanted.whose:
        rows = mine(rows, user, today, rules, replaced_by(user, today))
    if wanted.home:
        rows = rows.filter(home_id=wanted.home)
    for line in lines_of(rows.order_by("due_on", "pk"), today, rules):
        if not wanted.domain or line.domain == wanted.domain:
            yield deadline_event(line)


def deadline_event(line: DueLine) -> Event:
    """Return a deadline as a line of the agenda."""
    return Event(
        kind=DEADLINE,
        day=line.due_on,
        label=line.label,
        about=line.about,
        url=reverse("deadlines:deadline-detail", args=[line.pk]),
        icon=line.icon,
        tone=line.tone,
        said="Échéance en retard" if line.is_late else "Échéance",
    )


def _appointments(user: User, first: date, last: date, wanted: Wanted) -> list[Event]:
    rows = between(Appointment.objects.visible_to(user).standing(), first, last)
    if wanted.whose:
        rows = rows.filter(pk__in=Appointment.objects.of(user).values("pk"))
    if wanted.home:
        rows = rows.filter(home_id=wanted.home)
    found = list(rows.prefetch_related("guests__user").order_by("starts_at", "pk"))
    people = named(PERSON, user, (row.person_id for row in found))
    homes = named(HOME, user, (row.home_id for row in found))
    return [
        _event(row, day, people.get(row.person_id or 0), homes.get(row.home_id or 0))
        for row in found
        for day in _days(row)
        if first <= day <= last
    ]


def coming(user: User, about: Q, day: date) -> list[Event]:
    """Return the next appointments about somebody or some place that a user may know of.

    A fixed number of queries. The day itself counts until it ends.
    """
    rows = Appointment.objects.visible_to(user).standing().filter(about, ends_at__gt=moment(day))
    near = rows.filter(starts_at__lt=moment(day + SOON)).prefetch_related("guests__user")
    found = list(near.order_by("starts_at", "pk")[:MOST])
    people = named(PERSON, user, (row.person_id for row in found))
    homes = named(HOME, user, (row.home_id for row in found))
    return [
        _event(
            row,
            timezone.localtime(row.starts_at).date(),
            people.get(row.person_id or 0),
            homes.get(row.home_id or 0),
        )
        for row in found
    ]


def own_day(user: User, day: date) -> list[Appointment]:
    """Return the appointments of a day in which a user takes part, in their order: one query."""
    rows = between(Appointment.objects.of(user).standing(), day, day)
    return list(rows.order_by("starts_at", "pk"))


def between(rows: AppointmentQuerySet, first: date, last: date) -> AppointmentQuerySet:
    """Keep the appointments that touch some days."""
    return rows.filter(starts_at__lt=moment(last + ONE_DAY), ends_at__gt=moment(first))


def _days(row: Appointment) -> Iterable[date]:
    day = timezone.localtime(row.starts_at).date()
    last = timezone.localtime(row.ends_at - timedelta(microseconds=1)).date()
    while day <= last:
        yield day
        day += ONE_DAY


def _event(row: Appointment, day: date, person: Any, home: Any) -> Event:
    return Event(
        kind=APPOINTMENT,
        day=day,
        label=row.title,
        about=" · ".join(known.label for known in (person, home) if known),
        url=reverse("agenda:appointment", args=[row.pk]),
        icon=ICONS[AppointmentKind(row.kind)],
        tone="accent",
        said=str(row.get_kind_display()),
        hours=hours_of(row),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        who=", ".join(sorted(str(guest.user) for guest in row.guests.all())),
    )


def hours_of(row: Appointment) -> str:
    """Write from when to when: « 9 h 30 – 11 h »."""
    return f"{hour(row.starts_at)} – {hour(row.ends_at)}"


def hour(at: datetime) -> str:
    """Write an hour as French does: « 9 h », « 9 h 05 »."""
    local = timezone.localtime(at)
    minutes = f"{NBSP}{local:%M}" if local.minute else ""
    return f"{local.hour}{NBSP}h{minutes}"


def days_of(
    events: Iterable[Event], first: date, last: date, today: date, month: int | None = None
) -> list[Day]:
    """Return every day of a span with its events."""
    by_day: dict[date, list[Event]] = defaultdict(list)
    for event in events:
        by_day[event.day].append(event)
    span = (last - first).days + 1
    days = (first + number * ONE_DAY for number in range(span))
    return [
        Day(
            day,
            by_day.get(day, []),
            is_today=day == today,
            is_other_month=month is not None and day.month != month,
            is_rest=day.weekday() >= 5 or day in holidays(day.year),
        )
        for day in days
    ]
