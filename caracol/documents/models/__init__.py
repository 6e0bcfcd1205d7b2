"""Issued documents, the counters of their numbers, and bundles of them."""

from caracol.documents.models.bundle import Bundle
from caracol.documents.models.document import Counter, Document, DocumentQuerySet

__all__ = ["Bundle", "Counter", "Document", "DocumentQuerySet"]
