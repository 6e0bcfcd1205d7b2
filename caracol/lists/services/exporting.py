"""Lists as files: at once when they are short, in a job when they are long; always written down."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import QueryDict

from caracol.accounts.models import User
from caracol.audit.models import AccessAction, AccessRecord
from caracol.audit.services import record_access, refuse_too_many_exports
from caracol.core import clock, export
from caracol.core.errors import Refused
from caracol.jobs import services as jobs
from caracol.lists.asking import Asked
from caracol.lists.definition import Part, Reader, list_of, roles_of
from caracol.lists.models import ExportNote, ListExport

EXPORT = "lists.export"
LARGE = 3000
"""Rows beyond which a file is made in a job."""
MANY_PEOPLE = 500
"""Rows about people beyond which the direction is told (TRUST 2)."""
KEPT = timedelta(days=7)


class ExportRefused(Refused):
    """A file that cannot be made."""


def parts_of(asked: Asked, *, every: bool) -> list[Part]:
    """Return the columns of the file: those shown in their order, or all that may be known.

    What two columns both say is written once.
    """
    columns = list(asked.known_columns.values()) if every else list(asked.columns)
    parts = {part.heading: part for column in reversed(columns) for part in column.parts}
    said = dict.fromkeys(part.heading for column in columns for part in column.parts)
    return [parts[heading] for heading in said]


def rows_of(parts: list[Part], lines: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the rows of the file."""
    for line in lines:
        yield [part.value(line) for part in parts]


def columns_of(parts: list[Part]) -> list[export.Column]:
    """Return the headings and kinds of the file."""
    return [export.Column(part.heading, part.kind) for part in parts]


def write_down(*, asked: Asked, actor: User, rows: int) -> AccessRecord:
    """Write in the register that a list left as a file."""
    return record_access(
        actor=actor,
        action=AccessAction.EXPORT,
        label=f"Liste : {asked.definition.title}",
        page=asked.definition.export_key,
        rows=rows,
    )


@transaction.atomic
def ask_export(*, asked: Asked, actor: User, form: str, every: bool, total: int) -> ListExport:
    """Ask for the file of a long list, made in a job. Raises TooManyExports."""
    refuse_too_many_exports(actor)
    definition = asked.definition
    day = asked.reader.day
    wanted = ListExport.objects.create(
        actor=actor,
        list_key=definition.key,
        query=asked.query.urlencode(),
        form=form,
        every_column=every,
        name=f"{definition.file_stem}-{day:%Y-%m-%d}",
        requested_at=clock.now(),
    )
    wanted.job = jobs.enqueue(
        kind=EXPORT,
        dedup_key=f"{EXPORT}:{wanted.pk}",
        payload={"export": wanted.pk},
        total=total,
        title=f"Export : {definition.title} ({definition.count_words(total)})",
        requested_by=actor,
    )
    wanted.save(update_fields=["job"])
    return wanted


def make_export(
    *, wanted: ListExport, on_step: Callable[[int], None] = lambda _: None
) -> ListExport:
    """Write the file of a long list by the rights of the moment, once. Raises ExportRefused."""
    if wanted.file:
        return wanted
    asked = _asked_again(wanted, clock.today())
    parts = parts_of(asked, every=wanted.every_column)
    lines = _counted(asked.all_lines(), on_step)
    write = export.write_csv if wanted.form == "csv" else export.write_xlsx
    count = 0

    def rows() -> Iterator[list[Any]]:
        nonlocal count
        for row in rows_of(parts, lines):
            count += 1
            yield row

    content = write(columns_of(parts), rows())
    _store(wanted, asked, content, count)
    return wanted


def _asked_again(wanted: ListExport, day: date) -> Asked:
    definition = list_of(wanted.list_key)
    user = wanted.actor
    roles = roles_of(definition.export_key) if definition else frozenset()
    if definition is None or not user.roles & roles:
        raise ExportRefused("La personne qui a demandé cet export n'en a plus le droit.")
    return Asked(definition, Reader(user, roles, day), QueryDict(wanted.query))


def _counted(lines: Iterable[Any], on_step: Callable[[int], None]) -> Iterator[Any]:
    for done, line in enumerate(lines, start=1):
        yield line
        on_step(done)


@transaction.atomic
def _store(wanted: ListExport, asked: Asked, content: bytes, count: int) -> None:
    token = secrets.token_hex(24)
    path = f"exports/{token[:2]}/{token}.{wanted.form}"
    wanted.file.name = default_storage.save(path, ContentFile(content))
    wanted.rows = count
    wanted.save(update_fields=["file", "rows"])
    write_down(asked=asked, actor=wanted.actor, rows=count)


_about_people: set[str] = set()


def tell_about_people(page_key: str) -> None:
    """Count the files of a page among those that take people's facts out."""
    _about_people.add(page_key)


def large_exports() -> Any:
    """Return the exports of many people, latest first."""
    return (
        AccessRecord.objects.filter(
            action=AccessAction.EXPORT, rows__gt=MANY_PEOPLE, page__in=_about_people
        )
        .select_related("user", "note__noted_by")
        .order_by("-at", "-pk")
    )


def note_export(*, record: AccessRecord, actor: User) -> ExportNote:
    """Write that somebody took note of a large export. Again = no change."""
    note, _created = ExportNote.objects.get_or_create(
        record=record, defaults={"noted_by": actor, "noted_at": clock.now()}
    )
    return note


def forget_old_exports(*, now: datetime) -> int:
    """Remove the files of lists some days after they were asked for."""
    old = list(ListExport.objects.filter(requested_at__lt=now - KEPT))
    for wanted in old:
        name = wanted.file.name
        wanted.delete()
        if name:
            default_storage.delete(name)
    return len(old)
