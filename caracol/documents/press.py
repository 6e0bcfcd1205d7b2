"""Documents on one side, the renderer on the other."""

from datetime import date
from typing import BinaryIO

import pikepdf

from caracol.documents import content, freezing, rendering
from caracol.documents.models import Document
from caracol.documents.registry import DocumentKind


def print_document(document: Document) -> bytes:
    """Return the PDF of a document, from its frozen row alone; the same bytes every time."""
    return rendering.render(
        document.template,
        document.context(),
        identifier=f"caracol:{document.number}:{document.fingerprint}",
    )


def print_draft(kind: DocumentKind, paper: content.Paper, on: date) -> bytes:
    """Return the PDF of a paper that is not issued: no number, and it says so."""
    context = {
        "document": {
            "number": "PROJET",
            "kind_label": kind.label,
            "issued_on": on.isoformat(),
            "fingerprint": "0" * 64,
            "draft": True,
        },
        "paper": freezing.freeze(paper),
    }
    return rendering.render(kind.template, context, identifier="caracol:projet")


def count_pages(file: BinaryIO) -> int:
    """Return the number of pages of a PDF."""
    with pikepdf.open(file) as pdf:
        return len(pdf.pages)
