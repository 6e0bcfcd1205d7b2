"""The days of rooms over a window: who has them, why they stand empty, what that costs.

One fixed set of queries whatever the number of rooms and months.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.db.models.functions import Length

from caracol.accounts.policy import may_on
from caracol.core.money import ZERO
from caracol.core.periods import Span
from colocations.calculations.vacancy import (
    OVERDUE,
    UNSAID,
    Gap,
    Piece,
    RoomDays,
    State,
    Stay,
    Tally,
    pieces,
    tally,
)
from colocations.enums import VoidCause
from colocations.models import AgreementExtension, OwnerAgreement, Room, RoomVoid
from colocations.permissions import sees_amounts, sees_notes
from colocations.selectors.occupancy import Lodging, contracts

CAUSES: dict[str, str] = {
    **{cause.value: str(cause.label) for cause in VoidCause},
    OVERDUE: "contrat échu, sortie à enregistrer",
    UNSAID: "sans motif",
}


@dataclass(frozen=True)
class RoomMonths:
    """A room over a window."""

    room: Room
    days: RoomDays
    pieces: list[Piece]
    tally: Tally
    lodgings: dict[int, Lodging]
    voids: dict[int, RoomVoid]
    priced: bool
    noted: bool

    @property
    def monthly(self) -> Decimal:
        """What the room is let for, charges included; nothing to who may not know."""
        return self.room.fee + self.room.charges if self.priced else ZERO

    def note(self, piece: Piece) -> str:
        """What somebody wrote about empty days, for who may read it."""
        void = self.voids.get(piece.gap.key) if piece.gap and self.noted else None
        return void.note if void else ""

    @property
    def causes(self) -> set[str]:
        """Why it stands empty in the window."""
        return {piece.cause for piece in self.pieces if piece.state == State.VOID}


@dataclass(frozen=True)
class HomeMonths:
    """A home over a window: its rooms, its owner's agreements, whether amounts may be read."""

    home: Any
    rooms: list[RoomMonths]
    agreements: list[OwnerAgreement] = field(default_factory=list)
    extensions: dict[int, list[AgreementExtension]] = field(default_factory=dict)
    priced: bool = False
    may_say: bool = False
    """Whether the reader may write why rooms are empty."""

    @property
    def tally(self) -> Tally:
        """Its rooms together."""
        return sum((room.tally for room in self.rooms), Tally())


def months_of(user: Any, homes: Iterable[Any], window: Span, today: date) -> list[HomeMonths]:
    """Return homes over a window, in the order given."""
    homes = list(homes)
    rooms = list(
        Room.objects.filter(colocation__in=[home.pk for home in homes]).order_by(
            "colocation", Length("number"), "number"
        )
    )
    ids = [room.pk for room in rooms]
    lodgings: dict[int, list[Lodging]] = defaultdict(list)
    for lodging in contracts().lodgings(user, ids, window.first, window.last, today):
        lodgings[lodging.room_id].append(lodging)
    voids = _voids(ids, window)
    agreements, extensions = _agreements([home.site_id for home in homes])
    by_home: dict[int, list[Room]] = defaultdict(list)
    for room in rooms:
        by_home[room.colocation_id].append(room)
    found = []
    for home in homes:
        priced = sees_amounts(user, home.site.territory_id)
        held = agreements.get(home.site_id, [])
        held_until = held[-1].ends_on if held else None
        noted = sees_notes(user, home.site.territory_id)
        seen = _Seen(home, window, today, held_until, priced, noted)
        lines = [
            seen.room(room, lodgings[room.pk], voids.get(room.pk, [])) for room in by_home[home.pk]
        ]
        found.append(
            HomeMonths(
                home,
                lines,
                held,
                extensions,
                priced,
                may_say=may_on(user, "colocations:void-new", home.site.territory_id),
            )
        )
    return found


@dataclass(frozen=True)
class _Seen:
    """A home seen over a window."""

    home: Any
    window: Span
    today: date
    held_until: date | None
    priced: bool
    noted: bool

    def room(
        self, room: Room, lodgings: Sequence[Lodging], voids: Sequence[RoomVoid]
    ) -> RoomMonths:
        """Cut the window of a room into what it is each day."""
        opens = max(filter(None, (self.home.opens_on, room.opens_on)))
        closes = min(filter(None, (self.home.closes_on, room.closes_on)), default=None)
        days = RoomDays(
            opens_on=opens,
            closes_on=closes,
            held_until=self.held_until,
            stays=tuple(
                Stay(row.first, row.last, rank, row.notice_from, row.unfinished)
                for rank, row in enumerate(lodgings)
            ),
            gaps=tuple(Gap(v.starts_on, v.ends_on, v.cause, v.pk) for v in voids),
        )
        found = pieces(days, self.window, self.today)
        monthly = room.fee + room.charges if self.priced else ZERO
        return RoomMonths(
            room=room,
            days=days,
            pieces=found,
            tally=tally(days, found, monthly, self.today),
            lodgings=dict(enumerate(lodgings)),
            voids={void.pk: void for void in voids},
            priced=self.priced,
            noted=self.noted,
        )


def _voids(rooms: list[int], window: Span) -> dict[int, list[RoomVoid]]:
    found: dict[int, list[RoomVoid]] = defaultdict(list)
    overlapping = RoomVoid.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=window.first), room__in=rooms, starts_on__lte=window.last
    )
    for void in overlapping.order_by("starts_on"):
        found[void.room_id].append(void)
    return found


def _agreements(
    sites: list[int],
) -> tuple[dict[int, list[OwnerAgreement]], dict[int, list[AgreementExtension]]]:
    agreements: dict[int, list[OwnerAgreement]] = defaultdict(list)
    for agreement in OwnerAgreement.objects.filter(site__in=sites).order_by("starts_on"):
        agreements[agreement.site_id].append(agreement)
    extensions: dict[int, list[AgreementExtension]] = defaultdict(list)
    rows = AgreementExtension.objects.filter(agreement__site__in=sites).order_by("signed_on")
    for extension in rows:
        extensions[extension.agreement_id].append(extension)
    return agreements, extensions


# --- What filters keep --------------------------------------------------------------------------
def kept(homes: Iterable[HomeMonths], cause: str, *, empty: bool) -> list[HomeMonths]:
    """Keep the rooms that stand empty for a cause, or for any; homes left without room go."""
    if not cause and not empty:
        return list(homes)
    found = []
    for home in homes:
        rooms = [room for room in home.rooms if (cause in room.causes if cause else room.causes)]
        if rooms:
            found.append(replace(home, rooms=rooms))
    return found
