"""Give a rule a new value from a day: the one before closes the day before. Nothing overlaps."""

from datetime import date, timedelta
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import models, transaction

from caracol.accounts.models import User
from caracol.core.errors import Refused
from caracol.core.periods import french_day


class ValueRefused(Refused):
    """The value cannot begin, or be corrected, as asked."""


def siblings(row: Any, scope: tuple[str, ...]) -> models.QuerySet:
    """Return the rows of the same rule, in the order of their days."""
    known = {name: getattr(row, name) for name in scope}
    rows: models.QuerySet = type(row)._default_manager.filter(**known).order_by("valid_from")
    return rows


def why_not(row: Any, scope: tuple[str, ...]) -> str:
    """Return why a new row may not begin on its day, in words; "" when it may."""
    same = siblings(row, scope).filter(valid_from=row.valid_from).exclude(pk=row.pk).first()
    if same is None:
        return ""
    return (
        f"Une valeur commence déjà le {french_day(row.valid_from)}. Choisissez un autre jour, ou "
        "corrigez celle-là."
    )


def end_of_new(row: Any, scope: tuple[str, ...]) -> date | None:
    """Return the last day of a new row: the eve of the next one known, or none."""
    after = siblings(row, scope).filter(valid_from__gt=row.valid_from).first()
    return after.valid_from - timedelta(days=1) if after else None


@transaction.atomic
def begin(*, row: Any, scope: tuple[str, ...], actor: User, reason: str = "") -> Any:
    """Write a new value from its day, and close the one before on the eve. Raises ValueRefused.

    A value foreseen later stays: the new one then ends on its eve.
    """
    rows = list(siblings(row, scope).select_for_update())
    refusal = why_not(row, scope)
    if refusal:
        raise ValueRefused(refusal)
    eve = row.valid_from - timedelta(days=1)
    with pghistory.context(act="parameters.value.opened", user=actor.pk, reason=reason):
        for before in rows:
            reaches = before.valid_to is None or before.valid_to >= row.valid_from
            if before.valid_from < row.valid_from and reaches:
                before.valid_to = eve
                before.save(update_fields=["valid_to"])
        row.valid_to = end_of_new(row, scope)
        _checked(row)
        row.save(force_insert=True)
    return row


def may_correct(row: Any, scope: tuple[str, ...]) -> bool:
    """Return whether a row may be corrected: the last of its rule only."""
    last = siblings(row, scope).last()
    return last is not None and last.pk == row.pk


@transaction.atomic
def correct(*, row: Any, scope: tuple[str, ...], today: date, reason: str, actor: User) -> Any:
    """Correct the last value of a rule; one that is in force already needs a reason."""
    known = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if not may_correct(known, scope):
        raise ValueRefused(
            "Une autre valeur lui a succédé : elle reste telle qu'elle a servi. Donnez plutôt une "
            "nouvelle valeur."
        )
    begun = known.valid_from <= today
    if begun and not reason.strip():
        raise ValueRefused("Cette valeur sert déjà : dites pourquoi vous la corrigez.")
    if begun:
        row.valid_from = known.valid_from
    facts = {"act": "parameters.value.corrected", "user": actor.pk}
    with pghistory.context(**facts, **({"reason": reason} if reason else {})):
        if row.valid_from != known.valid_from:
            _follow(known, row, scope)
        _checked(row)
        row.save()
    return row


def _follow(known: Any, row: Any, scope: tuple[str, ...]) -> None:
    """Move the end of the value before with the first day of the one that succeeds it."""
    before = siblings(known, scope).filter(valid_from__lt=known.valid_from).last()
    if before is None:
        return
    if row.valid_from <= before.valid_from:
        raise ValueRefused(
            f"La valeur précédente commence le {french_day(before.valid_from)} : celle-ci vient "
            "après."
        )
    if before.valid_to == known.valid_from - timedelta(days=1):
        # The later of the two moves first, so that they never overlap in between.
        type(row)._default_manager.filter(pk=row.pk).update(
            valid_from=max(known.valid_from, row.valid_from)
        )
        before.valid_to = row.valid_from - timedelta(days=1)
        before.save(update_fields=["valid_to"])


def _checked(row: Any) -> None:
    try:
        row.clean_fields()
        row.clean()
    except ValidationError as error:
        raise ValueRefused(" ".join(error.messages)) from error
