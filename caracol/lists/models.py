"""Acts on rows as they were asked and done, files of long lists, large ones noted."""

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from caracol.accounts.models import User
from caracol.lists.enums import ActState


class OwnQuerySet(models.QuerySet):
    """Rows that belong to who asked for them."""

    def visible_to(self, user: User | AnonymousUser, roles: frozenset[str] | None = None) -> Self:
        """Keep the user's own."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(actor=user)


class ListAct(models.Model):
    """An act on the rows of a list: which rows, with what, what it was before. Kept some days."""

    token = models.UUIDField("jeton", unique=True, default=uuid.uuid4, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="par"
    )
    list_key = models.CharField("liste", max_length=80)
    code = models.CharField("acte", max_length=60)
    row_ids = ArrayField(models.BigIntegerField(), verbose_name="lignes")
    query = models.TextField("filtres de la liste", blank=True)
    params = models.JSONField("réglages", default=dict)
    before = models.JSONField("ce qui était avant", default=list)
    state = models.CharField(
        "état", max_length=8, choices=ActState.choices, default=ActState.PREPARED
    )
    result = models.CharField("résultat", max_length=300, blank=True)
    created_at = models.DateTimeField("préparé le")
    done_at = models.DateTimeField("fait le", null=True, blank=True)
    undone_at = models.DateTimeField("annulé le", null=True, blank=True)

    objects: ClassVar[OwnQuerySet] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "acte sur une liste"
        verbose_name_plural = "actes sur des listes"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ActState.values), name="list_act_state_known"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="list_act_by_age")]

    def __str__(self) -> str:
        return f"{self.code} · {len(self.row_ids)}"


class ListExport(models.Model):
    """A long list asked for as a file, made out of the request. Kept some days."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="demandé par"
    )
    list_key = models.CharField("liste", max_length=80)
    query = models.TextField("filtres, tri et colonnes", blank=True)
    form = models.CharField("format", max_length=4, default="xlsx")
    every_column = models.BooleanField("toutes les colonnes", default=False)
    name = models.CharField("nom", max_length=120)
    requested_at = models.DateTimeField("demandé le")
    job = models.OneToOneField(
        "jobs.Job", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="travail"
    )
    rows = models.PositiveIntegerField("lignes", null=True, blank=True)
    file = models.FileField("fichier", max_length=100, blank=True)

    objects: ClassVar[OwnQuerySet] = OwnQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "export d'une liste"
        verbose_name_plural = "exports de listes"

    def __str__(self) -> str:
        return self.name


class ExportNote(models.Model):
    """Somebody took note that the facts of many people left the house (TRUST 2)."""

    db_rights = "append"

    record = models.OneToOneField(
        "audit.AccessRecord", models.PROTECT, related_name="note", verbose_name="consultation"
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="noté par"
    )
    noted_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "export noté"
        verbose_name_plural = "exports notés"

    def __str__(self) -> str:
        return f"{self.record}"
