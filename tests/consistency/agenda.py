"""An appointment of a world, and the addresses that name it."""

from datetime import timedelta

from caracol.core import clock
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.services.appointments import Meeting, note_appointment


def make_agenda(author, home, person):
    """What the agenda holds of a home."""
    starts_at = clock.now() + timedelta(hours=1)
    meeting = Meeting(
        title="Visite de la chaudière",
        kind=AppointmentKind.VISIT,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        person_id=person.pk,
        home_id=home.pk,
        guests=(author.pk,),
    )
    return {
        "appointment": note_appointment(meeting=meeting, now=clock.now(), actor=author),
    }


ARGUMENTS = {
    "agenda:appointment": lambda world: [world.appointment.pk],
    "agenda:appointment-edit": lambda world: [world.appointment.pk],
    "agenda:appointment-cancel": lambda world: [world.appointment.pk, world.appointment.sequence],
    "agenda:appointment-undo": lambda world: [world.appointment.pk, world.appointment.sequence],
}
# An appointment is changed by who takes part in it.
PERSONAL = {
    "agenda:appointment-edit",
    "agenda:appointment-cancel",
    "agenda:appointment-undo",
}
