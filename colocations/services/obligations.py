"""What the association owes to owners, by a day: done or not."""

from datetime import date
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.periods import add_months
from colocations.models import OwnerAgreement, OwnerObligation
from colocations.services.saving import current, locked, save

ADDED = history.label("colocations.obligation-added", "Engagement enregistré")
CHANGED = history.label("colocations.obligation-changed", "Engagement modifié")
DONE = history.label("colocations.obligation-done", "Engagement tenu")
REOPENED = history.label("colocations.obligation-reopened", "Engagement rouvert")
REMOVED = history.label("colocations.obligation-removed", "Engagement supprimé")

FIELDS = ("kind", "label", "due_on", "every_months", "note")


@transaction.atomic
def add_obligation(*, agreement: OwnerAgreement, actor: User, **facts: Any) -> OwnerObligation:
    """Record something owed to the owner. Raises Invalid."""
    with history.act(ADDED, actor=actor):
        obligation = OwnerObligation(agreement=agreement, **facts)
        save(obligation)
    return obligation


@transaction.atomic
def edit_obligation(
    *, obligation: OwnerObligation, actor: User, seen: str = "", **facts: Any
) -> OwnerObligation:
    """Change something owed. Raises Invalid, ChangedMeanwhile."""
    with history.act(CHANGED, actor=actor):
        held: OwnerObligation = current(obligation, facts, seen)
        save(held, facts)
    return held


@transaction.atomic
def finish_obligation(
    *, obligation: OwnerObligation, done_on: date, actor: User
) -> OwnerObligation | None:
    """Say that something owed is done; return the next one if it comes back. Again = no change."""
    with history.act(DONE, actor=actor):
        held: OwnerObligation = locked(obligation)
        if held.done_on is not None:
            return None
        held.done_on = done_on
        save(held, ["done_on"])
        following = _next_of(held)
        if following is not None:
            save(following)
    return following


@transaction.atomic
def reopen_obligation(*, obligation: OwnerObligation, actor: User) -> OwnerObligation:
    """Say that something owed is not done after all; the next one that came of it goes away."""
    with history.act(REOPENED, actor=actor):
        held: OwnerObligation = locked(obligation)
        following = _next_of(held)
        if following is not None:
            OwnerObligation.objects.filter(
                agreement=held.agreement_id,
                kind=held.kind,
                label=held.label,
                due_on=following.due_on,
                done_on=None,
            ).delete()
        held.done_on = None
        save(held, ["done_on"])
    return held


@transaction.atomic
def remove_obligation(*, obligation: OwnerObligation, actor: User) -> None:
    """Take away something recorded by mistake; the history keeps it."""
    with history.act(REMOVED, actor=actor):
        locked(obligation).delete()


def _next_of(obligation: OwnerObligation) -> OwnerObligation | None:
    """Return the next occurrence, within the agreement, not written yet."""
    if not obligation.every_months:
        return None
    due_on = add_months(obligation.due_on, obligation.every_months)
    if due_on > obligation.agreement.ends_on:
        return None
    return OwnerObligation(
        agreement=obligation.agreement,
        kind=obligation.kind,
        label=obligation.label,
        due_on=due_on,
        every_months=obligation.every_months,
        note=obligation.note,
    )
