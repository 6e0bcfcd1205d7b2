"""What one may do next with a room: only acts whose page exists and that the user may open."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from caracol.accounts.policy import may_on
from colocations.enums import YIELDING, VoidCause
from colocations.permissions import may_write_void
from colocations.selectors.rooms import RoomLine


@dataclass(frozen=True)
class RoomAct:
    """An act offered: its words, where it is done."""

    label: str
    url: str
    icon: str


def room_acts(user: Any, line: RoomLine) -> list[RoomAct]:
    """Return the acts that may follow for a free room, the likeliest first."""
    if not line.is_free or line.closed:
        return []
    room = line.room
    if line.arrives_on:
        act = _in_works(user, line)
        return [act] if act else []
    found = [
        _act(user, room, "Attribuer", "residents:contract-new", "user-plus", chambre=room.pk),
        _in_works(user, line),
        _act(user, room, "Fermer la chambre", "colocations:room-close", "lock", room.pk),
    ]
    return [act for act in found if act is not None]


def _in_works(user: Any, line: RoomLine) -> RoomAct | None:
    room, key = line.room, "colocations:void-new"
    if line.void_id and line.cause_code not in YIELDING:
        if not may_write_void(user, line.cause_code, room.colocation.site.territory_id):
            return None
        label = "Mettre fin à la vacance"
        return _act(user, room, label, "colocations:void-end", "check", line.void_id)
    return _act(user, room, "Mettre en travaux", key, "tool", room.pk, cause=VoidCause.WORKS)


def _act(
    user: Any, room: Any, label: str, key: str, icon: str, *args: Any, **query: Any
) -> RoomAct | None:
    if not may_on(user, key, room.colocation.site.territory_id):
        return None
    try:
        url = reverse(key, args=args)
    except NoReverseMatch:
        return None
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return RoomAct(label, f"{url}?{words}" if words else url, icon)
