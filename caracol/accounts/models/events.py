"""What happened to accounts and rights: an append-only journal for the direction."""

from typing import ClassVar

from django.db import models

from caracol.accounts.enums import AccountAct
from caracol.core.guards import append_only


class AccountEvent(models.Model):
    """One act on an account, an invitation or a right; never changed, never deleted."""

    db_rights = "append"

    at = models.DateTimeField("le", auto_now_add=True)
    act = models.CharField("acte", max_length=20, choices=AccountAct.choices)
    email = models.EmailField("compte")
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="events", verbose_name="personne"
    )
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="par"
    )
    detail = models.CharField("précision", max_length=300, blank=True)
    reason = models.CharField("motif", max_length=300, blank=True)

    class Meta:
        verbose_name = "événement de compte"
        verbose_name_plural = "journal des comptes et des droits"
        indexes: ClassVar = [models.Index(fields=["user", "-at"], name="account_event_by_user")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(act__in=AccountAct.values), name="account_event_act_known"
            )
        ]
        triggers: ClassVar = append_only("account_event")

    def __str__(self) -> str:
        return f"{self.get_act_display()} · {self.email}"
