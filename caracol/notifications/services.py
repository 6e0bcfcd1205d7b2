"""Write outgoing mail with the act that causes it, and take a person's decision on it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.template import Context, engines
from django.template.loader import get_template

from caracol.accounts.models import Territory, User
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.jobs import waking
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut, Outgoing, TextOut
from caracol.notifications.telephones import mobile_number, segments
from caracol.parameters.models import Association
from caracol.parameters.selectors import ParameterMissing, association

SEND_TASK = "caracol.notifications.tasks.send_mails"
TEXT_TASK = "caracol.notifications.tasks.send_texts"
LONGEST_TEXT = 600

Message = TypeVar("Message", bound=Outgoing)


class MailRefused(Refused):
    """The mail cannot be written as asked."""


class MailNotUnsettled(Refused):
    """Only a refused or uncertain mail waits for a decision."""


def queue_mail(
    *,
    dedup_key: str,
    to: str,
    subject: str,
    template: str,
    context: dict[str, Any] | None = None,
    documents: Iterable[int] = (),
    batch: str = "",
    requested_by: User | None = None,
    territory: Territory | None = None,
    not_before: datetime | None = None,
) -> MailOut:
    """Write a mail in the caller's transaction; it leaves after the commit, once its papers exist.

    ``template`` names ``templates/emails/<template>.txt`` and ``.html``; their words are frozen
    now. A key already known gives its mail. The subject is read on locked screens: no name, no
    amount, nothing personal. ``documents`` are ids of issued documents, attached as PDF.
    """
    _check(to=to, subject=subject)
    existing = MailOut.objects.filter(dedup_key=dedup_key).first()
    if existing is not None:
        return existing
    now = clock.now()
    words = {"subject": subject, "association": sender(), **(context or {})}
    mail, is_new = MailOut.objects.get_or_create(
        dedup_key=dedup_key,
        defaults={
            "recipient": to,
            "subject": subject,
            "text_body": _plain(f"emails/{template}.txt", words),
            "html_body": get_template(f"emails/{template}.html").render(words),
            "documents": list(documents),
            "batch": batch,
            "requested_by": requested_by,
            "territory": territory,
            "created_at": now,
            "next_attempt_at": max(now, not_before or now),
        },
    )
    if is_new:
        _wake_once(_wake)
    return mail


def queue_text(
    *,
    dedup_key: str,
    to: str,
    subject: str,
    body: str,
    batch: str = "",
    requested_by: User | None = None,
    territory: Territory | None = None,
    not_before: datetime | None = None,
) -> TextOut:
    """Write a text message in the caller's transaction; it leaves after the commit.

    ``to`` is a mobile's number as people write it. ``subject`` is for our lists only. A key
    already known gives its message. Raises MailRefused.
    """
    number = mobile_number(to)
    if not number:
        raise MailRefused("Ce numéro ne peut pas recevoir de SMS.")
    if not body.strip() or len(body) > LONGEST_TEXT:
        raise MailRefused(f"Un SMS a un texte, de {LONGEST_TEXT} signes au plus.")
    now = clock.now()
    text, is_new = TextOut.objects.get_or_create(
        dedup_key=dedup_key,
        defaults={
            "recipient": number,
            "subject": subject,
            "body": body,
            "segments": segments(body),
            "batch": batch,
            "requested_by": requested_by,
            "territory": territory,
            "created_at": now,
            "next_attempt_at": max(now, not_before or now),
        },
    )
    if is_new:
        _wake_once(_wake_texts)
    return text


def resend(*, mail: Message, actor: User) -> Message:
    """Send again a refused or uncertain mail: a person took the risk that it arrives twice."""
    with transaction.atomic():
        row = _unsettled(mail)
        row.state, row.attempts, row.error = MailState.QUEUED, 0, ""
        row.next_attempt_at, row.lease_until = clock.now(), None
        row.resent_by, row.resent_at = actor, clock.now()
        row.save()
        _wake_once(_wake_texts if isinstance(row, TextOut) else _wake)
    return row


def settle(*, mail: Message, actor: User) -> Message:
    """Close a mail without sending it again: it arrived after all, or was dealt with otherwise."""
    with transaction.atomic():
        row = _unsettled(mail)
        row.settled_by, row.settled_at = actor, clock.now()
        row.save()
    return row


def _unsettled(mail: Message) -> Message:
    rows = type(mail)._default_manager.select_for_update(of=("self",))
    row = cast(Message, rows.get(pk=mail.pk))
    if not row.waits_for_a_person:
        raise MailNotUnsettled("Ce message n'attend pas de décision.")
    return row


def _check(*, to: str, subject: str) -> None:
    try:
        validate_email(to)
    except ValidationError as error:
        raise MailRefused("L'adresse électronique du destinataire n'est pas valable.") from error
    if not subject.strip() or "\n" in subject or "\r" in subject:
        raise MailRefused("L'objet du message doit tenir sur une ligne.")


def sender() -> Association:
    """Give who writes; before the takeover nobody has said yet."""
    try:
        return association(clock.today())
    except ParameterMissing:
        return Association(name="Caracol", address="")


def _plain(name: str, words: dict[str, Any]) -> str:
    """Render words that are not HTML: an apostrophe stays an apostrophe."""
    template = engines["django"].get_template(name).template  # type: ignore[attr-defined]
    return str(template.render(Context(words, autoescape=False))).strip() + "\n"


def _wake_once(wake: Callable[[], None]) -> None:
    """Wake a sender at commit, once for a transaction that writes a hundred messages."""
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)


def _wake() -> None:
    waking.publish(SEND_TASK)


def _wake_texts() -> None:
    waking.publish(TEXT_TASK)
