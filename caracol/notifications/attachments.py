"""The papers that leave with a mail: issued documents, read and checked at the last moment."""

from collections.abc import Sequence

from caracol.documents.enums import DocumentState
from caracol.documents.models import Document
from caracol.documents.services import DocumentDamaged, DocumentNotReady, read_document

PDF = "application/pdf"


class Unreadable(Exception):
    """A paper is missing, altered, or could not be made: the mail does not leave without it."""


def are_awaited(ids: Sequence[int]) -> bool:
    """Tell whether a paper is still being made."""
    return Document.objects.filter(pk__in=ids, state=DocumentState.PENDING).exists()


def read(ids: Sequence[int]) -> list[tuple[str, bytes, str]]:
    """Give name, bytes and media type of each paper, in the order asked."""
    papers = Document.objects.in_bulk(ids)
    try:
        return [(papers[pk].file_name, read_document(papers[pk]), PDF) for pk in ids]
    except (KeyError, DocumentDamaged, DocumentNotReady) as error:
        raise Unreadable from error
