"""Say at once why several free rooms are empty."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from caracol.core.errors import Refused
from caracol.core.versions import version_of
from caracol.lists.bulk import BulkAct, Effect
from caracol.lists.definition import Reader
from caracol.ui.atoms import short_day
from caracol.ui.fields import DateField
from colocations.enums import VoidCause
from colocations.models import Room, RoomVoid
from colocations.permissions import causes_of, sees_amounts
from colocations.selectors.occupancy import contracts
from colocations.services.voids import FIELDS, edit_void, record_void, remove_void

WHY = ("cause", "note")
UNEXPLAINED = "à attribuer"


class VoidForm(forms.Form):
    """The cause, since when, and a few words."""

    cause = forms.ChoiceField(label="Cause")
    starts_on = DateField(label="À partir du")
    note = forms.CharField(label="Précision", max_length=200, required=False)


class SetVoid(BulkAct):
    """Record or change why rooms are empty; one lived in is left out."""

    code = "room-void"
    label = "Dire pourquoi elles sont libres"
    icon = "door"
    lead = (
        "Une chambre occupée est laissée de côté. Une vacance déjà notée change de cause et garde "
        "ses dates."
    )
    money = "Par mois"
    done = ("{} chambre modifiée.", "{} chambres modifiées.")

    def __init__(self, list_key: str, page_key: str) -> None:
        self.list_key, self.page_key = list_key, page_key

    def rows(self, reader: Reader, ids: Sequence[int]) -> list[Any]:
        """The rooms, with their home."""
        found = Room.objects.filter(pk__in=ids).visible_to(reader.user, reader.roles)
        return list(found.select_related("colocation__site__territory").order_by("pk"))

    def form(self, reader: Reader, rows: Sequence[Any], data: Any) -> forms.Form:
        """The causes that the reader may write in all these rooms."""
        form = VoidForm(data, initial={"starts_on": reader.day})
        territories = {room.colocation.site.territory_id for room in rows}
        may: list[set[VoidCause]] = [set(causes_of(reader.user, each)) for each in territories]
        causes = set.intersection(*may) if may else set()
        form.fields["cause"].choices = [  # type: ignore[attr-defined]
            (cause.value, cause.label) for cause in VoidCause if cause in causes
        ]
        return form

    def effects(
        self, reader: Reader, rows: Sequence[Any], facts: Mapping[str, Any]
    ) -> Iterable[Effect]:
        """What each room is empty for, before and after."""
        first: date = facts["starts_on"]
        voids = _voids_on(rows, first)
        bound = contracts().bound(reader.user, [room.pk for room in rows], first, None)
        taken = {each.room_id for each in bound}
        after = VoidCause(facts["cause"]).label
        if facts["note"]:
            after = f"{after} : {facts['note']}"
        for room in rows:
            void = voids.get(room.pk)
            yield Effect(
                pk=room.pk,
                label=f"Chambre {room.number}, {room.colocation.name}",
                before=_words(void),
                after=f"{after}, dès le {short_day(void.starts_on if void else first)}",
                version=version_of(void, FIELDS) if void else "",
                left_out=_reason(room, void, facts, taken),
                amount=_fee(reader, room),
            )

    def apply(
        self, reader: Reader, effects: Sequence[Effect], facts: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Write each void; keep what it was."""
        rooms = {room.pk: room for room in self.rows(reader, [each.pk for each in effects])}
        voids = _voids_on(list(rooms.values()), facts["starts_on"])
        before = []
        for effect in effects:
            room, void = rooms[effect.pk], voids.get(effect.pk)
            why = {"cause": facts["cause"], "note": facts["note"]}
            if void is None:
                written = record_void(
                    room=room, actor=reader.user, starts_on=facts["starts_on"], **why
                )
                was: dict[str, str] | None = None
            else:
                was = {name: getattr(void, name) for name in WHY}
                written = edit_void(void=void, actor=reader.user, **why)
            before.append(
                {"pk": room.pk, "void": written.pk, "was": was,
                 "version": version_of(written, FIELDS if was is None else WHY)}
            )  # fmt: skip
        return before

    def undo(self, reader: Reader, before: Sequence[Mapping[str, Any]]) -> None:
        """Remove the voids recorded, give the others their cause back."""
        seen = {room.pk for room in self.rows(reader, [each["pk"] for each in before])}
        voids = RoomVoid.objects.select_related("room__colocation__site").in_bulk(
            [each["void"] for each in before]
        )
        for fact in before:
            void = voids.get(fact["void"])
            if void is None or void.room_id not in seen:
                raise Refused("Une de ces vacances a disparu depuis : rien n'a été annulé.")
            if fact["was"] is None:
                remove_void(void=void, actor=reader.user, seen=fact["version"])
            else:
                edit_void(void=void, actor=reader.user, seen=fact["version"], **fact["was"])


def _voids_on(rooms: Sequence[Any], day: date) -> dict[int, RoomVoid]:
    found = RoomVoid.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), room__in=rooms)
    found = found.filter(starts_on__lte=day).select_related("room__colocation__site")
    return {void.room_id: void for void in found}


def _words(void: RoomVoid | None) -> str:
    if void is None:
        return UNEXPLAINED
    return f"{void.get_cause_display()}, depuis le {short_day(void.starts_on)}"


def _reason(room: Room, void: RoomVoid | None, facts: Mapping[str, Any], taken: set[int]) -> str:
    if room.pk in taken:
        return "occupée, ou attendue, sur ces jours"
    if void is not None and (void.cause, void.note) == (facts["cause"], facts["note"]):
        return "c'est déjà sa cause"
    return ""


def _fee(reader: Reader, room: Room) -> Any:
    if not sees_amounts(reader.user, room.colocation.site.territory_id):
        return None
    return room.fee + room.charges
