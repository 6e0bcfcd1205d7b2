"""The copy of a document that came back signed."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models

from caracol.accounts.models import TerritoryQuerySet
from caracol.documents.models.document import Document
from caracol.documents.models.upload import Upload


class SignedCopyQuerySet(TerritoryQuerySet):
    """Signed copies by the territory of their document."""

    territory_path = "document__territory"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SignedCopy(models.Model):
    """The day a document was signed, and the scan that shows it. One a document."""

    document = models.OneToOneField(
        Document, models.PROTECT, related_name="signed_copy", verbose_name="document"
    )
    upload = models.OneToOneField(
        Upload, models.PROTECT, related_name="signed_copy", verbose_name="fichier"
    )
    signed_on = models.DateField("signé le")
    recorded_at = models.DateTimeField("enregistré le", auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="enregistré par"
    )

    objects: ClassVar[SignedCopyQuerySet] = SignedCopyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "exemplaire signé"
        verbose_name_plural = "exemplaires signés"

    def __str__(self) -> str:
        return f"{self.document} signé le {self.signed_on:%d/%m/%Y}"
