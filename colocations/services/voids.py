"""Days when a room houses nobody: record them, end them, take them back."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from caracol.core.versions import refuse_if_changed
from colocations.enums import YIELDING
from colocations.models import Room, RoomVoid, RoomWorks
from colocations.permissions import may_write_void
from colocations.selectors.occupancy import contracts
from colocations.services.homes import named
from colocations.services.rooms import hold
from colocations.services.saving import current, locked, save

RECORDED = history.label("colocations.void-recorded", "Vacance enregistrée")
CHANGED = history.label("colocations.void-changed", "Vacance modifiée")
ENDED = history.label("colocations.void-ended", "Fin de vacance")
REOPENED = history.label("colocations.void-reopened", "Vacance rouverte")
REMOVED = history.label("colocations.void-removed", "Vacance supprimée")

FIELDS = ("cause", "starts_on", "ends_on", "note")
ONE_DAY = timedelta(days=1)


class RoomOccupied(Refused):
    """A contract binds the room on these days."""


class RoomKeptEmpty(Refused):
    """Another void keeps the room empty on these days."""


class VoidNotYours(Refused):
    """The cause is not one the actor may write."""


@transaction.atomic
def record_void(*, room: Room, actor: User, **facts: Any) -> RoomVoid:
    """Record days when a room houses nobody.

    One that merely explains gives way to it. Raises Invalid, RoomOccupied, RoomKeptEmpty.
    """
    with history.act(RECORDED, actor=actor):
        void = RoomVoid(room=hold(room), **facts)
        _check(void, actor)
        save(void)
    return void


@transaction.atomic
def edit_void(*, void: RoomVoid, actor: User, seen: str = "", **facts: Any) -> RoomVoid:
    """Change a void. Raises Invalid, ChangedMeanwhile, RoomOccupied, RoomKeptEmpty."""
    with history.act(CHANGED, actor=actor):
        hold(void.room)
        _refuse_cause(void, actor)
        held: RoomVoid = current(void, facts, seen)
        _check(held, actor)
        save(held, facts)
    return held


@transaction.atomic
def end_void(
    *, void: RoomVoid, ends_on: date, finish_works: bool, actor: User, seen: str = ""
) -> RoomVoid:
    """End a void after a last day; its works are then done, if one says so.

    Raises Invalid, ChangedMeanwhile, RoomOccupied.
    """
    with history.act(ENDED, actor=actor):
        hold(void.room)
        _refuse_cause(void, actor)
        held: RoomVoid = current(void, {"ends_on": ends_on}, seen)
        _check(held, actor)
        save(held, ["ends_on"])
        if finish_works:
            RoomWorks.objects.filter(void=held, done_on=None).update(done_on=ends_on)
    return held


@transaction.atomic
def reopen_void(*, void: RoomVoid, actor: User, seen: str = "") -> RoomVoid:
    """Take the end of a void back. Raises ChangedMeanwhile, RoomOccupied, RoomKeptEmpty."""
    with history.act(REOPENED, actor=actor):
        hold(void.room)
        _refuse_cause(void, actor)
        ended_on = void.ends_on
        held: RoomVoid = current(void, {"ends_on": None}, seen)
        _check(held, actor)
        save(held, ["ends_on"])
        RoomWorks.objects.filter(void=held, done_on=ended_on).update(done_on=None)
    return held


@transaction.atomic
def remove_void(*, void: RoomVoid, actor: User, seen: str = "") -> None:
    """Take away a void recorded by mistake; the history keeps it.

    Raises ChangedMeanwhile, and Refused when works hang on it.
    """
    with history.act(REMOVED, actor=actor):
        _refuse_cause(void, actor)
        held = locked(void)
        refuse_if_changed(held, FIELDS, seen)
        if held.works.exists():
            raise Refused(
                "Des travaux sont enregistrés sur cette vacance : supprimez-les d'abord, ou "
                "mettez fin à la vacance."
            )
        held.delete()


def gives_way(
    room: Room, first: date, last: date | None, *, except_for: int | None = None
) -> list[str]:
    """Say what recording a void on some days would close of those that merely explain."""
    said = []
    for void in _met(room, first, last, except_for):
        if void.cause not in YIELDING or void.works.exists():
            continue
        since = f"« {void.get_cause_display()} », depuis le {french_day(void.starts_on)},"
        if void.starts_on < first:
            said.append(f"La vacance {since} prendra fin le {french_day(first - ONE_DAY)}.")
        elif last is not None and (void.ends_on is None or void.ends_on > last):
            said.append(f"La vacance {since} ne commencera que le {french_day(last + ONE_DAY)}.")
        else:
            said.append(f"La vacance {since} disparaît : celle-ci la remplace.")
    return said


@transaction.atomic
def make_way(*, room: Room, first: date, last: date | None, judged: bool = False) -> None:
    """Free a room for somebody who comes: what explained its emptiness ends the day before.

    Called in the transaction and the act that write the contract. `judged`: works and the like
    on these days were shown and accepted, they end too; otherwise they raise RoomKeptEmpty.
    """
    _give_way(hold(room), first, last, except_for=None, judged=judged)


def _refuse_cause(void: RoomVoid, actor: User) -> None:
    territory = void.room.colocation.site.territory_id
    if not may_write_void(actor, void.cause, territory):
        raise VoidNotYours(
            f"Une vacance « {void.get_cause_display()} » est du ressort de l'équipe GLA."
        )


def _check(void: RoomVoid, actor: User) -> None:
    _refuse_cause(void, actor)
    if void.ends_on is not None and void.ends_on < void.starts_on:
        return  # said by the constraint, on saving
    _refuse_occupied(void, actor)
    _give_way(void.room, void.starts_on, void.ends_on, except_for=void.pk)


def _refuse_occupied(void: RoomVoid, actor: User) -> None:
    met = contracts().bound(actor, [void.room_id], void.starts_on, void.ends_on)
    if not met:
        return
    advice = "Choisissez d'autres jours, ou terminez d'abord ce contrat."
    if void.ends_on is None and met[0].starts_on and met[0].starts_on > void.starts_on:
        before = french_day(met[0].starts_on - ONE_DAY)
        advice = f"Indiquez une fin, au plus tard le {before}."
    raise RoomOccupied(f"La chambre est prise sur ces jours : {named(met)}. {advice}")


def _give_way(
    room: Room, first: date, last: date | None, *, except_for: int | None, judged: bool = False
) -> None:
    """Cut or remove the explaining voids of some days; refuse when another kind is met."""
    for void in _met(room, first, last, except_for):
        has_works = void.works.exists()
        if not judged and (void.cause not in YIELDING or has_works):
            raise RoomKeptEmpty(_kept(void))
        if void.starts_on < first or not has_works:
            _cut(void, first, last)


def _met(room: Room, first: date, last: date | None, except_for: int | None) -> Any:
    met = RoomVoid.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), room=room)
    if last is not None:
        met = met.filter(starts_on__lte=last)
    if except_for is not None:
        met = met.exclude(pk=except_for)
    return met.with_expected_end().order_by("starts_on")


def _kept(void: Any) -> str:
    until = f" au {french_day(void.ends_on)}" if void.ends_on else ", sans fin connue"
    if void.expected_on and not void.ends_on:
        until = f", fin des travaux prévue le {french_day(void.expected_on)}"
    return (
        f"La chambre {void.room.number} est déjà vacante ({void.get_cause_display()}) du "
        f"{french_day(void.starts_on)}{until}. Mettez fin à cette vacance d'abord, ou choisissez "
        "d'autres jours."
    )


def _cut(void: RoomVoid, first: date, last: date | None) -> None:
    if void.starts_on < first:
        void.ends_on = first - ONE_DAY
        void.save(update_fields=["ends_on"])
    elif last is not None and (void.ends_on is None or void.ends_on > last):
        void.starts_on = last + ONE_DAY
        void.save(update_fields=["starts_on"])
    else:
        void.delete()
