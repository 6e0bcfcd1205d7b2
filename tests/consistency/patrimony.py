"""The patrimony of a world: one of everything that hangs on a home, and its addresses."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from caracol.core import clock
from colocations.enums import EndedBy, HolderKind, KeyAct, VoidCause
from colocations.models import (
    AgreementExtension,
    AgreementShortening,
    Credential,
    Diagnostic,
    Equipment,
    KeyMove,
    KeySet,
    OwnerContact,
    OwnerObligation,
    RoomWorks,
)
from tests import factories

COST = "321,09"
NOTE = "Note canari"


def make_patrimony(home, room, contract):
    """Make what hangs on a home: agreement and its acts, works, equipment, keys, diagnostics."""
    today = clock.today()
    agreement = home.site.agreements.get()
    cost = Decimal(COST.replace(",", "."))
    void = factories.make_void(room, cause=VoidCause.WORKS, note=NOTE)
    other = factories.make_void(factories.make_room(home, number="3"), note=NOTE)
    keys = KeySet.objects.create(colocation=home, label="Jeu 1")
    return SimpleNamespace(
        agreement=agreement,
        owner=agreement.owner,
        contact=OwnerContact.objects.create(owner=agreement.owner, name="Contact canari"),
        extension=AgreementExtension.objects.create(
            agreement=agreement,
            previous_ends_on=agreement.ends_on - timedelta(days=60),
            ends_on=agreement.ends_on,
            signed_on=today,
        ),
        shortening=AgreementShortening.objects.create(
            agreement=agreement,
            previous_ends_on=agreement.ends_on + timedelta(days=60),
            ends_on=agreement.ends_on,
            decided_on=today,
            ended_by=EndedBy.OWNER,
            reason=NOTE,
        ),
        obligation=OwnerObligation.objects.create(
            agreement=agreement, kind="REPORT", label="Compte rendu", due_on=today
        ),
        diagnostic=Diagnostic.objects.create(site=home.site, kind="GAS", done_on=today),
        credential=Credential.objects.create(
            kind="APPROVAL_29", territory=home.site.territory, expires_on=today
        ),
        void=void,
        free_void=other,
        works=RoomWorks.objects.create(void=void, label="Peinture", cost=cost),
        piece=Equipment.objects.create(
            colocation=home, place="Cuisine", kind="APPLIANCE", label="Four", value=cost
        ),
        keys=keys,
        move=KeyMove.objects.create(
            key_set=keys,
            act=KeyAct.GIVEN,
            on=today,
            holder_kind=HolderKind.RESIDENT,
            contract=contract.number,
        ),
    )


def _on(*names, of):
    """Address each page by the pk of one thing of the patrimony."""
    return {f"colocations:{name}": _argument(of) for name in names}


def _argument(of):
    return lambda world: [_find(world, of).pk]


def _find(world, of):
    return getattr(world, of) if hasattr(world, of) else getattr(world.patrimony, of)


ARGUMENTS = {
    **_on(
        "home-detail", "home-history", "home-edit", "home-close", "home-reopen", "room-new",
        "home-equipment", "home-inventory", "equipment-new", "home-keys", "keys-new", of="home",
    ),
    **_on(
        "room-detail", "room-history", "room-edit", "room-close", "room-reopen", "void-new",
        "equipment-copy", of="room",
    ),
    **_on("void-edit", "void-end", "void-reopen", "works-new", of="void"),
    **_on("void-remove", of="free_void"),
    **_on("works-edit", "works-finish", "works-reopen", "works-remove", of="works"),
    **_on(
        "equipment-edit", "equipment-state", "equipment-remove", "equipment-restore", of="piece"
    ),
    **_on("keys-detail", "keys-edit", "keys-remove", "keys-restore", of="keys"),
    **_on("keys-undo", of="move"),
    **_on("owner-detail", "owner-history", "owner-edit", "contact-new", of="owner"),
    **_on("contact-edit", "contact-remove", of="contact"),
    **_on(
        "agreement-detail", "agreement-history", "agreement-edit", "agreement-extend",
        "agreement-document", "agreement-shorten", "agreement-copy", "obligation-new",
        of="agreement",
    ),
    **_on(
        "obligation-edit", "obligation-done", "obligation-reopen", "obligation-remove",
        of="obligation",
    ),
    **_on("extension-undo", of="extension"),
    **_on("shortening-undo", of="shortening"),
    **_on("credential-edit", "credential-remove", of="credential"),
    **_on("diagnostic-edit", "diagnostic-remove", of="diagnostic"),
    "colocations:site-detail": lambda world: [world.home.site_id],
    "colocations:site-history": lambda world: [world.home.site_id],
    "colocations:site-edit": lambda world: [world.home.site_id],
    "colocations:diagnostic-new": lambda world: [world.home.site_id],
    "colocations:keys-move": lambda world: [world.patrimony.keys.pk, "returned"],
}  # fmt: skip
