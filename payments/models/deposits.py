"""The return of a deposit: prepared by one person, approved by another."""

from decimal import Decimal
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from caracol.core.models import MoneyField
from payments.enums import SettlementState
from payments.models.ledger import Entry
from residents.models import Contract
from residents.models.contracts import OfContractQuerySet


class SettlementQuerySet(OfContractQuerySet):
    """Returns of deposits by the territory of their contract; officers see no amount."""

    officer_path = ""


@pghistory.track()
class DepositSettlement(models.Model):
    """How the deposit held, and what the account owes or has in advance, are settled on leaving.

    Until it is approved it only proposes: amounts are reckoned again when it is, and posted.
    `set_off` is the arrears taken from the deposit, by an explicit line; nothing else of a
    deposit ever pays a term.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="deposit_settlements", verbose_name="contrat"
    )
    state = models.CharField(
        "état", max_length=9, choices=SettlementState.choices, default=SettlementState.PREPARED
    )
    set_off = MoneyField("arriérés retenus", default=0)
    prepared_on = models.DateField("préparée le")
    prepared_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="préparée par"
    )
    approved_on = models.DateField("approuvée le", null=True, blank=True)
    approved_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="approuvée par",
    )
    held = MoneyField("dépôt détenu", default=0)
    kept = MoneyField("retenues justifiées", default=0)
    penalty = MoneyField("majoration de retard", default=0)
    credit = MoneyField("avance du compte", default=0)
    refund = MoneyField("à rembourser", default=0)
    statement = models.JSONField("décompte", default=dict, blank=True, editable=False)
    entry = models.OneToOneField(
        Entry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deposit_settlement",
        verbose_name="écriture",
    )
    cancelled_reason = models.CharField("motif de l'annulation", max_length=200, blank=True)

    objects: ClassVar[SettlementQuerySet] = SettlementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "restitution de dépôt"
        verbose_name_plural = "restitutions de dépôts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=~Q(state=SettlementState.CANCELLED),
                name="deposit_settlement_one_alive",
                violation_error_message="Une restitution est déjà engagée sur ce contrat.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SettlementState.values), name="deposit_settlement_state_known"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")),
                name="deposit_settlement_two_people",
                violation_error_message="Qui prépare une restitution ne l'approuve pas.",
            ),
            models.CheckConstraint(
                condition=~Q(state=SettlementState.APPROVED)
                | Q(approved_by__isnull=False, approved_on__isnull=False, entry__isnull=False),
                name="deposit_settlement_approved_is_posted",
            ),
            models.CheckConstraint(
                condition=Q(
                    set_off__gte=0, held__gte=0, kept__gte=0, penalty__gte=0, credit__gte=0
                ),
                name="deposit_settlement_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"restitution du dépôt {self.contract}"

    @property
    def is_prepared(self) -> bool:
        """Whether it waits for approval."""
        return self.state == SettlementState.PREPARED

    @property
    def is_approved(self) -> bool:
        """Whether it is posted."""
        return self.state == SettlementState.APPROVED


class DeductionQuerySet(OfContractQuerySet):
    """Deductions by the territory of their contract."""

    territory_path = "settlement__contract__territory"
    officer_path = ""


@pghistory.track()
class DepositDeduction(models.Model):
    """What is kept from a deposit, and what justifies it."""

    settlement = models.ForeignKey(
        DepositSettlement,
        models.PROTECT,
        related_name="deductions",
        verbose_name="restitution",
    )
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("objet", max_length=120)
    amount = MoneyField("montant")
    justification = models.CharField("justification", max_length=300)

    objects: ClassVar[DeductionQuerySet] = DeductionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "retenue sur dépôt"
        verbose_name_plural = "retenues sur dépôts"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["settlement", "position"], name="deposit_deduction_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=Decimal(0)),
                name="deposit_deduction_positive",
                violation_error_message="Une retenue est supérieure à zéro.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
