"""Documents on one side, the renderer on the other."""

from typing import BinaryIO

import pikepdf

from caracol.documents import rendering
from caracol.documents.models import Document


def print_document(document: Document) -> bytes:
    """Return the PDF of a document, from its frozen row alone; the same bytes every time."""
    return rendering.render(
        document.template,
        document.context(),
        identifier=f"caracol:{document.number}:{document.fingerprint}",
    )


def count_pages(file: BinaryIO) -> int:
    """Return the number of pages of a PDF."""
    with pikepdf.open(file) as pdf:
        return len(pdf.pages)
