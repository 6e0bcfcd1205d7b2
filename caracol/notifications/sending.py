"""Send what is due. Each mail is marked before it leaves: killed in between, it is uncertain.

A server's refusal before it accepted the message is certain, and tried again. Anything that
breaks afterwards is not: a person decides, the product never sends twice by itself.
"""

import hashlib
import logging
import smtplib
import time
from datetime import timedelta
from email.utils import parseaddr
from typing import Protocol, cast

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from caracol.core import clock
from caracol.notifications import attachments, outbox
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from caracol.notifications.outbox import NothingFree, Outcome, note, put_back

logger = logging.getLogger(__name__)

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


class MailServer(Protocol):
    """What a Django e-mail backend does."""

    def open(self) -> bool | None:
        """Connect, or raise."""

    def close(self) -> None:
        """Disconnect."""


def send_due(*, seconds: float | None = None) -> Outcome:
    """Send every mail that is due, within ``seconds``; several senders may work at once."""
    outcome = Outcome(uncertain=mark_uncertain())
    ends_at = None if seconds is None else time.monotonic() + seconds
    server = cast(MailServer, get_connection())
    is_open = False
    try:
        while outbox.due(MailOut).exists() and (ends_at is None or time.monotonic() < ends_at):
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
    return outbox.mark_uncertain(MailOut, INTERRUPTED)


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


def _open(server: MailServer) -> bool:
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        # Nothing left: certain.
        logger.warning("The mail server cannot be reached: %s", type(error).__name__)
        outbox.bear_attempt(MailOut, UNREACHABLE)
        return False
    return True


def _send_next(server: MailServer, outcome: Outcome) -> bool:
    """Send the next mail; tell whether the connection still serves."""
    mail = _claim()
    return True if mail is None else _send(mail, server, outcome)


@transaction.atomic
def _claim() -> MailOut | None:
    """Mark the next mail as leaving, or put it off while its papers are not made."""
    mail: MailOut | None = outbox.first_due(MailOut)
    if mail is None:
        raise NothingFree
    if attachments.are_awaited(mail.documents):
        mail.next_attempt_at = clock.now() + timedelta(seconds=PAPERS_WAIT_SECONDS)
        mail.save(update_fields=["next_attempt_at"])
        return None
    outbox.mark_leaving(mail)
    return mail


def _send(mail: MailOut, server: MailServer, outcome: Outcome) -> bool:
    """Send one claimed mail and note what came of it; tell whether the connection still serves."""
    try:
        message = _message(mail, server)
    except attachments.Unreadable:
        outcome.refused += 1
        logger.exception("Mail %s: a paper cannot be read", mail.pk)
        with transaction.atomic():
            put_back(mail, UNREADABLE, is_final=False)
        return True
    try:
        message.send()
    except DEFINITE as error:
        outcome.refused += 1
        code, reason = _answer(error)
        with transaction.atomic():
            put_back(mail, REFUSED.format(reason=reason), is_final=500 <= code < 600)
        server.close()
        return False
    except Exception as error:  # the message may be in anybody's hands
        outcome.uncertain += 1
        logger.warning("Mail %s may or may not have left: %s", mail.pk, type(error).__name__)
        note(mail, state=MailState.UNCERTAIN, error=INTERRUPTED, lease_until=None)
        server.close()
        if not isinstance(error, OSError | smtplib.SMTPException):
            raise
        return False
    outcome.sent += 1
    note(mail, state=MailState.SENT, sent_at=clock.now(), error="", lease_until=None)
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
