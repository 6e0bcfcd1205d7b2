"""The rooms of homes: who lives in them, since when the free ones are free, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Length

from caracol.core.money import ZERO, round_half_up
from caracol.core.periods import Month, Span
from colocations.enums import VoidCause
from colocations.models import Room, RoomVoid
from colocations.selectors.homes import free_since
from colocations.selectors.occupancy import Stay, contracts


@dataclass(frozen=True)
class RoomLine:
    """A room on a day, ready to be shown."""

    room: Room
    stay: Stay | None
    free_from: date | None
    cause: str
    note: str
    arrives_on: date | None
    back_on: date | None

    @property
    def is_free(self) -> bool:
        """Whether nobody lives there."""
        return self.stay is None

    @property
    def tone(self) -> str:
        """How its state is to be read."""
        if not self.is_free:
            return "success"
        return "info" if self.arrives_on else "warning"


def rooms_on(day: date, queryset: Any) -> Any:
    """Annotate rooms with their occupation of the day, in the order of their numbers."""
    voids = (
        RoomVoid.objects.filter(room=OuterRef("pk"), starts_on__lte=day)
        .filter(Q(ends_on=None) | Q(ends_on__gte=day))
        .order_by("-starts_on")
    )
    return (
        queryset.select_related("colocation__site__territory")
        .annotate(
            is_occupied=contracts().occupied(day),
            last_end=contracts().last_end(day),
            next_start=contracts().next_start(day),
            void_cause=Subquery(voids.values("cause")[:1]),
            void_note=Subquery(voids.values("note")[:1]),
            void_ends_on=Subquery(voids.values("ends_on")[:1]),
        )
        .order_by("colocation__name", "colocation", Length("number"), "number")
    )


def room_lines(user: Any, rooms: Iterable[Any], day: date) -> list[RoomLine]:
    """Return the lines of annotated rooms, with the names the user may know."""
    rooms = list(rooms)
    stays = contracts().stays_on(user, [room.pk for room in rooms if room.is_occupied], day)
    return [_line(room, stays.get(room.pk), day) for room in rooms]


def _line(room: Any, stay: Stay | None, day: date) -> RoomLine:
    if stay or room.is_occupied:
        return RoomLine(room, stay or Stay("Occupée"), None, "", "", None, None)
    cause = VoidCause(room.void_cause) if room.void_cause else VoidCause.TO_LET
    return RoomLine(
        room=room,
        stay=None,
        free_from=free_since(room.last_end, room.colocation.opens_on, day),
        cause=str(cause.label),
        note=room.void_note or "",
        arrives_on=room.next_start,
        back_on=room.void_ends_on,
    )


def lost(fee: Decimal, span: Span) -> Decimal:
    """Return what a room would have brought over a span, month by month, by exact days."""
    if not span.days:
        return ZERO
    total = ZERO
    for month in Month.of(span.first).until(Month.of(span.last)):
        part = span.within(Span(month.first, month.last))
        if part:
            total += round_half_up(Fraction(fee) * part.days / month.days)
    return total


def matching(queryset: Any, number: str) -> Any:
    """Keep the rooms of that number, whatever its case."""
    return queryset.filter(number__iexact=number)
