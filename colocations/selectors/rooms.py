"""The rooms of homes: who lives in them, since when the free ones are free, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Length

from caracol.core.periods import french_day
from caracol.core.text import sort_key
from colocations.enums import VoidCause
from colocations.models import Room, RoomVoid, RoomWorks
from colocations.permissions import sees_notes
from colocations.selectors.homes import free_since
from colocations.selectors.homes import matching as homes_matching
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
    void_id: int | None = None
    works_until: date | None = None
    closed: str = ""
    acts: tuple[Any, ...] = ()
    cause_code: str = ""

    @property
    def is_free(self) -> bool:
        """Whether nobody lives there."""
        return self.stay is None

    @property
    def tone(self) -> str:
        """How its state is to be read."""
        if self.closed:
            return "neutral"
        if not self.is_free:
            return "success"
        return "info" if self.arrives_on else "warning"

    @property
    def comes_next(self) -> str:
        """What is known to happen next to a free room, in a sentence."""
        if self.arrives_on:
            return f"Arrivée prévue le {french_day(self.arrives_on)}."
        if self.works_until:
            return f"Fin des travaux prévue le {french_day(self.works_until)}."
        if self.back_on:
            return f"Disponible à partir du {french_day(self.back_on + timedelta(days=1))}."
        return ""


def rooms_on(day: date, queryset: Any) -> Any:
    """Annotate rooms with their occupation of the day, in the order of their numbers."""
    voids = (
        RoomVoid.objects.filter(room=OuterRef("pk"), starts_on__lte=day)
        .filter(Q(ends_on=None) | Q(ends_on__gte=day))
        .order_by("-starts_on")
    )
    works = (
        RoomWorks.objects.filter(void__room=OuterRef("pk"), void__starts_on__lte=day)
        .filter(Q(void__ends_on=None) | Q(void__ends_on__gte=day))
        .filter(done_on=None, expected_on__isnull=False)
        .order_by("-expected_on")
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
            void_id=Subquery(voids.values("pk")[:1]),
            works_until=Subquery(works.values("expected_on")[:1]),
        )
        .order_by("colocation__name", "colocation", Length("number"), "number")
    )


def room_lines(user: Any, rooms: Iterable[Any], day: date) -> list[RoomLine]:
    """Return the lines of annotated rooms, with the names the user may know."""
    rooms = list(rooms)
    stays = contracts().stays_on(user, [room.pk for room in rooms if room.is_occupied], day)
    return [_line(user, room, stays.get(room.pk), day) for room in rooms]


def _line(user: Any, room: Any, stay: Stay | None, day: date) -> RoomLine:
    if stay or room.is_occupied:
        return RoomLine(room, stay or Stay("Occupée"), None, "", "", None, None)
    cause = VoidCause(room.void_cause) if room.void_cause else VoidCause.TO_LET
    told = sees_notes(user, room.colocation.site.territory_id)
    return RoomLine(
        room=room,
        stay=None,
        free_from=free_since(room.last_end, opened_on(room), day),
        cause=str(cause.label),
        note=(room.void_note or "") if told else "",
        arrives_on=room.next_start,
        back_on=room.void_ends_on,
        void_id=room.void_id,
        works_until=room.works_until,
        closed=closed_on(room, day),
        cause_code=room.void_cause or "",
    )


def opened_on(room: Room) -> date:
    """The first day a room may be let: its own opening, or its home's."""
    opens_on: date = room.opens_on or room.colocation.opens_on
    return max(opens_on, room.colocation.opens_on)


def closed_on(room: Room, day: date) -> str:
    """Say why a room may not be let on a day: closed, not open yet; nothing when it may."""
    if opened_on(room) > day:
        return f"ouvre le {french_day(opened_on(room))}"
    last = min((end for end in (room.closes_on, room.colocation.closes_on) if end), default=None)
    return f"fermée depuis le {french_day(last)}" if last and last < day else ""


SHORTEST_PLACE = 3
MOST_NUMBERS = 3
_FILLERS = frozenset({"chambre", "chambres", "ch"})


def rooms_named(homes: Any, words: str) -> Any:
    """Return the rooms of homes that words name: "chambre 3 tilleuls", "c07 03".

    None when they name none: it takes a number and a part of the home's name or code. Of several
    numbers, one is the room's and the others are of the home's code.
    """
    parts, numbers = _parts(words)
    named = Q()
    for index, number in numbers:
        place = " ".join(parts[:index] + parts[index + 1 :])
        if place:
            found = homes_matching(homes, place)
            named |= Q(colocation__in=found.values("pk")) & _numbered(number)
    return Room.objects.filter(named) if named else None


def rooms_found(homes: Any, words: str) -> Any:
    """Return the rooms that words name, a number alone included: "chambre 03", "ch 3", "03"."""
    parts, numbers = _parts(words)
    if len(parts) == len(numbers) == 1:
        return Room.objects.filter(_numbered(parts[0]), colocation__in=homes.values("pk"))
    return rooms_named(homes, words)


def _parts(words: str) -> tuple[list[str], list[tuple[int, str]]]:
    """Return the words that tell something, and those with a digit by their rank."""
    parts = [word for word in sort_key(words).split() if word not in _FILLERS]
    digits = [(n, word) for n, word in enumerate(parts) if any(letter.isdigit() for letter in word)]
    return parts, digits[:MOST_NUMBERS]


def _numbered(number: str) -> Q:
    """Condition on rooms: of that number, whatever its case and the zeros before it."""
    bare = number.lstrip("0")
    same = {number, bare, bare.zfill(2), bare.zfill(3)} if bare.isdigit() else {number}
    condition = Q()
    for each in sorted(same):
        condition |= Q(number__iexact=each)
    return condition


def rooms_of_homes(homes: Any, words: str) -> Any:
    """Return the rooms of the homes that words name by three letters at least; else None."""
    if len(sort_key(words)) < SHORTEST_PLACE:
        return None
    return Room.objects.filter(colocation__in=homes_matching(homes, words).values("pk"))
