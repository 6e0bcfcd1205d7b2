"""Refunds: prepared by one person, approved by another, paid by a file of transfers."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from caracol.accounts.models import Territory, TerritoryQuerySet
from caracol.core.crypto import EncryptedTextField
from caracol.core.guards import no_delete, no_truncate, only_changes
from caracol.core.models import MoneyField
from payments.enums import BatchState, Payer, RefundSource, RefundState
from payments.models.bank import BankLine
from payments.models.ledger import Entry
from residents.models import Contract
from residents.models.contracts import OfContractQuerySet


class RefundBatchQuerySet(TerritoryQuerySet):
    """Files of transfers: of a territory, or of all of them for who sees all."""


@pghistory.track(exclude=["file"])
class RefundBatch(models.Model):
    """A file of transfers handed to the bank; its file and its list are frozen."""

    reference = models.CharField("référence", max_length=20, unique=True)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    execute_on = models.DateField("à exécuter le")
    message = models.CharField("format", max_length=20)
    state = models.CharField(
        "état", max_length=9, choices=BatchState.choices, default=BatchState.SENT
    )
    count = models.PositiveIntegerField("virements")
    total = MoneyField("total")
    file = models.FileField("fichier", max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    sent_at = models.DateTimeField("envoyée le", db_default=Now())
    sent_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="envoyée par"
    )
    cancelled_reason = models.CharField("motif de l'annulation", max_length=200, blank=True)
    cancelled_on = models.DateField("annulée le", null=True, blank=True)
    cancelled_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="annulée par",
    )

    objects: ClassVar[RefundBatchQuerySet] = RefundBatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "remise de virements"
        verbose_name_plural = "remises de virements"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="refund_batch_state_known"
            ),
            models.CheckConstraint(
                condition=Q(total__gt=0, count__gt=0), name="refund_batch_holds"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def file_name(self) -> str:
        """The name its file is downloaded under."""
        return f"{self.reference}.xml"


class RefundQuerySet(OfContractQuerySet):
    """Refunds by the territory of their contract; officers see no amount."""

    officer_path = ""


@pghistory.track(exclude=["iban"])
class Refund(models.Model):
    """A sum to be given back, to whom, on which account.

    `source` ACCOUNT: an advance of the account, moved to what is to be refunded when it is
    approved (`moved`). `entry`: what it posted once the bank showed it.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="refunds", verbose_name="contrat"
    )
    source = models.CharField("pris sur", max_length=7, choices=RefundSource.choices)
    payer = models.CharField("dû à", max_length=8, choices=Payer.choices, default=Payer.RESIDENT)
    amount = MoneyField("montant")
    reason = models.CharField("objet", max_length=140)
    beneficiary = models.CharField("bénéficiaire", max_length=70)
    iban = EncryptedTextField("IBAN")
    iban_tail = models.CharField("fin de l'IBAN", max_length=4, editable=False)
    bic = models.CharField("BIC", max_length=11, blank=True)
    state = models.CharField(
        "état", max_length=9, choices=RefundState.choices, default=RefundState.PREPARED
    )
    prepared_on = models.DateField("préparé le")
    prepared_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="préparé par"
    )
    approved_on = models.DateField("approuvé le", null=True, blank=True)
    approved_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="approuvé par",
    )
    moved = models.OneToOneField(
        Entry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refund_moved",
        verbose_name="écriture d'approbation",
    )
    batch = models.ForeignKey(
        RefundBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name="remise",
    )
    end_to_end_id = models.CharField("référence de bout en bout", max_length=35, blank=True)
    entry = models.OneToOneField(
        Entry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refund_paid",
        verbose_name="écriture du paiement",
    )
    bank_line = models.ForeignKey(
        BankLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name="ligne de relevé",
    )
    paid_on = models.DateField("payé le", null=True, blank=True)
    closed_reason = models.CharField("motif", max_length=200, blank=True)

    objects: ClassVar[RefundQuerySet] = RefundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "remboursement"
        verbose_name_plural = "remboursements"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=RefundState.values), name="refund_state_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=RefundSource.values), name="refund_source_known"
            ),
            models.CheckConstraint(condition=Q(payer__in=Payer.values), name="refund_payer_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_positive"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("prepared_by")),
                name="refund_two_people",
                violation_error_message="Qui prépare un remboursement ne l'approuve pas.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RefundState.PREPARED, RefundState.CANCELLED])
                | Q(approved_by__isnull=False, approved_on__isnull=False),
                name="refund_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=RefundState.PAID)
                | Q(entry__isnull=False, paid_on__isnull=False),
                name="refund_paid_is_posted",
            ),
            models.UniqueConstraint(
                fields=["end_to_end_id"],
                condition=~Q(end_to_end_id=""),
                name="refund_reference_once",
            ),
        ]

    def __str__(self) -> str:
        return f"remboursement {self.contract}"


class CalledOffTransfer(models.Model):
    """A transfer of a file that was called off: what the bank would show, did it execute it.

    `bank_line`: the line by which it did all the same.
    """

    db_rights = "append"
    db_update_columns = ("bank_line",)

    batch = models.ForeignKey(
        RefundBatch, models.PROTECT, related_name="called_off", verbose_name="remise"
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, related_name="called_off", verbose_name="remboursement"
    )
    end_to_end_id = models.CharField("référence de bout en bout", max_length=35, unique=True)
    amount = MoneyField("montant")
    bank_line = models.ForeignKey(
        BankLine,
        models.PROTECT,
        null=True,
        related_name="called_off_transfers",
        verbose_name="ligne de relevé",
    )

    class Meta:
        verbose_name = "virement annulé"
        verbose_name_plural = "virements annulés"
        triggers: ClassVar = [
            only_changes("calledofftransfer", "bank_line_id"),
            no_delete("calledofftransfer"),
            no_truncate("calledofftransfer"),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id
