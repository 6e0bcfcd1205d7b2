"""Note an appointment, change it, call it off, and take any of these back once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.dateparse import parse_datetime

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.deadlines.models import Appointment, AppointmentGuest
from caracol.deadlines.subjects import HOME, PERSON, subjects

NOTED = history.label("deadlines.appointment-noted", "Rendez-vous noté")
CHANGED = history.label("deadlines.appointment-changed", "Rendez-vous modifié")
CANCELLED = history.label("deadlines.appointment-cancelled", "Rendez-vous annulé")
UNDONE = history.label("deadlines.appointment-undone", "Retour en arrière sur un rendez-vous")
FACTS = ("title", "kind", "starts_at", "ends_at", "place", "person_id", "home_id", "is_private")


class AppointmentChanged(Refused):
    """Somebody changed it meanwhile."""


@dataclass(frozen=True)
class Meeting:
    """What an appointment is."""

    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    person_id: int | None = None
    home_id: int | None = None
    is_private: bool = False
    guests: tuple[int, ...] = ()


@transaction.atomic
def note_appointment(*, meeting: Meeting, now: datetime, actor: User) -> Appointment:
    """Note an appointment; who notes it sees it, its participants too."""
    with history.act(NOTED, actor=actor):
        row = Appointment(created_by=actor, changed_at=now, territory=_place(meeting, actor))
        _fill(row, meeting)
        row.full_clean()
        row.save()
        _invite(row, meeting.guests)
    return row


@transaction.atomic
def change_appointment(
    *, appointment: Appointment, meeting: Meeting, seen: int, now: datetime, actor: User
) -> Appointment:
    """Change an appointment. Raises AppointmentChanged when it is not the one that was seen."""
    row = _locked(appointment, seen)
    with history.act(CHANGED, actor=actor):
        row.before = _memory(row)
        _fill(row, meeting)
        row.territory = _place(meeting, actor) or row.territory
        _save(row, now)
        _invite(row, meeting.guests)
    return row


@transaction.atomic
def cancel_appointment(
    *, appointment: Appointment, seen: int, now: datetime, actor: User
) -> Appointment:
    """Call an appointment off: it leaves the agenda, and calendars that follow it say so."""
    row = _locked(appointment, seen)
    if row.is_cancelled:
        raise AppointmentChanged("Ce rendez-vous est déjà annulé.")
    with history.act(CANCELLED, actor=actor):
        row.before = _memory(row)
        row.cancelled_at = now
        _save(row, now)
    return row


@transaction.atomic
def undo_appointment(
    *, appointment: Appointment, seen: int, now: datetime, actor: User
) -> Appointment:
    """Take back the last act on an appointment: a note is called off, a change is put back."""
    row = _locked(appointment, seen)
    memory = row.before
    if memory is None and row.sequence:
        raise AppointmentChanged("Il n'y a rien à annuler sur ce rendez-vous.")
    with history.act(UNDONE, actor=actor):
        if memory is None:
            row.cancelled_at = now
        else:
            _remember(row, memory)
        row.before = None
        _save(row, now)
    return row


def clashes(
    meeting: Meeting, *, but: Appointment | None = None
) -> list[tuple[Appointment, list[str]]]:
    """Return the appointments at the same time of the same people, with the colleagues' names."""
    same_time = Q(starts_at__lt=meeting.ends_at, ends_at__gt=meeting.starts_at)
    guests = AppointmentGuest.objects.filter(user__in=meeting.guests)
    same_people = Q(pk__in=guests.values("appointment"))
    if meeting.person_id:
        same_people |= Q(person_id=meeting.person_id)
    rows = Appointment.objects.standing().filter(same_time & same_people)
    if but is not None:
        rows = rows.exclude(pk=but.pk)
    return [
        (row, [str(g.user) for g in row.guests.all() if g.user_id in meeting.guests])
        for row in rows.prefetch_related("guests__user").order_by("starts_at", "pk")
    ]


def _locked(appointment: Appointment, seen: int) -> Appointment:
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if row.sequence != seen:
        raise AppointmentChanged(
            "Quelqu'un a changé ce rendez-vous entre-temps : relisez-le avant de recommencer."
        )
    return row


def _fill(row: Appointment, meeting: Meeting) -> None:
    for name in FACTS:
        setattr(row, name, getattr(meeting, name))


def _save(row: Appointment, now: datetime) -> None:
    row.sequence += 1
    row.changed_at = now
    row.full_clean()
    row.save()


def _invite(row: Appointment, guests: Iterable[int]) -> None:
    """Keep exactly these participants."""
    wanted, known = set(guests), set(row.guests.values_list("user_id", flat=True))
    row.guests.filter(user__in=known - wanted).delete()
    AppointmentGuest.objects.bulk_create(
        AppointmentGuest(appointment=row, user_id=pk) for pk in sorted(wanted - known)
    )


def _memory(row: Appointment) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in FACTS}
    return {
        **facts,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "cancelled_at": row.cancelled_at.isoformat() if row.cancelled_at else None,
        "territory_id": row.territory_id,
        "guests": sorted(row.guests.values_list("user_id", flat=True)),
    }


def _remember(row: Appointment, memory: dict[str, Any]) -> None:
    for name in ("starts_at", "ends_at", "cancelled_at"):
        setattr(row, name, parse_datetime(memory[name]) if memory[name] else None)
    for name in set(FACTS) - {"starts_at", "ends_at"} | {"territory_id"}:
        setattr(row, name, memory[name])
    _invite(row, memory["guests"])


def _place(meeting: Meeting, actor: User) -> Territory | None:
    """Return where an appointment belongs: its home's territory, the person's, the author's."""
    for code, pk in ((HOME, meeting.home_id), (PERSON, meeting.person_id)):
        known = subjects(code)
        where = known.territory(pk) if known and pk else None
        if where:
            return Territory.objects.get(pk=where)
    own = {right.territory for right in actor.rights}
    return own.pop() if len(own) == 1 else None
