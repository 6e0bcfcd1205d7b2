"""Write a row or say in French, field by field, why it may not be written."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction

from caracol.core.errors import Refused
from caracol.core.versions import refuse_if_changed


class Invalid(Refused):
    """Facts that cannot be written: what is wrong with which field ("" for all of them)."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        super().__init__(" ".join(text for texts in fields.values() for text in texts))
        self.fields = dict(fields)


def locked(row: Any) -> Any:
    """Return a row read again, held until the end of the transaction."""
    manager = type(row)._default_manager
    return manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)


def current(row: Any, facts: Mapping[str, Any], seen: str) -> Any:
    """Return a row held, with new facts put in it, unless somebody changed them meanwhile.

    Raises ChangedMeanwhile.
    """
    return both(row, facts, seen)[1]


def both(row: Any, facts: Mapping[str, Any], seen: str) -> tuple[Any, Any]:
    """Return a row held as it is, and as it would be with new facts. Raises ChangedMeanwhile."""
    before = locked(row)
    refuse_if_changed(before, facts, seen)
    after = copy.copy(before)
    for name, value in facts.items():
        setattr(after, name, value)
    return before, after


def save(row: models.Model, fields: Iterable[str] | None = None) -> None:
    """Validate a row and write it. Raises Invalid, a race with another writer included."""
    try:
        row.full_clean(validate_constraints=False)
        _check_constraints(row)
    except ValidationError as error:
        raise Invalid(_by_field(error)) from error
    try:
        with transaction.atomic():
            row.save(update_fields=list(fields) if fields is not None else None)
    except IntegrityError as error:
        raise Invalid({"": [_sentence(row, error)]}) from error


def _check_constraints(row: models.Model) -> None:
    """Check a row alone, then beside the others: days out of order make no span to compare."""
    alone = [each for each in row._meta.constraints if isinstance(each, models.CheckConstraint)]
    beside = [each for each in row._meta.constraints if each not in alone]
    for constraints in (alone, beside):
        errors: list[Any] = []
        for constraint in constraints:
            try:
                constraint.validate(type(row), row)
            except ValidationError as error:
                errors += error.error_list if hasattr(error, "error_list") else [error]
        if errors:
            raise ValidationError(errors)


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {"": error.messages}
    return {
        "" if name == NON_FIELD_ERRORS else name: texts
        for name, texts in error.message_dict.items()
    }


def _sentence(row: models.Model, error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    broken = getattr(diagnosis, "constraint_name", "")
    for constraint in row._meta.constraints:
        if constraint.name == broken:
            return str(constraint.get_violation_error_message())
    return (
        "Quelqu'un vient d'enregistrer la même chose : rechargez la page pour voir où en est la "
        "fiche, puis recommencez si besoin."
    )
