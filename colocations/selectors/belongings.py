"""Equipment by place, and where every set of keys is today."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Length

from caracol.core.money import ZERO
from colocations.enums import EquipmentState, HolderKind, KeyAct
from colocations.models import Colocation, Equipment, KeyMove, KeySet
from colocations.selectors.occupancy import Household, contracts


@dataclass(frozen=True)
class Place:
    """A room or a common part, with what it holds."""

    name: str
    room_id: int | None
    pieces: list[Equipment]

    @property
    def value(self) -> Decimal:
        """What it cost, as far as it is known."""
        return sum(((each.value or ZERO) * each.quantity for each in self.pieces), ZERO)

    @property
    def poor(self) -> str:
        """What is worn or broken, in words; nothing when all is well."""
        worn = sum(each.state == EquipmentState.WORN for each in self.pieces)
        broken = sum(each.state == EquipmentState.BROKEN for each in self.pieces)
        words = [f"{worn} usé{'s' if worn > 1 else ''}"] if worn else []
        words += [f"{broken} hors d'usage"] if broken else []
        return ", ".join(words)

    @property
    def count(self) -> int:
        """How many things."""
        return sum(each.quantity for each in self.pieces)


def inventory(home: Colocation) -> list[Place]:
    """Return what each room and common part of a home holds today, common parts first."""
    pieces = (
        Equipment.objects.filter(colocation=home, removed_on=None)
        .select_related("room")
        .order_by(Length("room__number"), "room__number", "place", "kind", "label", "pk")
    )
    places: dict[tuple[int | None, str], list[Equipment]] = defaultdict(list)
    for piece in pieces:
        name = f"Chambre {piece.room.number}" if piece.room else piece.place
        places[piece.room_id, name].append(piece)
    found = [Place(name, room, held) for (room, name), held in places.items()]
    return sorted(found, key=lambda place: place.room_id is not None)


def common_places(home: Colocation) -> list[str]:
    """Return the common parts already named in a home, and the usual ones."""
    named = Equipment.objects.filter(colocation=home, room=None).values_list("place", flat=True)
    usual = ("Cuisine", "Salon", "Salle de bains", "Entrée", "Buanderie")
    return sorted({*named, *usual})


@dataclass(frozen=True)
class KeyLine:
    """A set of keys, where it is, and how that is to be read."""

    keys: KeySet
    move: KeyMove | None
    who: str
    url: str
    gone: bool
    """Held by somebody who has left."""

    @property
    def state(self) -> str:
        """What last happened: empty when it never moved."""
        return self.move.act if self.move else ""

    @property
    def is_out(self) -> bool:
        """Whether somebody holds it."""
        return self.state == KeyAct.GIVEN

    @property
    def is_lost(self) -> bool:
        """Whether nobody knows where it is."""
        return self.state == KeyAct.LOST

    @property
    def words(self) -> str:
        """Where it is, in words."""
        if self.is_lost:
            return "perdu"
        if self.is_out:
            return "à rendre" if self.gone else "remis"
        return "à l'association"

    @property
    def tone(self) -> str:
        """How it is to be read."""
        if self.is_lost or (self.is_out and self.gone):
            return "danger"
        return "info" if self.is_out else "success"


def key_lines(user: Any, key_sets: Iterable[KeySet]) -> list[KeyLine]:
    """Return where sets of keys are, with the names the user may know: three queries."""
    key_sets = list(key_sets)
    moves = _last_moves([keys.pk for keys in key_sets])
    numbers = [move.contract for move in moves.values() if move.contract]
    houses = contracts().households(user, numbers) if numbers else {}
    return [_key_line(keys, moves.get(keys.pk), houses) for keys in key_sets]


def _last_moves(ids: list[int]) -> dict[int, KeyMove]:
    moves = KeyMove.objects.filter(key_set__in=ids).select_related("staff")
    latest = moves.order_by("key_set", "-pk").distinct("key_set")
    return {move.key_set_id: move for move in latest}


def _key_line(keys: KeySet, move: KeyMove | None, houses: dict[str, Household]) -> KeyLine:
    who, url, gone = holder_of(move, houses)
    return KeyLine(keys, move, who, url, gone)


def holder_of(move: KeyMove | None, houses: dict[str, Household]) -> tuple[str, str, bool]:
    """Return who holds keys after a move, where to read more, and whether they have left."""
    if move is None or move.act != KeyAct.GIVEN:
        return "", "", False
    if move.holder_kind == HolderKind.STAFF:
        return f"{move.staff} (équipe)", "", not (move.staff and move.staff.is_active)
    if move.holder_kind == HolderKind.OTHER:
        return move.holder, "", False
    house = houses.get(move.contract)
    return (house.label, house.url, house.gone) if house else ("Résident·e", "", False)


def home_keys(home: Colocation) -> Any:
    """Return the sets of keys of a home that are in the register, in order."""
    return (
        KeySet.objects.filter(colocation=home, removed_on=None)
        .select_related("room")
        .order_by(Length("room__number").asc(nulls_first=True), "room__number", "label", "pk")
    )


def keys_at_hand(room: int) -> list[KeySet]:
    """Return the sets of keys of a room that are at the association, in order."""
    sets = list(KeySet.objects.filter(room=room, removed_on=None).order_by("label", "pk"))
    last = _last_moves([keys.pk for keys in sets])
    out = {KeyAct.GIVEN, KeyAct.LOST}
    return [keys for keys in sets if keys.pk not in last or last[keys.pk].act not in out]


def lost_keys(sets: Any) -> Any:
    """Keep the sets of the register that are lost, with the day since when."""
    last = KeyMove.objects.filter(key_set=OuterRef("pk")).order_by("-pk")
    return (
        sets.filter(removed_on=None)
        .annotate(
            last_act=Subquery(last.values("act")[:1]), lost_on=Subquery(last.values("on")[:1])
        )
        .filter(last_act=KeyAct.LOST)
        .select_related("room", "colocation")
    )


@dataclass(frozen=True)
class Passage:
    """A line of the keys register: when, what, who."""

    on: date
    what: str
    who: str
    url: str
    move: KeyMove


@dataclass(frozen=True)
class KeysBack:
    """What the register knows of the sets handed to a household."""

    on: date | None
    """The day the last one came back, once none is left."""
    out: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def keys_back(contract: str) -> KeysBack:
    """Return what became of the sets handed to the household of a contract, by its number."""
    handed = KeyMove.objects.filter(act=KeyAct.GIVEN, contract=contract).values("key_set")
    moves = KeyMove.objects.filter(key_set__in=handed).select_related("key_set").order_by("pk")
    ends: dict[int, KeyMove] = {}
    for move in moves:
        mine = ends.get(move.key_set_id)
        if (move.act == KeyAct.GIVEN and move.contract == contract) or (
            mine is not None and mine.act in {KeyAct.GIVEN, KeyAct.LOST}
        ):
            ends[move.key_set_id] = move
    labels = {act: _labels(ends.values(), act) for act in (KeyAct.GIVEN, KeyAct.LOST)}
    back = [move.on for move in ends.values() if move.act == KeyAct.RETURNED]
    out = labels[KeyAct.GIVEN]
    return KeysBack(None if out else max(back, default=None), out, labels[KeyAct.LOST])


def _labels(moves: Iterable[KeyMove], act: KeyAct) -> tuple[str, ...]:
    return tuple(move.key_set.label for move in moves if move.act == act)


def passages(user: Any, keys: KeySet) -> list[Passage]:
    """Return every hand a set of keys passed through, latest first."""
    moves = list(KeyMove.objects.filter(key_set=keys).select_related("staff").order_by("-pk"))
    numbers = [move.contract for move in moves if move.contract]
    houses = contracts().households(user, numbers) if numbers else {}
    found = []
    for move in moves:
        who, url, _gone = holder_of(move, houses)
        found.append(Passage(move.on, str(move.get_act_display()), who, url, move))
    return found
