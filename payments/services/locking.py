"""Lock a month of the books; reopen it for reversals only."""

from django.db import connection, transaction

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import Month
from payments.enums import LockState
from payments.guards import MONTH_LOCKS
from payments.models import PeriodLock

LOCKED = history.label("payments.period-locked", "Période verrouillée")
REOPENED = history.label("payments.period-reopened", "Période rouverte")


class PeriodRefused(Refused):
    """The month cannot be locked or reopened this way."""


@transaction.atomic
def lock_period(*, month: Month, today: Month, actor: User, reason: str = "") -> PeriodLock:
    """Close a month of the books to every entry.

    Waits for the entries being written in it. Again = no change. Raises PeriodRefused for a
    month that is not over.
    """
    if month >= today:
        raise PeriodRefused(f"{month.label.capitalize()} n'est pas fini : attendez sa fin.")
    with history.act(LOCKED, actor=actor, reason=reason):
        _exclude_writers(month)
        lock, created = PeriodLock.objects.get_or_create(
            month=month.first,
            defaults={"state": LockState.LOCKED, "changed_by": actor, "reason": reason},
        )
        if not created and lock.state != LockState.LOCKED:
            _change(lock, LockState.LOCKED, actor, reason)
    return lock


@transaction.atomic
def reopen_period(*, month: Month, actor: User, reason: str) -> PeriodLock:
    """Let reversing entries, and nothing else, into a locked month: the director's act.

    Raises PeriodRefused without a reason, for another role, or when the month is not locked.
    """
    if Role.DIRECTOR not in actor.roles:
        raise PeriodRefused("Seule la direction rouvre une période verrouillée.")
    if not reason.strip():
        raise PeriodRefused("Dites pourquoi la période est rouverte.")
    with history.act(REOPENED, actor=actor, reason=reason):
        lock = PeriodLock.objects.select_for_update().filter(month=month.first).first()
        if lock is None or lock.state != LockState.LOCKED:
            raise PeriodRefused(f"{month.label.capitalize()} n'est pas verrouillé.")
        _change(lock, LockState.REOPENED, actor, reason)
    return lock


def _exclude_writers(month: Month) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [MONTH_LOCKS, month.year * 100 + month.number]
        )


def _change(lock: PeriodLock, state: LockState, actor: User, reason: str) -> None:
    lock.state = state
    lock.changed_by = actor
    lock.reason = reason
    lock.save(update_fields=["state", "changed_by", "reason", "changed_at"])
