"""Who read what: an append-only register of consultations."""

from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from pghistory.models import Context

from caracol.core.guards import append_only


class Act(Context):
    """An act in the history: who, when, why; the rows it touched keep their own events."""

    class Meta:
        proxy = True
        verbose_name = "acte"
        verbose_name_plural = "historique"

    def __str__(self) -> str:
        return f"acte du {self.created_at:%d/%m/%Y}"


class AccessAction(models.TextChoices):
    """What was done with the fact read."""

    VIEW = "VIEW", "consultation"
    PRINT = "PRINT", "impression"
    EXPORT = "EXPORT", "export"
    DOWNLOAD = "DOWNLOAD", "téléchargement"
    REFUSED = "REFUSED", "export refusé"


class AccessRecord(models.Model):
    """One reading of one subject by one user; never changed, never deleted by the application."""

    db_rights = "append"

    at = models.DateTimeField("le", auto_now_add=True)
    user = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="par")
    action = models.CharField("acte", max_length=8, choices=AccessAction.choices)
    content_type = models.ForeignKey(ContentType, models.PROTECT, null=True, verbose_name="type")
    object_id = models.BigIntegerField("numéro", null=True)
    subject = GenericForeignKey()
    label = models.CharField("objet", max_length=200)
    page = models.CharField("page", max_length=80, blank=True)
    rows = models.PositiveIntegerField("lignes", null=True)
    request_id = models.CharField("requête", max_length=36, blank=True)

    class Meta:
        verbose_name = "consultation"
        verbose_name_plural = "consultations"
        indexes: ClassVar = [
            models.Index(fields=["content_type", "object_id", "-at"], name="access_by_subject"),
            models.Index(fields=["user", "-at"], name="access_by_user"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(action__in=AccessAction.values),
                name="access_action_known",
            )
        ]
        triggers: ClassVar = append_only("access")

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {self.label}"
