"""Forms of voids, works, equipment and keys."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from caracol.core import clock
from caracol.ui.fields import DateField
from colocations.enums import HolderKind, VoidCause
from colocations.forms.base import ActForm, RowForm, Said
from colocations.models import Equipment, KeySet, Room, RoomVoid, RoomWorks
from colocations.selectors.occupancy import Household
from colocations.services import equipment, keys, voids, works


def not_to_come(day: date | None) -> date | None:
    """Return a day. Raises ValidationError when it is to come: a fact is past or present."""
    if day is not None and day > clock.today():
        raise ValidationError("Un fait ne se date pas de l'avenir.")
    return day


class VoidForm(RowForm):
    """Days when a room houses nobody, and why."""

    model = RoomVoid
    row_fields = voids.FIELDS
    layout = (("cause",), ("starts_on", "ends_on"), ("note",))

    def __init__(self, *args: Any, causes: Sequence[VoidCause], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cause: Any = self.fields["cause"]
        self.fields["cause"] = forms.ChoiceField(
            label=cause.label,
            choices=[(each.value, str(each.label).capitalize()) for each in causes],
            widget=forms.RadioSelect,
            error_messages={"required": "Dites pourquoi la chambre n'accueille personne."},
        )
        self.fields["starts_on"].label = "Premier jour"
        self.fields["ends_on"].label = "Dernier jour"
        self.hint(
            ends_on="Prévu ou réel ; vide tant qu'il n'est pas connu.",
            note="Sans rien de personnel.",
        )

    def has_shown(self, sentences: Sequence[str]) -> bool:
        """Whether the page that was sent had shown these effects; carries them otherwise."""
        told = hashlib.sha256("|".join(sentences).encode()).hexdigest()[:12]
        if not sentences or self.cleaned_data["accepted"] == told:
            return True
        self._carry("accepted", told)
        return False


class EndVoidForm(ActForm):
    """The last day of a void."""

    row_fields = ("ends_on",)
    layout = (("ends_on",), ("finish_works",))

    ends_on = DateField(
        label="Dernier jour", help_text="La chambre peut être attribuée dès le lendemain."
    )
    finish_works = forms.BooleanField(
        label="Noter les travaux comme terminés ce jour-là", required=False, initial=True
    )

    def __init__(self, *args: Any, with_works: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_works:
            self.fields["finish_works"].widget = forms.HiddenInput()


class WorksForm(RowForm):
    """Works in an empty room."""

    model = RoomWorks
    row_fields = works.FIELDS
    layout = (("label",), ("contractor", "expected_on"), ("cost",))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contractor"].help_text = "Entreprise, régie, bénévoles…"


class DoneForm(ActForm):
    """The day something was done."""

    layout = (("done_on",),)

    done_on = DateField(label="Fait le")

    def clean_done_on(self) -> date | None:
        """Refuse a day to come."""
        return not_to_come(self.cleaned_data["done_on"])


class EquipmentForm(RowForm):
    """A piece of equipment of a room or of a common part."""

    model = Equipment
    row_fields = equipment.FIELDS
    layout = (
        ("label", "kind"),
        ("room", "place"),
        ("state", "quantity"),
        ("acquired_on", "value"),
    )

    def __init__(self, *args: Any, rooms: Any, places: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room: Any = self.fields["room"]
        room.queryset = rooms
        room.empty_label = "Partie commune"
        room.label_from_instance = lambda row: f"Chambre {row.number}"
        self.places = places
        self.fields["place"].widget.attrs["list"] = "places"
        self.fields["value"].help_text = "Pour un seul objet."
        self.fields["place"].help_text = "Cuisine, salon, entrée… si ce n'est pas une chambre."

    def clean(self) -> dict[str, Any]:
        """Ask where it is."""
        data = super().clean()
        if not data.get("room") and not data.get("place") and "room" in data:
            self.add_error("place", "Indiquez une chambre ou une partie commune.")
        return data


class StateForm(RowForm):
    """How a piece of equipment is."""

    model = Equipment
    row_fields = ("state",)
    layout = (("state",),)


class RemoveEquipmentForm(ActForm):
    """When and why equipment leaves the inventory."""

    layout = (("removed_on",), ("removed_reason",))

    removed_on = DateField(label="Sorti le")
    removed_reason = forms.CharField(
        label="Motif", max_length=120, help_text="Cassé, donné, mis au rebut…"
    )

    def clean_removed_on(self) -> date | None:
        """Refuse a day to come."""
        return not_to_come(self.cleaned_data["removed_on"])


class CopyEquipmentForm(ActForm):
    """The room whose equipment another one receives."""

    layout = (("source",),)

    source = forms.ModelChoiceField(label="Reprendre de", queryset=Room.objects.none())

    def __init__(self, *args: Any, rooms: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source: Any = self.fields["source"]
        source.queryset = rooms
        source.label_from_instance = lambda row: f"Chambre {row.number}"
        source.empty_label = None


class KeySetForm(RowForm):
    """A set of keys, or several alike."""

    model = KeySet
    row_fields = keys.FIELDS
    layout = (("label", "count"), ("room", "kept_at"), ("opens",))

    count = forms.IntegerField(label="Nombre de trousseaux", min_value=1, max_value=12, initial=1)

    def __init__(self, *args: Any, rooms: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room: Any = self.fields["room"]
        room.queryset = rooms
        room.empty_label = "Toute la colocation"
        room.label_from_instance = lambda row: f"Chambre {row.number}"
        if kwargs.get("row") is not None:
            del self.fields["count"]
        self.hint(
            opens="Porte d'entrée, chambre, boîte aux lettres, cave…",
            kept_at="Où il est quand personne ne l'a : bureau, boîte à clés…",
        )


class MoveForm(ActForm):
    """The day keys come back, are lost or are found."""

    layout: ClassVar[tuple[tuple[str, ...], ...]] = (("on",),)

    on = DateField(label="Le")

    def clean_on(self) -> date | None:
        """Refuse a day to come."""
        return not_to_come(self.cleaned_data["on"])


class GiveKeysForm(MoveForm):
    """Whom keys are handed to, and when."""

    layout = (("to",), ("holder",), ("on",))

    to = forms.ChoiceField(label="À qui")
    holder = forms.CharField(
        label="Si c'est quelqu'un d'autre, qui",
        required=False,
        max_length=120,
        help_text="Propriétaire, entreprise, gardien…",
    )

    def __init__(
        self, *args: Any, households: Sequence[Household], team: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {f"{HolderKind.STAFF}:{user.pk}": user for user in team}
        residents = [(f"{HolderKind.RESIDENT}:{each.contract}", each.label) for each in households]
        to: Any = self.fields["to"]
        to.choices = [
            ("", "Choisir…"),
            ("Résident·e·s de la colocation", residents),
            ("Équipe", [(key, str(user)) for key, user in self.people.items()]),
            (f"{HolderKind.OTHER}:", "Quelqu'un d'autre"),
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the name of somebody else."""
        data = super().clean() or {}
        other = str(data.get("to", "")).startswith(HolderKind.OTHER)
        if other and not data.get("holder", "").strip():
            self.add_error("holder", "Indiquez à qui les clés sont remises.")
        return data

    @property
    def said(self) -> Said:
        """Whom the keys go to, by kind."""
        said = super().said
        chosen = said.facts.pop("to")
        kind, _colon, which = chosen.partition(":")
        facts = said.facts | {
            "holder_kind": kind,
            "contract": which if kind == HolderKind.RESIDENT else "",
            "staff": self.people.get(chosen),
        }
        return replace(said, facts=facts)
