"""The list of rooms: free or lived in, since when, why, how much."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.accounts.models import Territory, User
from caracol.core.money import number
from caracol.core.periods import Span
from caracol.lists.bulk import register_act
from caracol.lists.definition import Column, ListDefinition, Part, Reader, register
from caracol.lists.fields import EditableField
from caracol.ui import atoms
from caracol.ui.fields import MoneyField
from colocations.calculations.vacancy import lost
from colocations.lists.room_filter import RoomFilter
from colocations.lists.room_voids import SetVoid
from colocations.models import Colocation, Room
from colocations.permissions import AMOUNTS, sees_amounts
from colocations.selectors.rooms import room_lines, rooms_on
from colocations.services.rooms import edit_room

NOTHING = format_html('<span class="is-none">{}</span>', "–")
AMOUNT = "amounts"


@dataclass(frozen=True)
class ListedRoom:
    """A room of the list, reduced to what the reader may know."""

    line: Any
    fee: Decimal | None
    charges: Decimal | None
    lost: Decimal | None

    @property
    def room(self) -> Any:
        """The room itself."""
        return self.line.room

    @property
    def pk(self) -> int:
        """Its number in the database."""
        return int(self.line.room.pk)

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("colocations:room-detail", args=[self.line.room.pk])

    @property
    def since(self) -> date | None:
        """Since when it is lived in, or free."""
        return self.line.free_from if self.line.is_free else self.line.stay.starts_on

    @property
    def state(self) -> str:
        """What it is today, in words."""
        if self.line.closed:
            return "fermée"
        if not self.line.is_free:
            return "occupée"
        return "arrivée prévue" if self.line.arrives_on else "libre"


def _room(row: ListedRoom) -> SafeString:
    return format_html(
        '<span><a class="row-link" href="{}">Chambre {}</a>'
        '<span class="cell-note">{}</span></span>',
        row.url,
        row.room.number,
        row.room.colocation.name,
    )


def _state(row: ListedRoom) -> SafeString:
    icon = "door" if row.line.is_free else "user"
    return atoms.status(row.state, row.line.tone, icon)


def _who(row: ListedRoom) -> Any:
    stay = row.line.stay
    if stay is None:
        return NOTHING
    return format_html('<a href="{}">{}</a>', stay.url, stay.label) if stay.url else stay.label


def _cause(row: ListedRoom) -> Any:
    if not row.line.is_free:
        return NOTHING
    note = row.line.closed or row.line.note
    if not note:
        return row.line.cause
    return format_html('<span>{}<span class="cell-note">{}</span></span>', row.line.cause, note)


def _next(row: ListedRoom) -> Any:
    if row.line.arrives_on:
        return format_html("<span>arrivée {}</span>", atoms.day(row.line.arrives_on))
    if row.line.works_until:
        return format_html("<span>travaux jusqu'au {}</span>", atoms.day(row.line.works_until))
    if row.line.back_on:
        return format_html("<span>vide jusqu'au {}</span>", atoms.day(row.line.back_on))
    if row.line.stay and row.line.stay.ends_on:
        return format_html("<span>fin {}</span>", atoms.day(row.line.stay.ends_on))
    return NOTHING


def _surface(row: ListedRoom) -> Any:
    surface = row.room.surface_m2
    return NOTHING if surface is None else f"{number(surface)} m²"


COLUMNS = (
    Column(
        "room", "Chambre", _room, css="lead", fixed=True,
        sort=("colocation__name", "colocation", "number_length", "number"),
        parts=(
            Part("Colocation", lambda row: row.room.colocation.name),
            Part("Chambre", lambda row: row.room.number),
        ),
    ),
    Column(
        "state", "Aujourd'hui", _state, sort=("is_occupied", "colocation__name", "number_length"),
        parts=(Part("Aujourd'hui", lambda row: row.state),),
    ),
    Column(
        "since", "Depuis", lambda row: atoms.day(row.since),
        parts=(Part("Depuis", lambda row: row.since, "date"),),
    ),
    Column(
        "cause", "Pourquoi libre", _cause, sort=("void_cause", "colocation__name"),
        parts=(Part("Pourquoi libre", lambda row: row.line.cause if row.line.is_free else ""),),
    ),
    Column(
        "who", "Qui y vit", _who,
        parts=(
            Part("Qui y vit", lambda row: row.line.stay.label if row.line.stay else ""),
        ),
    ),
    Column(
        "next", "Ensuite", _next, sort=("next_start", "colocation__name"),
        parts=(Part("Arrivée prévue", lambda row: row.line.arrives_on, "date"),),
    ),
    Column(
        "capacity", "Places", lambda row: row.room.capacity, sort=("capacity", "colocation__name"),
        css="num", shown=False,
        parts=(Part("Places", lambda row: row.room.capacity, "number"),),
    ),
    Column(
        "surface", "Surface", _surface, sort=("surface_m2", "colocation__name"), css="num",
        shown=False, parts=(Part("Surface (m²)", lambda row: row.room.surface_m2, "number"),),
    ),
    Column(
        "territory", "Territoire", lambda row: row.room.colocation.site.territory.name,
        shown=False,
        parts=(Part("Territoire", lambda row: row.room.colocation.site.territory.name),),
    ),
    Column(
        "fee", "Redevance", lambda row: atoms.money(row.fee), need=AMOUNT,
        sort=("fee", "colocation__name"), css="num",
        parts=(
            Part("Redevance", lambda row: row.fee, "money"),
            Part("Charges", lambda row: row.charges, "money"),
        ),
    ),
    Column(
        "lost", "Perdu", lambda row: atoms.money(row.lost), need=AMOUNT, css="num", shown=False,
        parts=(Part("Redevance perdue depuis qu'elle est libre", lambda row: row.lost, "money"),),
    ),
)  # fmt: skip


def _write_fee(*, row: Room, value: Decimal, seen: str, actor: User, today: date) -> Room:
    return edit_room(room=row, today=today, actor=actor, seen=seen, fee=value)


FEE = EditableField(
    key="fee",
    label="Redevance",
    names=("fee",),
    control=lambda reader, rows: MoneyField(min_value=Decimal("0.00")),
    raw=lambda room: number(room.fee),
    write=_write_fee,
    hint="Les contrats signés gardent leur montant : il s'agit de la redevance proposée.",
)


class RoomList(ListDefinition):
    """One row a room."""

    key = "colocations:room-list"
    export_key = "colocations:room-export"
    cell_key = "colocations:room-cell"
    bulk_key = "colocations:room-bulk"
    title = "Chambres"
    noun = ("chambre", "chambres")
    feminine = True
    file_stem = "chambres"
    empty_text = "Aucune chambre ne correspond à ces filtres"
    none_text = "Aucune chambre pour l'instant : elles s'ajoutent depuis leur colocation"
    columns = COLUMNS
    fields = {"fee": FEE}
    model = Room

    def known(self, reader: Reader) -> frozenset[str]:
        """Amounts, to those who read them somewhere."""
        return frozenset({AMOUNT}) if reader.user.roles & AMOUNTS else frozenset()

    def rows(self, reader: Reader, sort: str) -> Any:
        """The rooms seen, with their occupation of the day."""
        return rooms_on(reader.day, Room.objects.visible_to(reader.user, reader.roles))

    def filter(self, reader: Reader, query: Any, rows: Any) -> RoomFilter:
        """Words, territory, home, state, cause."""
        seen = Colocation.objects.visible_to(reader.user, reader.roles)
        territories = Territory.objects.filter(pk__in=seen.values("site__territory"))
        return RoomFilter(
            query,
            queryset=rows,
            day=reader.day,
            territories=territories.order_by("name"),
            homes=seen.order_by("name").values_list("pk", "name"),
        )

    def order(self, reader: Reader, rows: Any) -> Any:
        """By home, then by number."""
        return rows.order_by("colocation__name", "colocation", "number_length", "number")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[ListedRoom]:
        """By right, room by room."""
        return [self._line(reader, line) for line in room_lines(reader.user, rows, reader.day)]

    def _line(self, reader: Reader, line: Any) -> ListedRoom:
        room = line.room
        if not sees_amounts(reader.user, room.colocation.site.territory_id):
            return ListedRoom(line, None, None, None)
        gone = None
        if line.is_free and line.free_from:
            gone = lost(room.fee + room.charges, Span(line.free_from, reader.day))
        return ListedRoom(line, room.fee, room.charges, gone)

    def label_of(self, line: ListedRoom) -> str:
        """The number and the home."""
        return f"Chambre {line.room.number}, {line.room.colocation.name}"


ROOMS = register(RoomList())
register_act(SetVoid(ROOMS.key, ROOMS.bulk_key))
