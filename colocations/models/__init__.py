"""The patrimony: owners, agreements, sites, homes, rooms, their voids, equipment and keys."""

from colocations.models.agreements import (
    AgreementExtension,
    AgreementShortening,
    OwnerAgreement,
    OwnerObligation,
)
from colocations.models.credentials import Credential
from colocations.models.equipment import Equipment
from colocations.models.homes import Colocation, Room, RoomVoid, Site
from colocations.models.keys import KeyMove, KeySet
from colocations.models.owners import Owner, OwnerContact
from colocations.models.upkeep import Diagnostic, RoomWorks

__all__ = [
    "AgreementExtension",
    "AgreementShortening",
    "Colocation",
    "Credential",
    "Diagnostic",
    "Equipment",
    "KeyMove",
    "KeySet",
    "Owner",
    "OwnerAgreement",
    "OwnerContact",
    "OwnerObligation",
    "Room",
    "RoomVoid",
    "RoomWorks",
    "Site",
]
