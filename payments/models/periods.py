"""Months closed (billed) and months locked (the books take nothing more in them)."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from caracol.accounts.models import Territory, TerritoryQuerySet
from caracol.core.models import MoneyField
from payments.enums import LockState


class MonthClosing(models.Model):
    """One run that posted terms of a month in a territory: who, when, how many, how much."""

    db_rights = "append"

    month = models.DateField("mois")
    territory = models.ForeignKey(Territory, models.PROTECT, verbose_name="territoire")
    closed_at = models.DateTimeField("le", auto_now_add=True)
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="par")
    terms = models.PositiveIntegerField("échéances")
    total = MoneyField("total")

    objects: ClassVar[TerritoryQuerySet] = TerritoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "clôture de mois"
        verbose_name_plural = "clôtures de mois"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__day=1), name="closing_month_is_first_day")
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y} · {self.territory}"


@pghistory.track()
class PeriodLock(models.Model):
    """A month of the books that takes no entry; reopened by the director for reversals only."""

    month = models.DateField("mois", unique=True)
    state = models.CharField("état", max_length=8, choices=LockState.choices)
    changed_at = models.DateTimeField("le", auto_now=True)
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="par")
    reason = models.CharField("motif", max_length=300, blank=True)

    class Meta:
        verbose_name = "verrou de période"
        verbose_name_plural = "verrous de période"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(month__day=1), name="lock_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(state__in=LockState.values), name="lock_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y} {self.get_state_display()}"
