"""Owners of buildings and whom to speak to there."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

import pghistory
from django.db import models
from django.db.models import Exists, OuterRef, Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.core.expressions import search_key
from colocations.enums import OwnerKind
from colocations.models.tracking import track_whole

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.enums import Role
    from caracol.accounts.models import User


class OwnerQuerySet(TerritoryQuerySet):
    """Owners by the sites they let the association use; one without agreement is everybody's."""

    territory_path = "agreements__site__territory"

    def visible_to(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> Self:
        """Keep the owners of the territories the user sees, and those of no site yet."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if roles is not None and not user.roles & roles:
            return self.none()
        seen = super().visible_to(user, roles)
        lent: Any = self.model._meta.get_field("agreements").related_model
        lends = lent.objects.filter(owner=OuterRef("pk"))
        return self.filter(Q(pk__in=seen.values("pk")) | ~Exists(lends))


@pghistory.track(exclude=["search_key"])
class Owner(models.Model):
    """Who owns a building."""

    name = models.CharField("nom", max_length=160, unique=True)
    kind = models.CharField("qualité", max_length=8, choices=OwnerKind.choices, blank=True)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)
    search_key = search_key("name", "address", "email")
    note = models.TextField("remarques", blank=True)

    objects: ClassVar[OwnerQuerySet] = OwnerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "propriétaire"
        verbose_name_plural = "propriétaires"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="") | Q(kind__in=OwnerKind.values), name="owner_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name


@track_whole()
class OwnerContact(models.Model):
    """Somebody to speak to at an owner's."""

    owner = models.ForeignKey(
        Owner, models.PROTECT, related_name="contacts", verbose_name="propriétaire"
    )
    name = models.CharField("nom", max_length=120)
    job = models.CharField("fonction", max_length=120, blank=True)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)

    class Meta:
        verbose_name = "contact"
        verbose_name_plural = "contacts"

    def __str__(self) -> str:
        return self.name
