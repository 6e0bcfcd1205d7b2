"""Documents handed over together: one PDF to print, or an archive. Made again at will."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from caracol.accounts.models import User
from caracol.documents.enums import BundleKind


class BundleQuerySet(models.QuerySet):
    """Bundles: each belongs to who asked for it."""

    def visible_to(
        self,
        user: User | AnonymousUser,
        roles: frozenset[str] | None = None,
    ) -> Self:
        """Keep the user's own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(requested_by=user)


class Bundle(models.Model):
    """A copy of several documents in one file, for the person who asked."""

    kind = models.CharField("forme", max_length=5, choices=BundleKind.choices)
    title = models.CharField("titre", max_length=200)
    document_ids = ArrayField(models.BigIntegerField(), verbose_name="documents")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="demandé par"
    )
    requested_at = models.DateTimeField("demandé le")
    job = models.OneToOneField(
        "jobs.Job", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="travail"
    )
    file = models.FileField("fichier", max_length=100, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.PositiveBigIntegerField("taille en octets", default=0)
    made_at = models.DateTimeField("fait le", null=True, blank=True)

    objects: ClassVar[BundleQuerySet] = BundleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "liasse"
        verbose_name_plural = "liasses"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=BundleKind.values), name="bundle_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.title
