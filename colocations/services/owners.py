"""Create and change owners and whom to speak to there."""

from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.versions import refuse_if_changed
from colocations.models import Owner, OwnerContact
from colocations.services.saving import current, locked, save

CREATED = history.label("colocations.owner-created", "Propriétaire enregistré")
CHANGED = history.label("colocations.owner-changed", "Propriétaire modifié")
CONTACT_ADDED = history.label("colocations.contact-added", "Contact ajouté")
CONTACT_CHANGED = history.label("colocations.contact-changed", "Contact modifié")
CONTACT_REMOVED = history.label("colocations.contact-removed", "Contact retiré")

FIELDS = ("name", "kind", "email", "phone", "address", "note")
CONTACT_FIELDS = ("name", "job", "email", "phone")


@transaction.atomic
def create_owner(*, actor: User, **facts: Any) -> Owner:
    """Record an owner. Raises Invalid."""
    with history.act(CREATED, actor=actor):
        owner = Owner(**facts)
        save(owner)
    return owner


@transaction.atomic
def edit_owner(*, owner: Owner, actor: User, seen: str = "", **facts: Any) -> Owner:
    """Change an owner. Raises Invalid, ChangedMeanwhile."""
    with history.act(CHANGED, actor=actor):
        held: Owner = current(owner, facts, seen)
        save(held, facts)
    return held


@transaction.atomic
def add_contact(*, owner: Owner, actor: User, **facts: Any) -> OwnerContact:
    """Record somebody to speak to. Raises Invalid."""
    with history.act(CONTACT_ADDED, actor=actor):
        contact = OwnerContact(owner=owner, **facts)
        save(contact)
    return contact


@transaction.atomic
def edit_contact(
    *, contact: OwnerContact, actor: User, seen: str = "", **facts: Any
) -> OwnerContact:
    """Change somebody to speak to. Raises Invalid, ChangedMeanwhile."""
    with history.act(CONTACT_CHANGED, actor=actor):
        held: OwnerContact = current(contact, facts, seen)
        save(held, facts)
    return held


@transaction.atomic
def remove_contact(*, contact: OwnerContact, actor: User, seen: str = "") -> None:
    """Take a contact away; the history keeps the line. Raises ChangedMeanwhile."""
    with history.act(CONTACT_REMOVED, actor=actor):
        held = locked(contact)
        refuse_if_changed(held, CONTACT_FIELDS, seen)
        held.delete()
