"""The inventory of rooms and common parts."""

from datetime import date
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from colocations.models import Colocation, Equipment, Room
from colocations.services.saving import current, save

ADDED = history.label("colocations.equipment-added", "Équipement ajouté")
CHANGED = history.label("colocations.equipment-changed", "Équipement modifié")
COPIED = history.label("colocations.equipment-copied", "Équipement repris d'une autre chambre")
STATE = history.label("colocations.equipment-state", "État d'un équipement")
REMOVED = history.label("colocations.equipment-removed", "Équipement sorti de l'inventaire")
RESTORED = history.label("colocations.equipment-restored", "Équipement remis à l'inventaire")

FIELDS = ("room", "place", "kind", "label", "state", "quantity", "acquired_on", "value")


class WrongRoom(Refused):
    """The room is of another home."""


@transaction.atomic
def add_equipment(*, home: Colocation, actor: User, **facts: Any) -> Equipment:
    """Record a piece of equipment. Raises Invalid, WrongRoom."""
    with history.act(ADDED, actor=actor):
        piece = Equipment(colocation=home, **_placed(facts))
        _refuse_elsewhere(piece)
        save(piece)
    return piece


@transaction.atomic
def edit_equipment(*, piece: Equipment, actor: User, seen: str = "", **facts: Any) -> Equipment:
    """Change a piece of equipment. Raises Invalid, ChangedMeanwhile, WrongRoom."""
    with history.act(CHANGED, actor=actor):
        held: Equipment = current(piece, _placed(facts), seen)
        _refuse_elsewhere(held)
        save(held, facts)
    return held


def _placed(facts: dict[str, Any]) -> dict[str, Any]:
    """A room says where: the name of a common part would contradict it."""
    if facts.get("room"):
        facts["place"] = ""
    return facts


def _refuse_elsewhere(piece: Equipment) -> None:
    if piece.room is not None and piece.room.colocation_id != piece.colocation_id:
        raise WrongRoom("Cette chambre est d'une autre colocation.")


@transaction.atomic
def copy_equipment(*, source: Room, target: Room, actor: User) -> int:
    """Give a room the equipment of another of the same home; return how many lines.

    Neither the day nor the price of the first ones is copied.
    """
    if source.colocation_id != target.colocation_id:
        raise WrongRoom("Choisissez une chambre de la même colocation.")
    with history.act(COPIED, actor=actor):
        pieces = Equipment.objects.filter(room=source, removed_on=None).order_by("pk")
        copies = [
            Equipment(
                colocation=target.colocation,
                room=target,
                kind=piece.kind,
                label=piece.label,
                quantity=piece.quantity,
            )
            for piece in pieces
        ]
        Equipment.objects.bulk_create(copies)
    return len(copies)


@transaction.atomic
def set_state(*, piece: Equipment, state: str, actor: User, seen: str = "") -> Equipment:
    """Say how a piece of equipment is. Raises Invalid, ChangedMeanwhile."""
    with history.act(STATE, actor=actor):
        held: Equipment = current(piece, {"state": state}, seen)
        save(held, ["state"])
    return held


@transaction.atomic
def remove_equipment(
    *, piece: Equipment, removed_on: date, removed_reason: str, actor: User
) -> Equipment:
    """Take a piece of equipment out of the inventory: it is kept, with the day and why."""
    with history.act(REMOVED, actor=actor):
        facts = {"removed_on": removed_on, "removed_reason": removed_reason}
        held: Equipment = current(piece, facts, "")
        save(held, facts)
    return held


@transaction.atomic
def restore_equipment(*, piece: Equipment, actor: User) -> Equipment:
    """Put a piece of equipment back in the inventory."""
    with history.act(RESTORED, actor=actor):
        facts = {"removed_on": None, "removed_reason": ""}
        held: Equipment = current(piece, facts, "")
        save(held, facts)
    return held
