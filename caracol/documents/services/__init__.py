"""Issue, cancel, render, read and bundle documents."""

from caracol.documents.services.bundling import NothingToBundle, ask_bundle, stream_zip
from caracol.documents.services.issuing import (
    AlreadyACancellation,
    Issued,
    Order,
    cancel_document,
    cancelled_ref,
    issue_document,
    issue_documents,
)
from caracol.documents.services.reading import (
    DocumentDamaged,
    DocumentNotReady,
    open_document,
    read_document,
)
from caracol.documents.services.rendering import (
    render_document,
    render_pending,
    retry_failed,
)

__all__ = [
    "AlreadyACancellation",
    "DocumentDamaged",
    "DocumentNotReady",
    "Issued",
    "NothingToBundle",
    "Order",
    "ask_bundle",
    "cancel_document",
    "cancelled_ref",
    "issue_document",
    "issue_documents",
    "open_document",
    "read_document",
    "render_document",
    "render_pending",
    "retry_failed",
    "stream_zip",
]
