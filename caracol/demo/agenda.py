"""The team's appointments around the day of the demonstration."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

from caracol.accounts.models import User
from caracol.core.workdays import next_working_day
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.models import Appointment
from caracol.deadlines.services.appointments import Meeting, cancel_appointment, note_appointment
from colocations.models import Colocation
from residents.enums import LIVING
from residents.models import ContractHolder

K = AppointmentKind


class Noted(NamedTuple):
    """An appointment: days from today, its hours, who goes (logins), about a home or a person."""

    days: int
    starts: tuple[int, int]
    ends: tuple[int, int]
    kind: AppointmentKind
    title: str
    place: str
    guests: tuple[str, ...]
    about: str


_NOTED = (
    Noted(0, (10, 0), (11, 0), K.VISIT, "Visite de la maison", "", ("mission",), "home"),
    Noted(0, (14, 0), (14, 45), K.MEETING, "Point sur le projet", "Bureau", ("social",), "person"),
    Noted(
        1,
        (9, 30),
        (10, 30),
        K.INVENTORY,
        "État des lieux de sortie",
        "",
        ("mission", "alternance"),
        "home",
    ),
    Noted(1, (9, 45), (10, 15), K.OFFICE, "Accompagnement à la CAF", "CAF", ("social",), "person"),
    Noted(2, (11, 0), (12, 0), K.TEAM, "Point de l'équipe", "Bureau", ("gla", "alternance"), ""),
    Noted(3, (15, 0), (16, 0), K.KEYS, "Remise des clés", "", ("mission",), "home"),
    Noted(6, (10, 0), (12, 0), K.VISIT, "Passage du chauffagiste", "", ("technique",), "home"),
    Noted(9, (14, 0), (15, 0), K.MEETING, "Point logement", "", ("social", "gla"), "person"),
    Noted(-2, (10, 0), (11, 0), K.VISIT, "Visite de la maison", "", ("mission",), "home"),
)
_HOME = "IDF"


class Agenda:
    """Notes the appointments of two weeks, one of them called off."""

    def __init__(self, today: date, team: Mapping[str, User]) -> None:
        self.today, self.team = today, team

    def write(self) -> None:
        """Note them all."""
        officer = self.team["mission"]
        homes = list(Colocation.objects.filter(mission_officer=officer).order_by("code")[:3])
        holders = ContractHolder.objects.filter(
            contract__status__in=LIVING, contract__territory__code=_HOME, is_main=True
        )
        people = list(holders.order_by("pk").values_list("person_id", flat=True)[:3])
        rows = [
            self._note(line, homes[number % len(homes)].pk, people[number % len(people)])
            for number, line in enumerate(_NOTED)
            if homes and people
        ]
        if rows:
            last = rows[5]
            cancel_appointment(
                appointment=last, seen=last.sequence, now=last.changed_at, actor=last.created_by
            )

    def _note(self, said: Noted, home: int, person: int) -> Appointment:
        day = next_working_day(self.today + timedelta(days=said.days))
        meeting = Meeting(
            title=said.title,
            kind=said.kind,
            starts_at=_at(day, said.starts),
            ends_at=_at(day, said.ends),
            place=said.place,
            person_id=person if said.about == "person" else None,
            home_id=home if said.about == "home" else None,
            guests=tuple(self.team[code].pk for code in said.guests),
        )
        noted_at = _at(self.today - timedelta(days=7), (9, 0))
        return note_appointment(meeting=meeting, now=noted_at, actor=self.team[said.guests[0]])


def _at(day: date, hour: tuple[int, int]) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(*hour)))
