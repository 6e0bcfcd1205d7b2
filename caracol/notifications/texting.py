"""Send the text messages that are due, as mails are: marked before, noted after, never twice."""

import logging
import time

import requests
from django.db import transaction

from caracol.core import clock
from caracol.notifications import outbox
from caracol.notifications.enums import MailState
from caracol.notifications.models import TextOut
from caracol.notifications.outbox import NothingFree, Outcome, note, put_back
from caracol.notifications.providers import NotSent, SmsProvider, provider

logger = logging.getLogger(__name__)

INTERRUPTED = (
    "L'envoi a été interrompu : le SMS est peut-être parti. "
    "Vérifiez avec la personne avant de le renvoyer."
)
REFUSED = "L'opérateur refuse ce SMS : {reason}."


def send_due_texts(*, seconds: float | None = None) -> Outcome:
    """Send every text message that is due, within ``seconds``; several senders may work at once."""
    outcome = Outcome(uncertain=outbox.mark_uncertain(TextOut, INTERRUPTED))
    ends_at = None if seconds is None else time.monotonic() + seconds
    operator = provider()
    while outbox.due(TextOut).exists() and (ends_at is None or time.monotonic() < ends_at):
        try:
            text = _claim()
        except NothingFree:
            break
        _send(text, operator, outcome)
    return outcome


@transaction.atomic
def _claim() -> TextOut:
    text: TextOut | None = outbox.first_due(TextOut)
    if text is None:
        raise NothingFree
    outbox.mark_leaving(text)
    return text


def _send(text: TextOut, operator: SmsProvider, outcome: Outcome) -> None:
    try:
        number = operator.send(to=text.recipient, body=text.body, reference=f"T{text.pk}")
    except NotSent as refusal:
        outcome.refused += 1
        put_back(text, REFUSED.format(reason=refusal.reason), is_final=refusal.is_final)
        return
    except Exception as error:  # it may be on somebody's telephone
        outcome.uncertain += 1
        logger.warning(
            "Text message %s may or may not have left: %s", text.pk, type(error).__name__
        )
        note(text, state=MailState.UNCERTAIN, error=INTERRUPTED, lease_until=None)
        if not isinstance(error, OSError | requests.exceptions.RequestException):
            raise
        return
    outcome.sent += 1
    note(
        text,
        state=MailState.SENT,
        sent_at=clock.now(),
        error="",
        lease_until=None,
        provider_id=number[:100],
    )
