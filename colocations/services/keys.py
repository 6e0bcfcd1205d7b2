"""The keys register: hand, take back, lose, find again."""

from datetime import date
from typing import Any, Protocol

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from colocations.enums import HolderKind, KeyAct
from colocations.models import Colocation, KeyMove, KeySet
from colocations.services.saving import Invalid, current, locked, save

ADDED = history.label("colocations.keys-added", "Trousseau ajouté au registre")
CHANGED = history.label("colocations.keys-changed", "Trousseau modifié")
REMOVED = history.label("colocations.keys-removed", "Trousseau retiré du registre")
RESTORED = history.label("colocations.keys-restored", "Trousseau remis au registre")
MOVED = {
    KeyAct.GIVEN: history.label("colocations.keys-given", "Clés remises"),
    KeyAct.RETURNED: history.label("colocations.keys-returned", "Clés rendues"),
    KeyAct.LOST: history.label("colocations.keys-lost", "Clés perdues"),
    KeyAct.FOUND: history.label("colocations.keys-found", "Clés retrouvées"),
}
UNDONE = history.label("colocations.keys-undone", "Mouvement de clés annulé")

FIELDS = ("room", "label", "opens", "kept_at")
# From what last happened to a set of keys, what may happen next. None: it never moved.
NEXT: dict[str | None, tuple[KeyAct, ...]] = {
    None: (KeyAct.GIVEN, KeyAct.LOST),
    KeyAct.RETURNED: (KeyAct.GIVEN, KeyAct.LOST),
    KeyAct.FOUND: (KeyAct.GIVEN, KeyAct.LOST),
    KeyAct.GIVEN: (KeyAct.RETURNED, KeyAct.LOST),
    KeyAct.LOST: (KeyAct.FOUND,),
}
_WHERE = {
    None: "est déjà à l'association",
    KeyAct.RETURNED: "est déjà revenu à l'association",
    KeyAct.FOUND: "est déjà revenu à l'association",
    KeyAct.GIVEN: "est déjà entre les mains de quelqu'un",
    KeyAct.LOST: "est déclaré perdu",
}


class Handing(Protocol):
    """What the contracts do when their household is handed keys of the register."""

    def given(self, *, contract: str, on: date, actor: User) -> None:
        """Write that keys are handed. Raises Refused when they may not be yet."""

    def undone(self, *, contract: str, on: date, actor: User) -> None:
        """Write that what was handed on a day never was."""


_handings: list[Handing] = []


def register(handing: Handing) -> None:
    """Say who is told."""
    _handings[:] = [handing]


class KeysRefused(Refused):
    """The keys are not where the act supposes them."""


@transaction.atomic
def add_key_sets(*, home: Colocation, count: int, actor: User, **facts: Any) -> list[KeySet]:
    """Record one set of keys, or several alike, numbered. Raises Invalid, KeysRefused."""
    label = facts.pop("label")
    labels = [label] if count == 1 else [f"{label} · {rank}" for rank in range(1, count + 1)]
    sets = [KeySet(colocation=home, label=each, **facts) for each in labels]
    with history.act(ADDED, actor=actor):
        for keys in sets:
            _refuse_elsewhere(keys)
            save(keys)
    return sets


@transaction.atomic
def edit_key_set(*, keys: KeySet, actor: User, seen: str = "", **facts: Any) -> KeySet:
    """Change a set of keys. Raises Invalid, ChangedMeanwhile, KeysRefused."""
    with history.act(CHANGED, actor=actor):
        held: KeySet = current(keys, facts, seen)
        _refuse_elsewhere(held)
        save(held, facts)
    return held


def _refuse_elsewhere(keys: KeySet) -> None:
    if keys.room is not None and keys.room.colocation_id != keys.colocation_id:
        raise KeysRefused("Cette chambre est d'une autre colocation.")


