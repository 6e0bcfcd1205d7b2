"""Absences: who takes over whose list, from when to when."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.deadlines.models import StandIn

ARRANGED = history.label("deadlines.stand-in-arranged", "Remplacement organisé")
CALLED_OFF = history.label("deadlines.stand-in-called-off", "Remplacement annulé")


class StandInRefused(Refused):
    """The absence cannot be arranged so."""


@transaction.atomic
def arrange(
    *, absent: User, stand_in: User, starts_on: date, ends_on: date, note: str, actor: User
) -> StandIn:
    """Hand somebody's list to another over some days. Raises StandInRefused."""
    with history.act(ARRANGED, actor=actor):
        row = StandIn(
            absent=absent,
            stand_in=stand_in,
            starts_on=starts_on,
            ends_on=ends_on,
            note=note.strip(),
            created_by=actor,
        )
        try:
            row.full_clean()
        except ValidationError as error:
            raise StandInRefused(" ".join(error.messages)) from error
        _refuse_chains(row)
        row.save()
    return row


def _refuse_chains(row: StandIn) -> None:
    """Refuse that who stands in is away, or that who goes away stands in. Raises StandInRefused."""
    both = [row.absent_id, row.stand_in_id]
    list(User.objects.select_for_update(no_key=True).filter(pk__in=both).order_by("pk"))
    around = StandIn.objects.filter(
        starts_on__lte=row.ends_on, ends_on__gte=row.starts_on, cancelled_on=None
    ).select_related("absent", "stand_in")
    if other := around.filter(absent=row.stand_in).first():
        raise StandInRefused(
            f"{row.stand_in} est absent·e du {other.starts_on:%d/%m/%Y} au "
            f"{other.ends_on:%d/%m/%Y} : choisissez quelqu'un d'autre, ou d'autres jours."
        )
    if other := around.filter(stand_in=row.absent).first():
        raise StandInRefused(
            f"{row.absent} remplace {other.absent} du {other.starts_on:%d/%m/%Y} au "
            f"{other.ends_on:%d/%m/%Y} : confiez d'abord ce remplacement à quelqu'un d'autre."
        )


@transaction.atomic
def call_off(*, row: StandIn, actor: User, on: date) -> StandIn:
    """Call an absence off: from that day, nobody replaces anybody."""
    with history.act(CALLED_OFF, actor=actor):
        held = StandIn.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if held.cancelled_on is None:
            held.cancelled_on = on
            held.save(update_fields=["cancelled_on"])
    return held
