"""The words of the mails by which the team is reminded: nothing that an e-mail may not say.

An e-mail lies in boxes that are not ours. What is of a sensitive kind, and what nobody vouches
for, is neither named nor hinted at: only that something waits, and where. Nobody is named: a home,
or a reference (TRUST 2.2).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse

from caracol.core.periods import french_day
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.models import Appointment
from caracol.deadlines.models.appointments import OF_PEOPLE
from caracol.deadlines.registry import TASK
from caracol.deadlines.selectors.agenda import hours_of
from caracol.deadlines.selectors.lines import DueLine
from caracol.deadlines.subjects import bears_a_name

_REFERENCE = re.compile(r"[A-Z]{1,4}-?\d[\d-]*")
CONFIDENTIAL = "Une échéance confidentielle"
SEVERAL = 2
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Said:
    """A deadline as a mail says it."""

    what: str
    about: str
    when: str
    url: str
    for_whom: str = ""


@dataclass(frozen=True)
class Group:
    """Deadlines under one heading, all of them: what a mail tells is noted as told."""

    title: str
    lines: list[Said]


def site_url(path: str) -> str:
    """Return the whole address of a page, for mails and calendars."""
    return f"{settings.SITE_URL}{path}"


@dataclass(frozen=True)
class Discretion:
    """What a mail must know to keep quiet: for whom one stands in, and what names anybody."""

    absent: Mapping[int, str]
    names: frozenset[str]


def is_confidential(line: DueLine, names: frozenset[str]) -> bool:
    """Whether nothing of a deadline leaves the house: a sensitive kind, or a note on somebody."""
    row = line.deadline
    if row.kind == TASK:
        return bool(row.person_id or row.contract_id) or bears_a_name(
            f"{line.label} {line.about}", names
        )
    return line.kind is None or line.kind.is_sensitive


def about_said(line: DueLine, names: frozenset[str]) -> str:
    """Return what a deadline is about as it may leave the house: a home, a reference, no name."""
    if is_confidential(line, names):
        return ""
    row = line.deadline
    if row.person_id or row.contract_id or bears_a_name(line.about, names):
        return reference_of(line)
    return line.about


def reference_of(line: DueLine) -> str:
    """Return "réf. C23013" when the deadline says its contract's number, else its own number."""
    last = line.deadline.about.rpartition(" · ")[2]
    return f"réf. {last if _REFERENCE.fullmatch(last) else line.pk}"


def say(line: DueLine, discretion: Discretion) -> Said:
    """Return what a mail says of a deadline."""
    hidden = is_confidential(line, discretion.names)
    return Said(
        what=CONFIDENTIAL if hidden else line.label,
        about=about_said(line, discretion.names),
        when=_when(line),
        url=site_url(reverse("deadlines:deadline-detail", args=[line.pk])),
        for_whom=discretion.absent.get(line.deadline.assignee_id or 0, ""),
    )


def meetings_of(rows: Iterable[Appointment]) -> list[Group]:
    """Return a day's appointments as a mail says them: neither whom one meets, nor why."""
    said = [
        Said(
            what=str(row.get_kind_display()) if is_of_the_house(row) else "Rendez-vous",
            about="",
            when=hours_of(row),
            url=site_url(reverse("agenda:appointment", args=[row.pk])),
        )
        for row in rows
    ]
    return [Group("Vos rendez-vous du jour", said)] if said else []


def is_of_the_house(row: Appointment) -> bool:
    """Whether an appointment is about nobody: what it is may be said outside."""
    return row.person_id is None and row.kind not in (*OF_PEOPLE, AppointmentKind.OTHER)


def _when(line: DueLine) -> str:
    days = (line.due_on - line.day).days
    if days < 0:
        late = "hier" if days == -1 else f"il y a {-days} jours"
        return f"{french_day(line.due_on)}, {late}"
    if days == 0:
        return "aujourd'hui"
    near = "demain" if days == 1 else f"dans {days} jours"
    return f"{french_day(line.due_on)}, {near}"


def groups_of(
    lines: Iterable[DueLine], newly: Iterable[DueLine], day: date, discretion: Discretion
) -> list[Group]:
    """Sort what a person minds: late, today, this week; further away, what is told today."""
    week = day + WEEK
    rows = list(lines)
    parts = (
        ("En retard", [line for line in rows if line.due_on < day]),
        ("Aujourd'hui", [line for line in rows if line.due_on == day]),
        ("Cette semaine", [line for line in rows if day < line.due_on <= week]),
        ("Plus tard, à préparer", [line for line in newly if line.due_on > week]),
    )
    return [group_of(title, found, discretion) for title, found in parts if found]


def group_of(title: str, lines: list[DueLine], discretion: Discretion) -> Group:
    """Return a heading with its lines; several that nothing may be said of are counted."""
    hidden = [line for line in lines if is_confidential(line, discretion.names)]
    if len(hidden) < SEVERAL:
        return Group(title, [say(line, discretion) for line in lines])
    said = [say(line, discretion) for line in lines if line not in hidden]
    url = site_url(reverse("deadlines:deadline-list"))
    return Group(title, [*said, Said(f"{len(hidden)} échéances confidentielles", "", "", url)])
