"""Send what is due. Each mail is marked before it leaves: killed in between, it is uncertain.

A server's refusal before it accepted the message is certain, and tried again. Anything that
breaks afterwards is not: a person decides, the product never sends twice by itself.
"""

import hashlib
import logging
import smtplib
import time
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Protocol, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from caracol.core import clock
from caracol.notifications import attachments
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut, MailOutQuerySet

logger = logging.getLogger(__name__)

WAITS_SECONDS = (60, 120, 300, 900, 1800, 3600)
PAPERS_WAIT_SECONDS = 15
INTERRUPTED = (
    "L'envoi a été interrompu : le message est peut-être parti. "
    "Vérifiez avec le destinataire avant de le renvoyer."
)
REFUSED = "Le serveur de messagerie refuse ce message ({reason})."
UNREADABLE = "Une pièce jointe ne peut pas être lue."
UNREACHABLE = "Le serveur de messagerie ne répond pas."

# The server answered no before it had the message, or after reading it said it would not have it.
DEFINITE = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


class NothingFree(Exception):
    """What is due is in the hands of other senders."""


class MailServer(Protocol):
    """What a Django e-mail backend does."""

    def open(self) -> bool | None:
        """Connect, or raise."""

    def close(self) -> None:
        """Disconnect."""


@dataclass
class Outcome:
    """How many mails were sent, put back or refused, and left to a person."""

    sent: int = 0
    refused: int = 0
    uncertain: int = 0


def send_due(*, seconds: float | None = None) -> Outcome:
    """Send every mail that is due, within ``seconds``; several senders may work at once."""
    outcome = Outcome(uncertain=mark_uncertain())
    ends_at = None if seconds is None else time.monotonic() + seconds
    server = cast(MailServer, get_connection())
    is_open = False
    try:
        while _due().exists() and (ends_at is None or time.monotonic() < ends_at):
            if not is_open and not _open(server):
                outcome.refused += 1
                break
            try:
                is_open = _send_next(server, outcome)
            except NothingFree:
                break
    finally:
        server.close()
    return outcome


def mark_uncertain() -> int:
    """Hand to a person the mails whose sender was killed."""
    return MailOut.objects.filter(state=MailState.SENDING, lease_until__lte=clock.now()).update(
        state=MailState.UNCERTAIN, error=INTERRUPTED, lease_until=None
    )


def release_waiting() -> int:
    """Make due at once the mails put off for their papers; one that was refused keeps its wait."""
    waiting = MailOut.objects.filter(state=MailState.QUEUED, attempts=0).exclude(documents=[])
    now = clock.now()
    return waiting.filter(next_attempt_at__gt=now).update(next_attempt_at=now)


def message_id(dedup_key: str) -> str:
    """Give a mail's Message-ID: the same for the same mail, whoever sends it."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    digest = hashlib.sha256(dedup_key.encode()).hexdigest()[:40]
    return f"<{digest}@{domain or 'localhost'}>"


def _due() -> MailOutQuerySet:
    return MailOut.objects.filter(state=MailState.QUEUED, next_attempt_at__lte=clock.now())


def _open(server: MailServer) -> bool:
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        # Nothing left: certain. One mail bears the failed attempt, the others have not been tried.
        logger.warning("The mail server cannot be reached: %s", type(error).__name__)
        with transaction.atomic():
            mail = _first_due()
            if mail is not None:
                mail.attempts += 1
                _put_back(mail, UNREACHABLE, is_final=False)
        return False
    return True


def _first_due() -> MailOut | None:
    rows = _due().select_for_update(skip_locked=True, of=("self",))
    return rows.order_by("next_attempt_at", "pk").first()


def _send_next(server: MailServer, outcome: Outcome) -> bool:
    """Send the next mail; tell whether the connection still serves."""
    mail = _claim()
    return True if mail is None else _send(mail, server, outcome)


@transaction.atomic
def _claim() -> MailOut | None:
    """Mark the next mail as leaving, or put it off while its papers are not made."""
    mail = _first_due()
    if mail is None:
        raise NothingFree
    if attachments.are_awaited(mail.documents):
        mail.next_attempt_at = clock.now() + timedelta(seconds=PAPERS_WAIT_SECONDS)
        mail.save(update_fields=["next_attempt_at"])
        return None
    mail.state = MailState.SENDING
    mail.attempts += 1
    mail.claim_number += 1
    mail.lease_until = clock.now() + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
    mail.save()
    return mail


def _send(mail: MailOut, server: MailServer, outcome: Outcome) -> bool:
    """Send one claimed mail and note what came of it; tell whether the connection still serves."""
    try:
        message = _message(mail, server)
    except attachments.Unreadable:
        outcome.refused += 1
        logger.exception("Mail %s: a paper cannot be read", mail.pk)
        with transaction.atomic():
            _put_back(mail, UNREADABLE, is_final=False)
        return True
    try:
        message.send()
    except DEFINITE as error:
        outcome.refused += 1
        code, reason = _answer(error)
        with transaction.atomic():
            _put_back(mail, REFUSED.format(reason=reason), is_final=500 <= code < 600)
        server.close()
        return False
    except Exception as error:  # the message may be in anybody's hands
        outcome.uncertain += 1
        logger.warning("Mail %s may or may not have left: %s", mail.pk, type(error).__name__)
        _note(mail, state=MailState.UNCERTAIN, error=INTERRUPTED, lease_until=None)
        server.close()
        if not isinstance(error, OSError | smtplib.SMTPException):
            raise
        return False
    outcome.sent += 1
    _note(mail, state=MailState.SENT, sent_at=clock.now(), error="", lease_until=None)
    return True


def _message(mail: MailOut, server: MailServer) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text_body,
        to=[mail.recipient],
        connection=server,
        headers={"Message-ID": message_id(mail.dedup_key), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html_body, "text/html")
    for name, content, media_type in attachments.read(mail.documents):
        message.attach(name, content, media_type)
    return message


def _answer(error: smtplib.SMTPException) -> tuple[int, str]:
    """Give the server's code, and its meaning for people (its own words may name someone)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return (codes[0] if codes else 550), "adresse du destinataire"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code, "adresse de l'expéditeur"
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code, "contenu ou quota"
    return 450, "dialogue avec le serveur"


def _put_back(mail: MailOut, error: str, *, is_final: bool) -> None:
    spent = mail.attempts >= settings.MAIL_MAX_ATTEMPTS
    wait = WAITS_SECONDS[min(max(mail.attempts, 1), len(WAITS_SECONDS)) - 1]
    _note(
        mail,
        state=MailState.FAILED if is_final or spent else MailState.QUEUED,
        error=error,
        attempts=mail.attempts,
        lease_until=None,
        next_attempt_at=clock.now() + timedelta(seconds=wait),
    )


def _note(mail: MailOut, **changes: object) -> None:
    """Write what came of this claim, unless a person has decided otherwise since."""
    MailOut.objects.filter(pk=mail.pk, claim_number=mail.claim_number).exclude(
        state=MailState.SENT
    ).update(**changes)
