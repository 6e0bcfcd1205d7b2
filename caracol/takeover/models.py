"""The takeovers tried and made: by whom, of which workbook, with what result."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models

from caracol.accounts.enums import Role
from caracol.core.models import MoneyField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models import User


class RunState(models.TextChoices):
    """Where a takeover is."""

    PREVIEWED = "PREVIEWED", "à confirmer"
    REFUSED = "REFUSED", "à corriger"
    DONE = "DONE", "faite"
    ABANDONED = "ABANDONED", "abandonnée"


class TakeoverRunQuerySet(models.QuerySet):
    """Runs: the director sees all of them, others their own."""

    def visible_to(
        self, user: "User | AnonymousUser", roles: "frozenset[Role] | None" = None
    ) -> Self:
        """Keep what the user may see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        held = user.roles if roles is None else user.roles & roles
        if Role.DIRECTOR in held:
            return self
        return self.filter(actor=user) if held else self.none()


class TakeoverRun(models.Model):
    """One workbook sent. Its file is kept from the preview to the answer, and no longer."""

    actor = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="par")
    created_at = models.DateTimeField("envoyé le", auto_now_add=True)
    done_at = models.DateTimeField("fait le", null=True)
    state = models.CharField("état", max_length=9, choices=RunState.choices)
    name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64, db_index=True)
    file = models.FileField("classeur", upload_to="takeover", blank=True)
    taken_on = models.DateField("date de reprise", null=True)
    counts = models.JSONField("décompte", default=dict)
    workbook_total = MoneyField("somme des soldes du classeur", default=0)
    opening_total = MoneyField("somme des soldes repris", null=True)
    report = models.JSONField("rapport", default=dict)

    objects: ClassVar[TakeoverRunQuerySet] = TakeoverRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "reprise"
        verbose_name_plural = "reprises"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="takeover_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RunState.DONE) | models.Q(done_at__isnull=False),
                name="takeover_done_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"
