"""The queue that mails and text messages share: claimed before it leaves, noted afterwards."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from caracol.core import clock
from caracol.notifications.enums import MailState
from caracol.notifications.models import Outgoing, OutgoingQuerySet

WAITS_SECONDS = (60, 120, 300, 900, 1800, 3600)


class NothingFree(Exception):
    """What is due is in the hands of other senders."""


@dataclass
class Outcome:
    """How many messages were sent, put back or refused, and left to a person."""

    sent: int = 0
    refused: int = 0
    uncertain: int = 0


def due(model: type[Outgoing]) -> OutgoingQuerySet:
    """Return what may leave now."""
    return model._default_manager.filter(state=MailState.QUEUED, next_attempt_at__lte=clock.now())


def first_due(model: type[Outgoing]) -> Any:
    """Lock the message that has waited longest and that nobody holds; None when there is none."""
    rows = due(model).select_for_update(skip_locked=True, of=("self",))
    return rows.order_by("next_attempt_at", "pk").first()


def mark_leaving(row: Outgoing) -> None:
    """Note on a locked row that it leaves now: whoever is killed after this leaves a doubt."""
    row.state = MailState.SENDING
    row.attempts += 1
    row.claim_number += 1
    row.lease_until = clock.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    row.save()


def mark_uncertain(model: type[Outgoing], words: str) -> int:
    """Hand to a person the messages whose sender was killed."""
    lost = model._default_manager.filter(state=MailState.SENDING, lease_until__lte=clock.now())
    return lost.update(state=MailState.UNCERTAIN, error=words, lease_until=None)


def put_back(row: Outgoing, error: str, *, is_final: bool) -> None:
    """Note a refusal that is certain: another attempt after a wait, or the end."""
    spent = row.attempts >= settings.MAIL_MAX_ATTEMPTS
    wait = WAITS_SECONDS[min(max(row.attempts, 1), len(WAITS_SECONDS)) - 1]
    note(
        row,
        state=MailState.FAILED if is_final or spent else MailState.QUEUED,
        error=error,
        attempts=row.attempts,
        lease_until=None,
        next_attempt_at=clock.now() + timedelta(seconds=wait),
    )


def note(row: Outgoing, **changes: object) -> None:
    """Write what came of this claim, unless a person has decided otherwise since."""
    type(row)._default_manager.filter(pk=row.pk, claim_number=row.claim_number).exclude(
        state=MailState.SENT
    ).update(**changes)


@transaction.atomic
def bear_attempt(model: type[Outgoing], error: str) -> None:
    """Count a failed connection on one message; the others have not been tried."""
    row = first_due(model)
    if row is not None:
        row.attempts += 1
        put_back(row, error, is_final=False)
