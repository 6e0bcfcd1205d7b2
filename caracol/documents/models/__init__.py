"""Issued documents and their counters, bundles of them, and files that people bring."""

from caracol.documents.models.bundle import Bundle
from caracol.documents.models.document import Counter, Document, DocumentQuerySet
from caracol.documents.models.signature import SignedCopy, SignedCopyQuerySet
from caracol.documents.models.text import TextRequirement, TextTemplate
from caracol.documents.models.upload import Upload, UploadQuerySet

__all__ = [
    "Bundle",
    "Counter",
    "Document",
    "DocumentQuerySet",
    "SignedCopy",
    "SignedCopyQuerySet",
    "TextRequirement",
    "TextTemplate",
    "Upload",
    "UploadQuerySet",
]
