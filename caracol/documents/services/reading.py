"""Give back the very bytes that were issued."""

import hashlib
from typing import BinaryIO, cast

from django.core.files.storage import default_storage

from caracol.core.errors import Refused
from caracol.documents.models import Document


class DocumentNotReady(Refused):
    """The document is numbered but its sheet does not exist yet."""


class DocumentDamaged(Exception):
    """The stored file is missing, or is not the one that was issued."""


def open_document(document: Document) -> BinaryIO:
    """Open the stored file of a document. Raises DocumentNotReady, DocumentDamaged."""
    if not document.is_ready:
        raise DocumentNotReady(
            f"{document.number} est en préparation : réessayez dans quelques instants."
        )
    try:
        return cast(BinaryIO, default_storage.open(str(document.file.name), "rb"))
    except FileNotFoundError as error:
        raise DocumentDamaged(f"{document.number}: file missing") from error


def read_document(document: Document) -> bytes:
    """Return the bytes of a document, checked against the SHA-256 written at its rendering."""
    with open_document(document) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise DocumentDamaged(f"{document.number}: not the file that was issued")
    return content
