"""Territories, memberships, invitations, and the queryset by which one gets what one may see."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from caracol.accounts.enums import NETWORK_WIDE, InvitationState, Role

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


class InvitationQuerySet(models.QuerySet):
    """People awaited."""

    def open(self) -> Self:
        """Keep those that nobody accepted nor called off, whatever their link."""
        return self.filter(accepted_at=None, revoked_at=None)

    def acceptable(self, at: datetime) -> Self:
        """Keep the open ones whose link, if one was sent, still serves."""
        return self.open().filter(models.Q(expires_at=None) | models.Q(expires_at__gt=at))


class Invitation(models.Model):
    """Somebody awaited: the right they get when they follow their link, or sign in.

    Of the link, only the SHA-256 of its token is kept: who reads the database cannot follow it.
    """

    email = models.EmailField("adresse électronique")
    first_name = models.CharField("prénom", max_length=150, blank=True)
    last_name = models.CharField("nom", max_length=150, blank=True)
    role = models.CharField("rôle", max_length=16, choices=Role.choices)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    invited_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="invité·e par",
    )
    token_digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    sent_at = models.DateTimeField("lien envoyé le", null=True, blank=True)
    expires_at = models.DateTimeField("lien valable jusqu'au", null=True, blank=True)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    revoked_at = models.DateTimeField("annulée le", null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        constraints = [
            models.UniqueConstraint(
                fields=["email", "role", "territory"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                nulls_distinct=False,
                name="invitation_once",
                violation_error_message="Cette personne est déjà invitée à ce rôle.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="invitation_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_lower"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"

    def state_on(self, at: datetime) -> InvitationState:
        """Return where the invitation stands at an instant."""
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        if self.sent_at is None or self.expires_at is None:
            return InvitationState.TO_SEND
        return InvitationState.SENT if at < self.expires_at else InvitationState.EXPIRED


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
        condition = self.visible_condition(user, roles)
        return self if condition is None else self.filter(condition)

    def visible_condition(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> models.Q | None:
        """Return the condition of what the user may see; None when it is everything."""
        if not user.is_authenticated or not user.is_active:
            return models.Q(pk__in=[])
        rights = [r for r in user.rights if roles is None or r.role in roles]
        wide = [r for r in rights if r.role != Role.MISSION_OFFICER]
        if any(r.role in NETWORK_WIDE or r.territory_id is None for r in wide):
            return None
        condition = models.Q(**{f"{self.territory_path}__in": [r.territory_id for r in wide]})
        if len(wide) < len(rights):
            condition |= self.in_own_homes(user)
        return condition

    def in_own_homes(self, user: "User") -> models.Q:
        """Return the condition of the rows that belong to the homes of a mission officer."""
        if not self.officer_path:
            return models.Q(pk__in=[])
        own = self.model._default_manager.filter(**{self.officer_path: user})
        return models.Q(pk__in=own.values("pk"))
