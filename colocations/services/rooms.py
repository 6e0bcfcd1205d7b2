"""Create, change, close and reopen rooms."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import number
from caracol.core.periods import french_day
from caracol.parameters.selectors import value
from colocations.calculations.surfaces import least_surface
from colocations.models import Colocation, Room
from colocations.selectors.occupancy import contracts
from colocations.services.doubts import NOTHING_ACCEPTED, Acceptance, Doubt, settle
from colocations.services.homes import named
from colocations.services.saving import current, save

CREATED = history.label("colocations.room-created", "Chambre créée")
CHANGED = history.label("colocations.room-changed", "Chambre modifiée")
CLOSED = history.label("colocations.room-closed", "Chambre fermée")
REOPENED = history.label("colocations.room-reopened", "Chambre rouverte")

FIELDS = (
    "number", "surface_m2", "capacity", "fee", "charges", "deposit", "opens_on",
)  # fmt: skip


class RoomRefused(Refused):
    """What a room's contracts forbid."""


@transaction.atomic
def create_room(
    *,
    home: Colocation,
    today: date,
    actor: User,
    acceptance: Acceptance = NOTHING_ACCEPTED,
    **facts: Any,
) -> Room:
    """Create a room in a home. Raises Invalid, Doubtful (CCH R822-25)."""
    with history.act(CREATED, actor=actor, reason=acceptance.reason):
        room = Room(colocation=home, **facts)
        settle(too_small(room, today), acceptance)
        save(room)
    return room


@transaction.atomic
def edit_room(
    *,
    room: Room,
    today: date,
    actor: User,
    seen: str = "",
    acceptance: Acceptance = NOTHING_ACCEPTED,
    **facts: Any,
) -> Room:
    """Change a room; contracts signed keep their amounts.

    Raises Invalid, ChangedMeanwhile, RoomRefused, Doubtful (CCH R822-25).
    """
    with history.act(CHANGED, actor=actor, reason=acceptance.reason):
        hold(room)
        before = (room.surface_m2, room.capacity)
        held: Room = current(room, facts, seen)
        if held.opens_on:
            _refuse_before_opening(held, held.opens_on, actor)
        if (held.surface_m2, held.capacity) != before:
            settle(too_small(held, today), acceptance)
        save(held, facts)
    return held


def hold(room: Room) -> Room:
    """Keep contracts from being written in a room until the end of the transaction.

    A row that names the room as its own waits for this lock, and this lock waits for it.
    """
    return Room.objects.select_for_update(of=("self",)).get(pk=room.pk)


def too_small(room: Room, today: date) -> list[Doubt]:
    """Doubt a room under the surface that housing aid asks for (CCH R822-25)."""
    rule = value("housing.least_surface_m2", on=today)
    least = least_surface(room.capacity, rule["one"], rule["two"], rule["more"])
    if room.surface_m2 is None or room.surface_m2 >= least:
        return []
    people = "une personne" if room.capacity == 1 else f"{room.capacity} personnes"
    text = (
        f"{_m2(room.surface_m2)} : moins que les {_m2(least)} demandés pour {people} "
        "(article R822-25 du CCH). La CAF peut refuser l'aide au logement."
    )
    return [Doubt(f"surface:{room.surface_m2}:{room.capacity}", text)]


def _m2(surface: Decimal) -> str:
    places = 0 if surface == surface.to_integral_value() else 2
    return f"{number(surface, places)} m²"


def _refuse_before_opening(room: Room, opens_on: date, actor: User) -> None:
    earlier = contracts().bound(actor, [room.pk], date.min, opens_on - timedelta(days=1))
    if earlier:
        raise RoomRefused(
            f"La chambre ne peut pas ouvrir le {french_day(opens_on)} : {named(earlier)}."
        )


@transaction.atomic
def close_room(*, room: Room, closes_on: date, reason: str, actor: User, seen: str = "") -> Room:
    """Close a room after a last day. Raises Invalid, ChangedMeanwhile, RoomRefused."""
    with history.act(CLOSED, actor=actor, reason=reason):
        hold(room)
        held: Room = current(room, {"closes_on": closes_on}, seen)
        after = contracts().bound(actor, [room.pk], closes_on + timedelta(days=1), None)
        if after:
            raise RoomRefused(
                f"La chambre ne peut pas fermer le {french_day(closes_on)}, un contrat va "
                f"au-delà : {named(after)}. Fermez-la après son terme, ou terminez d'abord ce "
                "contrat."
            )
        save(held, ["closes_on"])
    return held


@transaction.atomic
def reopen_room(*, room: Room, actor: User, seen: str = "") -> Room:
    """Take the closing of a room back. Raises ChangedMeanwhile."""
    with history.act(REOPENED, actor=actor):
        held: Room = current(room, {"closes_on": None}, seen)
        save(held, ["closes_on"])
    return held
