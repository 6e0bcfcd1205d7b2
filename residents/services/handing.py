"""A letter handed over: on which day, by whom."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.notifications.enums import Channel
from residents.models import ResidentMessage

HANDED = history.label("residents.letter-handed", "Lettre remise")
TAKEN_BACK = history.label("residents.letter-not-handed", "Remise de la lettre annulée")


class HandingRefused(Refused):
    """The letter cannot have been handed over as said."""


@transaction.atomic
def hand_letter(*, message: ResidentMessage, on: date, actor: User) -> None:
    """Write that a letter was handed over. The same day again changes nothing.

    Raises HandingRefused when it is no letter, or the day is before it was written or to come.
    """
    row = ResidentMessage.objects.select_for_update().get(pk=message.pk)
    if row.channel != Channel.PAPER:
        raise HandingRefused("Ce message n'est pas une lettre.")
    if on > clock.today():
        raise HandingRefused("Ce jour est à venir : notez la remise quand elle a eu lieu.")
    if on < timezone.localtime(row.written_at).date():
        raise HandingRefused("La lettre n'était pas encore écrite ce jour-là.")
    if row.handed_on == on:
        return
    with history.act(HANDED, actor=actor):
        row.handed_on, row.handed_by = on, actor
        row.save(update_fields=["handed_on", "handed_by"])


@transaction.atomic
def take_letter_back(*, message: ResidentMessage, actor: User) -> None:
    """Write that a letter is still to be handed over. Changes nothing when it is."""
    row = ResidentMessage.objects.select_for_update().get(pk=message.pk)
    if row.handed_on is None:
        return
    with history.act(TAKEN_BACK, actor=actor):
        row.handed_on = row.handed_by = None
        row.save(update_fields=["handed_on", "handed_by"])
