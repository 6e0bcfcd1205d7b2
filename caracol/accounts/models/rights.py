"""Territories, memberships, invitations, and the queryset by which one gets what one may see."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from caracol.accounts.enums import NETWORK_WIDE, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models.user import User


class Territory(models.Model):
    """A region of the network and its départements; data, not code."""

    code = models.CharField("code", max_length=8, unique=True)
    name = models.CharField("nom", max_length=80)
    departments = ArrayField(models.CharField(max_length=3), verbose_name="départements")

    class Meta:
        verbose_name = "territoire"
        verbose_name_plural = "territoires"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A right: a role on a territory; without a territory, on all of them."""

    user = models.ForeignKey(
        "accounts.User",
        models.CASCADE,
        related_name="memberships",
        verbose_name="utilisateur",
    )
    role = models.CharField("rôle", max_length=16, choices=Role.choices)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )

    class Meta:
        verbose_name = "droit"
        verbose_name_plural = "droits"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "territory"],
                nulls_distinct=False,
                name="membership_once",
                violation_error_message="Cette personne a déjà ce rôle sur ce territoire.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.territory or 'tous les territoires'}"


class Invitation(models.Model):
    """Somebody awaited: the right they get when they first sign in with this address."""

    email = models.EmailField("adresse électronique")
    role = models.CharField("rôle", max_length=16, choices=Role.choices)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        constraints = [
            models.UniqueConstraint(
                fields=["email", "role", "territory"],
                nulls_distinct=False,
                name="invitation_once",
                violation_error_message="Cette personne est déjà invitée à ce rôle.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="invitation_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"


class TerritoryQuerySet(models.QuerySet):
    """Rows that belong to a territory. `visible_to` is the sole door to them.

    A model's queryset says where its territory is (`territory_path`) and, where a mission officer
    sees own homes only, where the home's officer is (`officer_path`); without the latter a
    person who is a mission officer only sees nothing.
    """

    territory_path: ClassVar[str] = "territory"
    officer_path: ClassVar[str] = ""

    def visible_to(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> Self:
        """Keep what the user may see: own territories, own homes for a mission officer.

        With `roles`, only the rights of these roles count: a manager in one territory who is a
        technician in another sees amounts in the first only.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        rights = [r for r in user.rights if roles is None or r.role in roles]
        wide = [r for r in rights if r.role != Role.MISSION_OFFICER]
        if any(r.role in NETWORK_WIDE or r.territory_id is None for r in wide):
            return self
        condition = models.Q(**{f"{self.territory_path}__in": [r.territory_id for r in wide]})
        if len(wide) < len(rights):
            condition |= self.in_own_homes(user)
        return self.filter(condition)

    def in_own_homes(self, user: "User") -> models.Q:
        """Return the condition of the rows that belong to the homes of a mission officer."""
        if not self.officer_path:
            return models.Q(pk__in=[])
        own = self.model._default_manager.filter(**{self.officer_path: user})
        return models.Q(pk__in=own.values("pk"))
