"""Hand over several documents at once: one PDF to print, or an archive, made in a job."""

import hashlib
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit.services import record_access
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.documents import archiving, merging, naming
from caracol.documents.enums import BundleKind
from caracol.documents.models import Bundle, Document, DocumentQuerySet
from caracol.documents.services.reading import read_document
from caracol.jobs import services as jobs

BUNDLE = "documents.make-bundle"
READ_AT_ONCE = 200


class NothingToBundle(Refused):
    """None of the documents asked for exists yet."""


@transaction.atomic
def ask_bundle(*, documents: DocumentQuerySet, kind: BundleKind, title: str, actor: User) -> Bundle:
    """Ask for one file of the rendered documents of a queryset, in its order.

    The caller gives documents the actor may read: `visible_to` has been applied.
    """
    ids = list(documents.exclude(file="").values_list("pk", flat=True))
    if not ids:
        raise NothingToBundle("Aucun document prêt : attendez la fin de leur mise en page.")
    bundle = Bundle.objects.create(
        kind=kind, title=title, document_ids=ids, requested_by=actor, requested_at=clock.now()
    )
    bundle.job = jobs.enqueue(
        kind=BUNDLE,
        dedup_key=f"{BUNDLE}:{bundle.pk}",
        payload={"bundle": bundle.pk},
        total=len(ids),
        title=title,
        requested_by=actor,
    )
    bundle.save(update_fields=["job"])
    return bundle


def make_bundle(*, bundle: Bundle, on_step: Callable[[int], None] = lambda _: None) -> Bundle:
    """Write the file of a bundle and the line of the consultation register; once only."""
    if bundle.file:
        return bundle
    with tempfile.TemporaryFile() as file:
        target = cast(BinaryIO, file)
        documents = _counted(_in_order(bundle.document_ids), on_step)
        if bundle.kind == BundleKind.PRINT:
            _merge(documents, title=bundle.title, bundle=bundle, target=target)
        else:
            for chunk in stream_zip(documents, total=bundle.document_ids):
                target.write(chunk)
        _store(bundle, target)
    return bundle


def stream_zip(documents: Iterable[Document], *, total: Sequence[int] = ()) -> Iterator[bytes]:
    """Yield the bytes of a ZIP of documents, each under the name people know it by."""
    names = _names(total) if total else {}

    def entries() -> Iterator[tuple[str, bytes, object]]:
        for document in documents:
            name = names.get(document.pk) or document.file_name
            yield name, read_document(document), document.issued_on

    yield from archiving.zip_stream(entries())  # type: ignore[arg-type]


def bookmark(document: Document) -> str:
    """Return the bookmark of a document in a book: room, person, kind."""
    contract = document.data.get("contract") or {}
    people = (document.data.get("recipient") or {}).get("names") or []
    room = f"Chambre {contract['room']}" if contract.get("room") else ""
    words = [room, " et ".join(people), f"{document.kind_label} {document.number}"]
    return " · ".join(word for word in words if word)


def _merge(documents: Iterator[Document], *, title: str, bundle: Bundle, target: BinaryIO) -> None:
    parts = (merging.Part(bookmark(each), read_document(each)) for each in documents)
    merging.merge(parts, title=title, made_on=bundle.requested_at.date(), target=target)


def _in_order(ids: Sequence[int]) -> Iterator[Document]:
    for start in range(0, len(ids), READ_AT_ONCE):
        some = ids[start : start + READ_AT_ONCE]
        found = Document.objects.in_bulk(some)
        yield from (found[pk] for pk in some)


def _counted(documents: Iterator[Document], on_step: Callable[[int], None]) -> Iterator[Document]:
    for done, document in enumerate(documents, start=1):
        yield document
        on_step(done)


def _names(ids: Sequence[int]) -> dict[int, str]:
    pairs = [(each.pk, each.file_name, each.number) for each in _in_order(ids)]
    names = naming.distinct([(name, number) for _, name, number in pairs])
    return {pk: name for (pk, _, _), name in zip(pairs, names, strict=True)}


@transaction.atomic
def _store(bundle: Bundle, target: Any) -> None:
    target.seek(0)
    digest = hashlib.file_digest(target, "sha256")
    size = target.tell()
    target.seek(0)
    token = secrets.token_hex(24)
    suffix = "pdf" if bundle.kind == BundleKind.PRINT else "zip"
    bundle.file.name = default_storage.save(f"bundles/{token[:2]}/{token}.{suffix}", File(target))
    bundle.sha256, bundle.size, bundle.made_at = digest.hexdigest(), size, clock.now()
    bundle.save(update_fields=["file", "sha256", "size", "made_at"])
    record_access(
        actor=bundle.requested_by,
        action="EXPORT" if bundle.kind == BundleKind.ZIP else "PRINT",
        label=bundle.title,
        subject=bundle,
        rows=len(bundle.document_ids),
    )
