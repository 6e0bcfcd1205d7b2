"""Approvals and insurances of the association: recorded, renewed, taken away."""

from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from colocations.models import Credential
from colocations.permissions import may_edit
from colocations.services.saving import Invalid, current, locked, save

ADDED = history.label("colocations.credential-added", "Agrément ou assurance enregistré")
CHANGED = history.label("colocations.credential-changed", "Agrément ou assurance modifié")
REMOVED = history.label("colocations.credential-removed", "Agrément ou assurance retiré")

FIELDS = ("kind", "label", "reference", "territory", "site", "starts_on", "expires_on")


@transaction.atomic
def add_credential(*, actor: User, **facts: Any) -> Credential:
    """Record an approval or an insurance. Raises Invalid."""
    with history.act(ADDED, actor=actor):
        credential = Credential(**facts)
        _within(credential, actor)
        save(credential)
    return credential


@transaction.atomic
def edit_credential(
    *, credential: Credential, actor: User, seen: str = "", **facts: Any
) -> Credential:
    """Change or renew an approval or an insurance. Raises Invalid, ChangedMeanwhile."""
    with history.act(CHANGED, actor=actor):
        held: Credential = current(credential, facts, seen)
        _within(held, actor)
        save(held, facts)
    return held


@transaction.atomic
def remove_credential(*, credential: Credential, actor: User) -> None:
    """Take away what is held no more, or was recorded by mistake; the history keeps it."""
    with history.act(REMOVED, actor=actor):
        locked(credential).delete()


def _within(credential: Credential, actor: User) -> None:
    """Follow the territory of the site; refuse a territory where the actor may not write."""
    if credential.site is not None:
        credential.territory = credential.site.territory
    where = credential.territory_id
    if where is not None and not may_edit(actor, where):
        raise Invalid({"territory": ["Ce territoire n'est pas le vôtre."]})
