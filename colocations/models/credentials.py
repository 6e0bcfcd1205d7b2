"""Approvals and insurances of the association itself, for all of it, a territory or a site."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory, TerritoryQuerySet
from colocations.enums import CredentialKind
from colocations.models.homes import Site
from colocations.models.tracking import track_whole

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models import User


class CredentialQuerySet(TerritoryQuerySet):
    """Credentials by territory; those of the whole association for whoever works in one."""

    territory_path = "territory"

    def visible_to(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> Self:
        """Keep those of the user's territories, and of the whole association."""
        condition = self.visible_condition(user, roles)
        if condition is None:
            return self
        held = user.is_authenticated and bool(user.roles if roles is None else user.roles & roles)
        return self.filter(condition | Q(territory=None)) if held else self.filter(condition)


@track_whole()
class Credential(models.Model):
    """An approval or an insurance: what it is, for what, until when."""

    kind = models.CharField("nature", max_length=12, choices=CredentialKind.choices)
    label = models.CharField("précision", max_length=120, blank=True)
    reference = models.CharField("référence", max_length=80, blank=True)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credentials",
        verbose_name="site",
    )
    starts_on = models.DateField("à partir du", null=True, blank=True)
    expires_on = models.DateField("jusqu'au")

    objects: ClassVar[CredentialQuerySet] = CredentialQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "agrément ou assurance"
        verbose_name_plural = "agréments et assurances"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(expires_on__gte=F("starts_on")),
                name="credential_in_order",
                violation_error_message="La fin vient après le début.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CredentialKind.values), name="credential_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind=CredentialKind.BUILDING) | Q(site__isnull=False),
                name="credential_building_is_a_site",
                violation_error_message="L'assurance d'un bâtiment dit de quel site.",
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.get_kind_display())
