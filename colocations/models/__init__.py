"""The patrimony: owners, agreements, sites, homes, rooms and their voids."""

from colocations.models.agreements import AgreementExtension, Owner, OwnerAgreement
from colocations.models.homes import Colocation, Room, RoomVoid, Site

__all__ = [
    "AgreementExtension",
    "Colocation",
    "Owner",
    "OwnerAgreement",
    "Room",
    "RoomVoid",
    "Site",
]
