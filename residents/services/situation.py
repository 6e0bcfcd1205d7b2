"""Write a person's administrative situation: kinds and dates, never a number (RULEBOOK 8)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.versions import refuse_if_changed
from residents.enums import PermitKind, ProtectionKind
from residents.models import HousingRequest, Person, PersonStatus, ResidencePermit

STATUS_EDITED = history.label("residents.status-edited", "Situation administrative corrigée")
PERMIT_ADDED = history.label("residents.permit-added", "Titre de séjour ajouté")
PERMIT_EDITED = history.label("residents.permit-edited", "Titre de séjour corrigé")
PERMIT_REMOVED = history.label("residents.permit-removed", "Titre saisi par erreur, retiré")
REQUEST_KEPT = history.label("residents.request-kept", "Demande de logement social enregistrée")

STATUS_VERSIONED = ("nationality", "protection_kind")
PERMIT_VERSIONED = ("kind", "expires_on")
REQUEST_VERSIONED = ("number", "expires_on")


class SituationRefused(Refused):
    """What was typed is already known, or belongs to somebody else."""


@transaction.atomic
def keep_status(
    *,
    person: Person,
    nationality: str,
    protection_kind: ProtectionKind,
    seen: str,
    actor: User,
) -> PersonStatus:
    """Write nationality and protection. Raises ChangedMeanwhile."""
    with history.act(STATUS_EDITED, actor=actor):
        Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
        row = PersonStatus.objects.filter(person=person).first() or PersonStatus(person=person)
        refuse_if_changed(row, STATUS_VERSIONED, seen)
        row.nationality, row.protection_kind = nationality, protection_kind
        row.full_clean()
        row.save()
    return row


@transaction.atomic
def add_permit(
    *, person: Person, kind: PermitKind, expires_on: date, actor: User
) -> ResidencePermit:
    """Add a permit, or the one that renews it. Raises SituationRefused."""
    with history.act(PERMIT_ADDED, actor=actor):
        Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
        permit = ResidencePermit(person=person, kind=kind, expires_on=expires_on)
        _save(permit)
    return permit


@transaction.atomic
def edit_permit(
    *, permit: ResidencePermit, kind: PermitKind, expires_on: date, seen: str, actor: User
) -> ResidencePermit:
    """Correct a permit. Raises ChangedMeanwhile, SituationRefused."""
    with history.act(PERMIT_EDITED, actor=actor):
        row = ResidencePermit.objects.select_for_update(of=("self",)).get(pk=permit.pk)
        refuse_if_changed(row, PERMIT_VERSIONED, seen)
        row.kind, row.expires_on = kind, expires_on
        _save(row)
    return row


@transaction.atomic
def remove_permit(*, permit: ResidencePermit, actor: User) -> None:
    """Remove a permit typed by mistake; the history keeps it."""
    with history.act(PERMIT_REMOVED, actor=actor):
        ResidencePermit.objects.filter(pk=permit.pk).delete()


@transaction.atomic
def keep_request(
    *,
    person: Person,
    number: str,
    expires_on: date,
    seen: str,
    actor: User,
    request: HousingRequest | None = None,
) -> HousingRequest:
    """Write a housing request or its renewal. Raises ChangedMeanwhile, SituationRefused."""
    with history.act(REQUEST_KEPT, actor=actor):
        if request is None:
            row = HousingRequest(person=person)
        else:
            row = HousingRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
            refuse_if_changed(row, REQUEST_VERSIONED, seen)
        row.number, row.expires_on = number, expires_on
        _save(row)
    return row


def _save(row: ResidencePermit | HousingRequest) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        if isinstance(row, HousingRequest):
            raise SituationRefused(
                "Ce numéro unique est déjà celui d'une demande enregistrée : vérifiez-le."
            ) from error
        raise SituationRefused("Ce titre est déjà enregistré, avec la même fin.") from error
    row.save()
