"""Lists as people like them: filters, order and columns under a name."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from caracol.accounts.models.user import User


class SavedViewQuerySet(models.QuerySet):
    """Views: one's own and those that colleagues share; those deleted are out of sight."""

    def visible_to(self, user: User | AnonymousUser, roles: frozenset[str] | None = None) -> Self:
        """Keep the user's own and the shared ones."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(owner=user) | Q(is_shared=True), deleted_at=None)


class SavedView(models.Model):
    """A list's address under a name. It holds no fact: each reader finds what they may see."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name="de"
    )
    list_key = models.CharField("liste", max_length=80)
    name = models.CharField("nom", max_length=60)
    query = models.TextField("filtres et tri", blank=True)
    columns = ArrayField(
        models.CharField(max_length=40), verbose_name="colonnes", default=list, blank=True
    )
    is_shared = models.BooleanField("partagée avec l'équipe", default=False)
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    deleted_at = models.DateTimeField("supprimée le", null=True, blank=True)

    objects: ClassVar[SavedViewQuerySet] = SavedViewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "list_key", "name"],
                condition=Q(deleted_at=None),
                name="saved_view_once",
                violation_error_message="Vous avez déjà une vue de ce nom.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view that a list opens with, for one person; maybe a colleague's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="pour"
    )
    list_key = models.CharField("liste", max_length=80)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="defaults", verbose_name="vue")

    class Meta:
        verbose_name = "vue par défaut"
        verbose_name_plural = "vues par défaut"
        constraints = [
            models.UniqueConstraint(fields=["user", "list_key"], name="default_view_once")
        ]

    def __str__(self) -> str:
        return f"{self.view}"