@transaction.atomic
def move_keys(
    *,
    keys: KeySet,
    act: KeyAct,
    on: date,
    actor: User,
    holder_kind: str = "",
    staff: User | None = None,
    contract: str = "",
    holder: str = "",
) -> KeyMove:
    """Record that keys are handed, returned, lost or found.

    Those of a household are its contract's matter first. Raises Invalid, KeysRefused, and what the
    contracts refuse.
    """
    with history.act(MOVED[act], actor=actor):
        if act == KeyAct.GIVEN and holder_kind == HolderKind.RESIDENT and contract:
            for handing in _handings:
                handing.given(contract=contract, on=on, actor=actor)
        held: KeySet = locked(keys)
        last = last_move(held)
        was = KeyAct(last.act) if last else None
        if held.removed_on or act not in NEXT[was]:
            where = "n'est plus au registre" if held.removed_on else _WHERE[was]
            raise KeysRefused(
                f"Le trousseau « {held.label} » {where} : rechargez la page pour voir où il est."
            )
        if last and on < last.on:
            raise Invalid(
                {"on": [f"Le mouvement précédent est du {french_day(last.on)} : pas avant."]}
            )
        move = KeyMove(
            key_set=held, act=act, on=on, **_hands(act, holder_kind, staff, contract, holder)
        )
        save(move)
    return move


def _hands(
    act: KeyAct, kind: str, staff: User | None, contract: str, holder: str
) -> dict[str, Any]:
    """Keep only what names the holder of that kind."""
    if act != KeyAct.GIVEN:
        return {}
    hands: dict[str, dict[str, Any]] = {
        HolderKind.STAFF: {"staff": staff},
        HolderKind.RESIDENT: {"contract": contract},
        HolderKind.OTHER: {"holder": holder.strip()},
    }
    chosen = hands.get(kind, {})
    if not any(chosen.values()):
        field = next(iter(chosen), "holder_kind")
        raise Invalid({field: ["Indiquez à qui les clés sont remises."]})
    return {"holder_kind": kind, **chosen}


def last_move(keys: KeySet) -> KeyMove | None:
    """Return what last happened to a set of keys."""
    return KeyMove.objects.filter(key_set=keys).order_by("-pk").first()


def _given(contract: str) -> Any:
    return KeyMove.objects.filter(act=KeyAct.GIVEN, contract=contract)


def keys_handed(*, contract: str, on: date) -> list[KeyMove]:
    """Return the moves that handed sets to a household on a day, nothing having moved since."""
    moves = _given(contract).filter(on=on).select_related("key_set").order_by("pk")
    return [move for move in moves if last_move(move.key_set) == move]


@transaction.atomic
def undo_move(*, move: KeyMove, actor: User) -> None:
    """Take back the last move of a set of keys; the history keeps it. Raises KeysRefused."""
    with history.act(UNDONE, actor=actor):
        if move.contract and not _given(move.contract).exclude(pk=move.pk).exists():
            for handing in _handings:
                handing.undone(contract=move.contract, on=move.on, actor=actor)
        keys: KeySet = locked(move.key_set)
        last = last_move(keys)
        if last is None or last.pk != move.pk:
            raise KeysRefused(
                f"Le trousseau « {keys.label} » a bougé depuis : seul le dernier mouvement "
                "s'annule."
            )
        last.delete()


@transaction.atomic
def remove_key_set(*, keys: KeySet, on: date, actor: User) -> KeySet:
    """Take a set of keys out of the register. Raises KeysRefused while somebody holds it."""
    with history.act(REMOVED, actor=actor):
        held: KeySet = locked(keys)
        last = last_move(held)
        if last and last.act == KeyAct.GIVEN:
            raise KeysRefused(
                f"Le trousseau « {held.label} » est encore remis à quelqu'un : enregistrez d'abord "
                "son retour ou sa perte."
            )
        held.removed_on = on
        save(held, ["removed_on"])
    return held


@transaction.atomic
def restore_key_set(*, keys: KeySet, actor: User) -> KeySet:
    """Put a set of keys back in the register. Raises Invalid."""
    with history.act(RESTORED, actor=actor):
        held: KeySet = current(keys, {"removed_on": None}, "")
        save(held, ["removed_on"])
    return held
