"""Change one field of a person or of a contract, from a list; told when it changed meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.versions import refuse_if_changed
from caracol.notifications.telephones import mobile_number
from residents.enums import LIVING, ContractStatus
from residents.models import Contract, Person

PERSON_CHANGED = history.label("residents.person-field", "Fiche modifiée depuis la liste")
CONTRACT_CHANGED = history.label("residents.contract-field", "Contrat modifié depuis la liste")

PERSON_FIELDS = frozenset({"phone", "email", "email_consent", "sms_consent", "language"})
CONTRACT_FIELDS = frozenset({"payment_method", "due_day"})
OPEN = LIVING | {ContractStatus.DRAFT}

Objections = Callable[[Sequence[Contract], Any], Mapping[int, str]]
_objections: dict[str, list[Objections]] = {}


class FieldRefused(Refused):
    """A value that the row may not take."""


def object_to(field: str) -> Callable[[Objections], Objections]:
    """Register what a higher application objects to a value of a contract: (rows, value) → why."""

    def register(function: Objections) -> Objections:
        known = _objections.setdefault(field, [])
        if function not in known:
            known.append(function)
        return function

    return register


def contract_objections(field: str, rows: Sequence[Contract], value: Any) -> dict[int, str]:
    """Return the contracts that may not take a value, and why, in a fixed number of queries."""
    found = {
        row.pk: f"contrat {row.get_status_display()}" for row in rows if row.status not in OPEN
    }
    for objections in _objections.get(field, ()):
        found = {**objections(rows, value), **found}
    return found


@transaction.atomic
def set_person_field(
    *, row: Person, field: str, value: Any, seen: str, actor: User, today: date
) -> Person:
    """Change one field of a person. Raises ChangedMeanwhile, FieldRefused."""
    if field not in PERSON_FIELDS:
        raise FieldRefused("Ce champ se modifie sur la fiche.")
    with history.act(PERSON_CHANGED, actor=actor):
        held = Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
        refuse_if_changed(held, [field], seen)
        if field == "email_consent" and value and not held.email:
            raise FieldRefused("Indiquez d'abord une adresse électronique.")
        if field == "sms_consent" and value and not mobile_number(held.phone):
            raise FieldRefused("Indiquez d'abord un numéro de mobile.")
        _write(held, field, value)
    return held


@transaction.atomic
def set_contract_field(
    *, row: Contract, field: str, value: Any, seen: str, actor: User, today: date
) -> Contract:
    """Change one field of a contract. Raises ChangedMeanwhile, FieldRefused."""
    if field not in CONTRACT_FIELDS:
        raise FieldRefused("Ce champ se modifie par un avenant.")
    with history.act(CONTRACT_CHANGED, actor=actor):
        held = Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
        refuse_if_changed(held, [field], seen)
        refused = contract_objections(field, [held], value)
        if refused:
            raise FieldRefused(f"{held.number} : {refused[held.pk]}.")
        _write(held, field, value)
    return held


def _write(row: Any, field: str, value: Any) -> None:
    setattr(row, field, value)
    try:
        row.clean_fields(
            exclude=[each.name for each in row._meta.concrete_fields if each.name != field]
        )
    except ValidationError as error:
        raise FieldRefused(" ".join(error.messages)) from error
    row.save(update_fields=[field])
