"""States of a document and shapes of a bundle."""

from django.db import models


class DocumentState(models.TextChoices):
    """Numbered and frozen from the start; the sheet follows."""

    PENDING = "PENDING", "En préparation"
    RENDERED = "RENDERED", "Prêt"
    FAILED = "FAILED", "Mise en page impossible"


class BundleKind(models.TextChoices):
    """How several documents are handed over at once."""

    PRINT = "PRINT", "Un PDF à imprimer"
    ZIP = "ZIP", "Une archive ZIP"


class TextState(models.TextChoices):
    """A text is written, then published for good."""

    DRAFT = "DRAFT", "brouillon"
    PUBLISHED = "PUBLISHED", "publiée"
