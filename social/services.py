"""Write the rights followed of a person: added, changed, ended, taken up again."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.versions import refuse_if_changed
from residents.models import Person
from social.enums import RightKind, RightOutcome
from social.models import PersonRight

ADDED = history.label("social.right-added", "Droit suivi ajouté")
CHANGED = history.label("social.right-changed", "Droit suivi modifié")
ENDED = history.label("social.right-ended", "Suivi d'un droit terminé")
RESUMED = history.label("social.right-resumed", "Suivi d'un droit repris")

FIELDS = ("filed_on", "due_on", "decision", "decided_on", "is_transition")


class RightRefused(Refused):
    """What was typed cannot be kept."""


@transaction.atomic
def add_right(*, person: Person, kind: RightKind, actor: User, **facts: Any) -> PersonRight:
    """Follow a right of a person. Raises RightRefused."""
    with history.act(ADDED, actor=actor):
        Person.objects.select_for_update(no_key=True, of=("self",)).get(pk=person.pk)
        right = PersonRight(person=person, kind=kind, **facts)
        _save(right)
    return right


@transaction.atomic
def edit_right(*, right: PersonRight, seen: str, actor: User, **facts: Any) -> PersonRight:
    """Change the days of a right, or write what was decided.

    Raises ChangedMeanwhile, RightRefused.
    """
    with history.act(CHANGED, actor=actor):
        held = PersonRight.objects.select_for_update(of=("self",)).get(pk=right.pk)
        refuse_if_changed(held, FIELDS, seen)
        for name, value in facts.items():
            setattr(held, name, value)
        _save(held)
    return held


@transaction.atomic
def end_right(*, right: PersonRight, outcome: RightOutcome, on: date, actor: User) -> PersonRight:
    """End the follow-up of a right. Raises RightRefused."""
    with history.act(ENDED, actor=actor):
        held = PersonRight.objects.select_for_update(of=("self",)).get(pk=right.pk)
        if held.closed_on is None:
            held.closed_on, held.outcome = on, outcome
            _save(held)
    return held


@transaction.atomic
def resume_right(*, right: PersonRight, actor: User) -> PersonRight:
    """Take up again the follow-up of a right. Raises RightRefused."""
    with history.act(RESUMED, actor=actor):
        held = PersonRight.objects.select_for_update(of=("self",)).get(pk=right.pk)
        held.closed_on, held.outcome = None, ""
        _save(held)
    return held


def _save(right: PersonRight) -> None:
    try:
        right.full_clean()
    except ValidationError as error:
        raise RightRefused(" ".join(error.messages)) from error
    right.save()
