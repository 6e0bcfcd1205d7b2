"""Direct debits: the files handed to the bank, each debit in them, and what came back."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from caracol.accounts.models import Territory, TerritoryQuerySet
from caracol.core.guards import append_only, no_delete, no_truncate, only_changes
from caracol.core.models import MoneyField
from payments.enums import BatchState, DebitState, SequenceType
from payments.models.bank import BankLine
from payments.models.ledger import Entry
from payments.models.mandates import Mandate
from residents.models import Contract
from residents.models.contracts import OfContractQuerySet


class DebitBatchQuerySet(TerritoryQuerySet):
    """Files of debits: of a territory, or of all of them for who sees all."""


@pghistory.track(exclude=["file"])
class DebitBatch(models.Model):
    """A file of direct debits: prepared, sent once, or cancelled before it is collected.

    Its file and its list are frozen when it is prepared.
    """

    reference = models.CharField("référence", max_length=20, unique=True)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, verbose_name="territoire"
    )
    month = models.DateField("mois")
    collect_on = models.DateField("prélevée le")
    message = models.CharField("format", max_length=20)
    state = models.CharField(
        "état", max_length=9, choices=BatchState.choices, default=BatchState.PREPARED
    )
    count = models.PositiveIntegerField("prélèvements")
    total = MoneyField("total")
    file = models.FileField("fichier", max_length=100)
    sha256 = models.CharField("SHA-256", max_length=64)
    prepared_at = models.DateTimeField("préparée le", db_default=Now())
    prepared_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="préparée par"
    )
    sent_at = models.DateTimeField("envoyée le", null=True, blank=True)
    sent_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="envoyée par",
    )
    cancelled_reason = models.CharField("motif de l'annulation", max_length=200, blank=True)
    cancelled_on = models.DateField("annulée le", null=True, blank=True)

    objects: ClassVar[DebitBatchQuerySet] = DebitBatchQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "remise de prélèvements"
        verbose_name_plural = "remises de prélèvements"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=BatchState.values), name="debit_batch_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.SENT)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="debit_batch_sent_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1, total__gt=0, count__gt=0), name="debit_batch_holds"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_prepared(self) -> bool:
        """Whether its file waits to be handed to the bank."""
        return self.state == BatchState.PREPARED

    @property
    def is_sent(self) -> bool:
        """Whether its file was handed to the bank."""
        return self.state == BatchState.SENT

    @property
    def file_name(self) -> str:
        """The name its file is downloaded under."""
        return f"{self.reference}.xml"


class DebitQuerySet(OfContractQuerySet):
    """Debits by the territory of their contract; officers see no amount."""

    officer_path = ""


_CHANGES = (
    *("state", "entry", "bank_line", "returned_on", "return_code", "return_text"),
    *("return_source", "told_on"),
)


class Debit(models.Model):
    """One debit of a file. What was asked never changes; what became of it does.

    `entry`: what it posted, on its day. `bank_line`: the credit by which the bank showed it.
    A debit that came back may be asked again once (`represents`).
    """

    db_rights = "append"
    db_update_columns = _CHANGES

    batch = models.ForeignKey(
        DebitBatch, models.PROTECT, related_name="debits", verbose_name="remise"
    )
    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="debits", verbose_name="contrat"
    )
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, related_name="debits", verbose_name="mandat"
    )
    month = models.DateField("mois")
    end_to_end_id = models.CharField("référence de bout en bout", max_length=35, unique=True)
    sequence = models.CharField("séquence", max_length=4, choices=SequenceType.choices)
    amount = MoneyField("montant")
    aid = MoneyField("aide déduite", default=0)
    debtor = models.CharField("débiteur", max_length=70)
    iban_tail = models.CharField("fin de l'IBAN", max_length=4)
    notified_on = models.DateField("annoncé le", null=True)
    represents = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="presented_again",
        verbose_name="représente",
    )
    state = models.CharField(
        "état", max_length=9, choices=DebitState.choices, default=DebitState.WAITING
    )
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="debit", verbose_name="écriture"
    )
    bank_line = models.ForeignKey(
        BankLine, models.PROTECT, null=True, related_name="debits", verbose_name="ligne de relevé"
    )
    returned_on = models.DateField("rejeté le", null=True)
    return_code = models.CharField("code du rejet", max_length=10, blank=True)
    return_text = models.CharField("motif de la banque", max_length=200, blank=True)
    return_source = models.CharField("dit par", max_length=40, blank=True)
    told_on = models.DateField("résident prévenu le", null=True)

    objects: ClassVar[DebitQuerySet] = DebitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "prélèvement"
        verbose_name_plural = "prélèvements"
        indexes: ClassVar = [
            models.Index(fields=["state", "returned_on"], name="debit_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "month"],
                condition=Q(state=DebitState.WAITING),
                name="debit_one_waiting_a_month",
                violation_error_message="Ce mois est déjà dans une remise.",
            ),
            models.UniqueConstraint(
                fields=["represents"],
                condition=Q(represents__isnull=False) & ~Q(state=DebitState.CANCELLED),
                name="debit_represented_once",
                violation_error_message="Ce prélèvement a déjà été représenté une fois.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DebitState.values), name="debit_state_known"
            ),
            models.CheckConstraint(
                condition=Q(sequence__in=SequenceType.values), name="debit_sequence_known"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, aid__gte=0, month__day=1), name="debit_amounts"
            ),
            models.CheckConstraint(
                condition=~Q(state=DebitState.COLLECTED) | Q(entry__isnull=False),
                name="debit_collected_is_posted",
            ),
            models.CheckConstraint(
                condition=Q(represents=None) | ~Q(represents=F("pk")), name="debit_not_itself"
            ),
        ]
        triggers: ClassVar = [
            only_changes(
                "debit",
                *("state", "entry_id", "bank_line_id", "returned_on", "return_code"),
                *("return_text", "return_source", "told_on"),
            ),
            no_delete("debit"),
            no_truncate("debit"),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


class StatusReport(models.Model):
    """A pain.002 as the bank gave it, kept whole; the same bytes are read once."""

    db_rights = "append"

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    name = models.CharField("nom", max_length=160)
    file = models.FileField("fichier", max_length=100)
    message = models.CharField("référence du message", max_length=60, blank=True)
    found = models.PositiveIntegerField("rejets reconnus", default=0)
    unknown = models.PositiveIntegerField("rejets inconnus", default=0)
    imported_at = models.DateTimeField("importé le", db_default=Now())
    imported_by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="importé par")

    class Meta:
        verbose_name = "compte rendu de la banque"
        verbose_name_plural = "comptes rendus de la banque"
        triggers: ClassVar = append_only("statusreport")

    def __str__(self) -> str:
        return self.name
