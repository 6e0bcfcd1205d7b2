"""Write the register of consultations; a reading that cannot be written does not happen."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from caracol.accounts.models import User
from caracol.audit.models import AccessAction, AccessRecord
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.parameters.selectors import ParameterMissing, value

# Applications whose rows tell something of a person.
PERSONAL = frozenset({"residents", "payments", "documents", "litigation", "social"})
EXPORTS = "access_alert.exports_an_hour"
AN_HOUR = timedelta(hours=1)
_ASKED: ContextVar[bool] = ContextVar("whether somebody waits for the answer", default=False)
_LINES: ContextVar[int] = ContextVar("lines written while a page answers", default=0)


def record_access(
    *,
    actor: User,
    action: str,
    label: str,
    subject: models.Model | None = None,
    page: str = "",
    rows: int | None = None,
    request_id: str = "",
) -> AccessRecord:
    """Write that the actor read, printed, exported or downloaded a subject or a list.

    Raises TooManyExports for a file asked for in a request, beyond the number an hour.
    """
    if action == AccessAction.EXPORT and _ASKED.get():
        refuse_too_many_exports(actor)
    record = AccessRecord.objects.create(
        user=actor,
        action=AccessAction(action),
        content_type=ContentType.objects.get_for_model(subject) if subject else None,
        object_id=subject.pk if subject else None,
        label=label[:200],
        page=page,
        rows=rows,
        request_id=request_id,
    )
    _LINES.set(_LINES.get() + 1)
    return record


class TooManyExports(Refused):
    """Somebody takes more files in an hour than work needs."""


def refuse_too_many_exports(actor: User) -> None:
    """Raise TooManyExports when the actor took as many files as an hour allows (TRUST 4)."""
    now = clock.now()
    try:
        most = int(value(EXPORTS, clock.today()))
    except ParameterMissing:
        return
    taken = AccessRecord.objects.filter(
        user=actor, action=AccessAction.EXPORT, at__gt=now - AN_HOUR
    ).order_by("-at")
    times = list(taken.values_list("at", flat=True)[:most])
    if len(times) < most:
        return
    again = timezone.localtime(times[-1] + AN_HOUR) if times else now
    raise TooManyExports(
        f"Vous avez exporté {most} fichiers en une heure : c'est le maximum. Vous pourrez "
        f"recommencer à {again:%H h %M}. Une liste sans filtre tient souvent en un seul fichier."
    )


@contextmanager
def asking() -> Iterator[None]:
    """Say that somebody waits for the answer: a file made by a job was counted when asked for."""
    before = _ASKED.set(True)
    try:
        yield
    finally:
        _ASKED.reset(before)


@dataclass
class Reading:
    """A page while it answers."""

    request: Any

    def end(self, response: HttpResponseBase) -> None:
        """Write the line of what was opened of a person, unless the view wrote its own."""
        row = getattr(self.request, "opened_row", None)
        read = self.request.method == "GET" and response.status_code == 200
        if row is None or not read or _LINES.get() or row._meta.app_label not in PERSONAL:
            return
        subject = subject_of(row)
        record_access(
            actor=self.request.user,
            action=AccessAction.VIEW,
            subject=subject,
            label=label_of(row, subject),
            page=self.request.page_key,
            request_id=getattr(self.request, "request_id", ""),
        )


@contextmanager
def watching(request: HttpRequest) -> Iterator[Reading]:
    """Count the lines written while a page answers."""
    before = _LINES.set(0)
    try:
        yield Reading(request)
    finally:
        _LINES.reset(before)


def subject_of(row: models.Model) -> models.Model:
    """Return whom or what a row is about: the contract or the person that it hangs on."""
    for name in ("contract", "person"):
        about = getattr(row, name, None)
        if isinstance(about, models.Model):
            return about
    return row


def label_of(row: models.Model, subject: models.Model) -> str:
    """Return what the register says of a row: numbers and references, never a name."""
    kind = str(row._meta.verbose_name).capitalize()
    known = getattr(subject, "number", None) or getattr(subject, "reference", None)
    return f"{kind} · {known or subject.pk}"
