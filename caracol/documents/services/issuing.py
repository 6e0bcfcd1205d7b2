"""Number and freeze documents. One counter row per series and year is locked until the commit.

The lock comes before the look for known keys: of two issues of the same keys at once, the second
waits, then finds the first one's documents. A rolled-back issue gives its numbers back.
"""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction

from caracol.accounts.models import Territory, User
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.documents import content, freezing, sheets
from caracol.documents.models import Document
from caracol.documents.papers import CANCELLATION
from caracol.documents.registry import DocumentKind, kind_of
from caracol.jobs import services as jobs
from caracol.jobs.models import Job

RENDER = "documents.render-batch"
INSERTED_AT_ONCE = 1000

_OPEN_COUNTER = """
INSERT INTO documents_counter (series, year, last) VALUES (%s, %s, 0)
ON CONFLICT (series, year) DO NOTHING
"""
_LOCK_COUNTER = """
SELECT last FROM documents_counter WHERE series = %s AND year = %s FOR NO KEY UPDATE
"""
_TAKE_NUMBERS = """
UPDATE documents_counter SET last = last + %s WHERE series = %s AND year = %s RETURNING last
"""


class AlreadyACancellation(Refused):
    """A counter-document cannot be cancelled in its turn."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A document to issue. The same `key` twice gives the first document again.

    `data`: a dataclass of `content` (or a mapping); `subject`: what it is about, saved already.
    """

    kind: str
    key: str
    subject: models.Model
    data: content.Paper | Mapping[str, Any]
    territory_id: int | None = None
    cancels: Document | None = None


@dataclass(frozen=True)
class Issued:
    """What an issue gave: the documents in the order asked, the new ones, the job that renders."""

    documents: list[Document]
    new: list[Document] = field(default_factory=list)
    job: Job | None = None


@transaction.atomic
def issue_documents(
    *,
    orders: Sequence[Order],
    issued_on: date,
    actor: User | None,
    title: str = "",
    territory: Territory | None = None,
    batch: Job | None = None,
) -> Issued:
    """Number and freeze the documents ordered, and ask for their rendering in one job.

    Known keys give their document, unchanged. `batch`: a rendering job that exists already;
    else one is made, called `title`. Numbers follow the order of the orders.
    """
    _lock_counters({kind_of(order.kind).series for order in orders}, issued_on.year)
    known = Document.objects.in_bulk([order.key for order in orders], field_name="key")
    fresh = {order.key: order for order in orders if order.key not in known}
    if not fresh:
        return Issued(documents=[known[order.key] for order in orders])
    new = _build(list(fresh.values()), issued_on=issued_on, actor=actor)
    job = batch or jobs.enqueue(
        kind=RENDER,
        dedup_key=f"{RENDER}:{new[0].number}:{new[-1].number}",
        total=len(new),
        title=title or f"{new[0].kind_label} {new[0].number}",
        requested_by=actor,
        territory=territory,
    )
    for document in new:
        document.batch = job
    Document.objects.bulk_create(new, batch_size=INSERTED_AT_ONCE)
    known |= {document.key: document for document in new}
    return Issued(documents=[known[order.key] for order in orders], new=new, job=job)


def issue_document(
    *,
    kind: str,
    key: str,
    subject: models.Model,
    data: content.Paper | Mapping[str, Any],
    issued_on: date,
    actor: User | None,
    territory: Territory | None = None,
    batch: Job | None = None,
) -> Document:
    """Number and freeze one document; the same key again returns the first, unchanged."""
    order = Order(
        kind=kind,
        key=key,
        subject=subject,
        data=data,
        territory_id=territory.pk if territory else None,
    )
    issued = issue_documents(
        orders=[order], issued_on=issued_on, actor=actor, territory=territory, batch=batch
    )
    return issued.documents[0]


def cancel_document(
    *,
    document: Document,
    data: content.Paper,
    issued_on: date,
    actor: User | None,
    kind: str = CANCELLATION.code,
) -> Document:
    """Issue the numbered counter-document that cancels another; again, return the first one.

    The document cancelled stays as it is; `kind`: that of the counter-document. Raises
    AlreadyACancellation for a counter-document.
    """
    if document.cancels_id is not None:
        raise AlreadyACancellation(
            f"{document.number} est déjà une annulation : elle ne s'annule pas. "
            "Émettez à nouveau le document qu'elle a annulé."
        )
    order = Order(
        kind=kind,
        key=f"cancellation:{document.number}",
        subject=cast(models.Model, document.subject),
        data=data,
        territory_id=document.territory_id,
        cancels=document,
    )
    return issue_documents(orders=[order], issued_on=issued_on, actor=actor).documents[0]


def cancelled_ref(document: Document) -> content.CancelledRef:
    """Return what a counter-document says of the document it cancels."""
    return content.CancelledRef(
        kind_label=document.kind_label,
        number=document.number,
        issued_on=document.issued_on,
        total=content.frozen_total(document.data),
    )


def _lock_counters(series: set[str], year: int) -> None:
    with connection.cursor() as cursor:
        for name in sorted(series):  # always the same order: no deadlock
            cursor.execute(_OPEN_COUNTER, [name, year])
            cursor.execute(_LOCK_COUNTER, [name, year])


def _build(orders: list[Order], *, issued_on: date, actor: User | None) -> list[Document]:
    kinds = [kind_of(order.kind) for order in orders]
    next_numbers = {
        series: _take_numbers(series, issued_on.year, count)
        for series, count in sorted(Tally(kind.series for kind in kinds).items())
    }
    content_types = ContentType.objects.get_for_models(*{type(order.subject) for order in orders})
    documents = []
    for order, kind in zip(orders, kinds, strict=True):
        sequence = next_numbers[kind.series]
        next_numbers[kind.series] += 1
        document = _freeze(order, kind, sequence=sequence, issued_on=issued_on)
        document.content_type = content_types[type(order.subject)]
        document.issued_by = actor
        documents.append(document)
    return documents


def _take_numbers(series: str, year: int, count: int) -> int:
    """Reserve a block of numbers; return the first."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_NUMBERS, [count, series, year])
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def _freeze(order: Order, kind: DocumentKind, *, sequence: int, issued_on: date) -> Document:
    number = f"{kind.series}-{issued_on.year}-{sequence:05d}"
    data = freezing.freeze(order.data)
    return Document(
        kind=kind.code,
        series=kind.series,
        year=issued_on.year,
        sequence=sequence,
        number=number,
        key=order.key,
        object_id=order.subject.pk,
        territory_id=order.territory_id,
        issued_on=issued_on,
        issued_at=clock.now(),
        data=data,
        fingerprint=freezing.fingerprint(
            kind=kind.code, number=number, issued_on=issued_on, data=data
        ),
        template=kind.template,
        template_version=sheets.template_version(kind.template),
        cancels=order.cancels,
    )
