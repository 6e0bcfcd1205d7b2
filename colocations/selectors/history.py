"""Whose history a page shows: its rows, those that hang on them, and those removed since."""

from collections.abc import Iterable
from typing import Any

from colocations.models import (
    AgreementExtension,
    AgreementShortening,
    Colocation,
    Diagnostic,
    Equipment,
    KeyMove,
    KeySet,
    Owner,
    OwnerAgreement,
    OwnerContact,
    OwnerObligation,
    Room,
    RoomVoid,
    RoomWorks,
    Site,
)

Subjects = dict[Any, list[int]]


def _ids(queryset: Any) -> list[int]:
    return list(queryset.values_list("pk", flat=True))


def _ever(model: Any, parent: str, ids: Iterable[int]) -> list[int]:
    """Return the rows that hang, or once hung, on others: a removed one has events only."""
    events = model.pgh_event_model.objects.filter(**{f"{parent}__in": list(ids)})
    return list(events.order_by().values_list("pgh_obj_id", flat=True).distinct())


def home_subjects(home: Colocation) -> Subjects:
    """Return the rows whose history is the home's."""
    rooms = _ids(Room.objects.filter(colocation=home))
    agreements = _ids(OwnerAgreement.objects.filter(site=home.site_id))
    voids = _ever(RoomVoid, "room_id", rooms)
    keys = _ids(KeySet.objects.filter(colocation=home))
    return {
        Colocation: [home.pk],
        Site: [home.site_id],
        **_agreements(agreements),
        Room: rooms,
        RoomVoid: voids,
        RoomWorks: _ever(RoomWorks, "void_id", voids),
        Equipment: _ids(Equipment.objects.filter(colocation=home)),
        KeySet: keys,
        KeyMove: _ever(KeyMove, "key_set_id", keys),
    }


def room_subjects(room: Room) -> Subjects:
    """Return the rows whose history is the room's."""
    voids = _ever(RoomVoid, "room_id", [room.pk])
    keys = _ids(KeySet.objects.filter(room=room))
    return {
        Room: [room.pk],
        RoomVoid: voids,
        RoomWorks: _ever(RoomWorks, "void_id", voids),
        Equipment: _ids(Equipment.objects.filter(room=room)),
        KeySet: keys,
        KeyMove: _ever(KeyMove, "key_set_id", keys),
    }


def site_subjects(site: Site) -> Subjects:
    """Return the rows whose history is the site's."""
    agreements = _ids(OwnerAgreement.objects.filter(site=site))
    return {
        Site: [site.pk],
        Diagnostic: _ever(Diagnostic, "site_id", [site.pk]),
        **_agreements(agreements),
        Colocation: _ids(Colocation.objects.filter(site=site)),
    }


def agreement_subjects(agreement: OwnerAgreement) -> Subjects:
    """Return the rows whose history is the agreement's."""
    return _agreements([agreement.pk])


def owner_subjects(owner: Owner) -> Subjects:
    """Return the rows whose history is the owner's: not its agreements, read on their own pages."""
    return {Owner: [owner.pk], OwnerContact: _ever(OwnerContact, "owner_id", [owner.pk])}


def _agreements(ids: list[int]) -> Subjects:
    return {
        OwnerAgreement: ids,
        AgreementExtension: _ever(AgreementExtension, "agreement_id", ids),
        AgreementShortening: _ever(AgreementShortening, "agreement_id", ids),
        OwnerObligation: _ever(OwnerObligation, "agreement_id", ids),
    }
