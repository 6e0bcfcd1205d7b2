"""Turn frozen documents into sheets, a few at a time, by as many workers as there are.

A worker may be killed at any point. What it committed is done; of what it did not, the rows are
still pending and the files, if any, are named nowhere: every attempt writes under a new name.
"""

import hashlib
import logging
import secrets
from importlib import import_module
from io import BytesIO
from types import ModuleType

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import QuerySet

from caracol.accounts.models import User
from caracol.core import clock
from caracol.documents import sheets
from caracol.documents.enums import DocumentState
from caracol.documents.models import Document
from caracol.documents.services.issuing import RENDER
from caracol.jobs import services as jobs
from caracol.jobs.models import Job

logger = logging.getLogger(__name__)

AT_ONCE = 8
MAX_ATTEMPTS = 3
KILLED = "La mise en page s'est interrompue plusieurs fois."

# A document already tried comes last and alone: if it kills its process, it kills no other's work.
# The choice is made once, before the update: as a subquery, some plans would make it again for
# each row, passing over those just locked, and so take more than the limit.
_CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM documents_document
     WHERE {condition} AND state = 'PENDING' AND (attempts = 0) = %(fresh)s
     ORDER BY attempts, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE documents_document AS d SET attempts = attempts + 1 FROM chosen WHERE d.id = chosen.id
RETURNING d.id
"""


def pending_of(job: Job) -> QuerySet[Document]:
    """Return what a rendering job still has to do."""
    return _documents_of(job).filter(state=DocumentState.PENDING)


def render_pending(job: Job) -> int:
    """Render the next few documents of a job; return how many were dealt with, 0 at the end."""
    claimed = _claim(job, fresh=True) or _claim(job, fresh=False)
    if not claimed:
        return 0
    with transaction.atomic():
        documents = Document.objects.select_for_update(
            skip_locked=True, no_key=True, of=("self",)
        ).filter(pk__in=claimed, state=DocumentState.PENDING)
        for document in documents.order_by("pk"):
            _render(document)
    return len(claimed)


def render_document(document: Document) -> Document:
    """Render one document now if it is still pending; return it as it is then."""
    with transaction.atomic():
        row = Document.objects.select_for_update(no_key=True, of=("self",)).get(pk=document.pk)
        if row.state == DocumentState.PENDING:
            _render(row)
    return row


@transaction.atomic
def retry_failed(*, job: Job, actor: User) -> Job | None:
    """Ask again for the documents of a job that could not be rendered; None when there is none."""
    failed = list(
        _documents_of(job)
        .filter(state=DocumentState.FAILED)
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    if not failed:
        return None
    Document.objects.filter(pk__in=failed).update(state=DocumentState.PENDING, attempts=0, error="")
    return jobs.enqueue(
        kind=RENDER,
        dedup_key=f"{RENDER}:again:{secrets.token_hex(8)}",
        payload={"documents": failed},
        total=len(failed),
        title=job.title,
        requested_by=actor,
        territory=job.territory,
    )


def failures_of(job: Job) -> int:
    """Count the documents of a job that could not be rendered."""
    return _documents_of(job).filter(state=DocumentState.FAILED).count()


def _documents_of(job: Job) -> QuerySet[Document]:
    if "documents" in job.payload:
        return Document.objects.filter(pk__in=job.payload["documents"])
    return Document.objects.filter(batch=job)


def _claim(job: Job, *, fresh: bool) -> list[int]:
    """Choose the next documents and count the attempt, committed before it is made."""
    given = job.payload.get("documents")
    condition = "batch_id = %(job)s" if given is None else "id = ANY(%(given)s)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM.format(condition=condition),
            {"job": job.pk, "given": given, "fresh": fresh, "limit": AT_ONCE if fresh else 1},
        )
        return [row[0] for row in cursor.fetchall()]


def _render(document: Document) -> None:
    if document.attempts > MAX_ATTEMPTS:
        _fail(document, KILLED)
        return
    try:
        pdf = _press().print_document(document)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # one bad paper must not hold the others
        reference = secrets.token_hex(3)
        logger.exception("Document %s could not be rendered, reference %s", document.pk, reference)
        _fail(document, f"Mise en page impossible (référence {reference}).")
        return
    document.file.name = default_storage.save(_random_path(), ContentFile(pdf))
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.size = len(pdf)
    document.pages = _press().count_pages(BytesIO(pdf))
    document.template_version = sheets.template_version(document.template)
    document.state = DocumentState.RENDERED
    document.rendered_at = clock.now()
    document.save(
        update_fields=(
            "file",
            "sha256",
            "size",
            "pages",
            "template_version",
            "state",
            "rendered_at",
        )
    )


def _fail(document: Document, error: str) -> None:
    document.state, document.error = DocumentState.FAILED, error
    document.save(update_fields=("state", "error"))


def _random_path() -> str:
    """Return a path that cannot be guessed and names nobody."""
    token = secrets.token_hex(24)
    return f"documents/{token[:2]}/{token}.pdf"


def _press() -> ModuleType:
    """Load the renderer where something is printed: a second that no other process should wait."""
    return import_module("caracol.documents.press")
