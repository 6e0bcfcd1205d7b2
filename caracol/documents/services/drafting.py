"""Show a paper before it is issued."""

from datetime import date
from importlib import import_module
from typing import cast

from caracol.documents import content
from caracol.documents.registry import DocumentKind


def draft_pdf(*, kind: DocumentKind, paper: content.Paper, on: date) -> bytes:
    """Return the PDF of a paper that nobody issued; it says that it is a draft.

    The renderer is loaded here: a second that no other process should wait.
    """
    press = import_module("caracol.documents.press")
    return cast(bytes, press.print_draft(kind, paper, on))
