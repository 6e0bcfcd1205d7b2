"""A file that somebody brought: a signed copy, a certificate, a photo. Withdrawn, never deleted."""

from collections.abc import Iterable
from typing import ClassVar, Self

import pghistory
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.core.guards import no_delete, no_truncate, only_changes


class UploadQuerySet(TerritoryQuerySet):
    """Files brought; `visible_to` keeps the user's territories."""

    def about(self, subject: models.Model) -> Self:
        """Keep the files of a subject."""
        content_type = ContentType.objects.get_for_model(subject)
        return self.filter(content_type=content_type, object_id=subject.pk)

    def about_all(self, model: type[models.Model], ids: Iterable[int]) -> Self:
        """Keep the files of several subjects of one model."""
        content_type = ContentType.objects.get_for_model(model)
        return self.filter(content_type=content_type, object_id__in=list(ids))

    def kept(self) -> Self:
        """Leave out what was withdrawn."""
        return self.filter(withdrawn_at=None)


@pghistory.track()
class Upload(models.Model):
    """A file as it was cleaned and kept: its place names nobody, `name` is what people read.

    `read_key`: the page of the rights table whose roles, on the territory, may read it.
    `rewritten`: false for the bytes as brought, which a rewriting would have voided (a signature).
    """

    db_rights = "append"
    db_update_columns = ("withdrawn_at", "withdrawn_by", "withdrawn_reason")

    token = models.UUIDField("jeton", unique=True)
    kind = models.CharField("genre", max_length=40)
    read_key = models.CharField("lu par", max_length=80)
    content_type = models.ForeignKey(ContentType, models.PROTECT, verbose_name="genre de sujet")
    object_id = models.PositiveBigIntegerField("identifiant du sujet")
    subject = GenericForeignKey("content_type", "object_id")
    territory = models.ForeignKey(
        "accounts.Territory", models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    name = models.CharField("nom", max_length=160)
    media_type = models.CharField("type", max_length=40)
    file = models.FileField("fichier", max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("taille en octets")
    pages = models.PositiveSmallIntegerField("pages", default=1)
    rewritten = models.BooleanField("recopié", default=True)
    uploaded_at = models.DateTimeField("déposé le")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="déposé par"
    )
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="retiré par",
    )
    withdrawn_reason = models.CharField("motif du retrait", max_length=200, blank=True)

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "fichier déposé"
        verbose_name_plural = "fichiers déposés"
        constraints = [
            models.UniqueConstraint(fields=["file"], name="upload_file_unique"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="upload_withdrawn_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id", "-uploaded_at"], name="upload_about"),
        ]
        triggers = [
            only_changes("documents_upload", "withdrawn_at", "withdrawn_by_id", "withdrawn_reason"),
            no_delete("documents_upload"),
            no_truncate("documents_upload"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether a browser shows it as a picture."""
        return self.media_type.startswith("image/")
