"""What a contract owes for a month, line by line, with the tree that explains each amount."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from caracol.core.guards import append_only, no_delete, no_truncate, only_changes
from caracol.core.models import MoneyField
from payments import guards
from payments.enums import LineKind, TermKind
from payments.models.ledger import Entry
from residents.enums import AidPayee
from residents.models import Contract
from residents.models.contracts import OfContractQuerySet

TERM_CHANGES = ("paid_amount", "adjusted_amount", "expected_aid", "aid_payee")


class TermQuerySet(OfContractQuerySet):
    """Terms by the territory of their contract; officers see no amount, hence no term."""

    officer_path = ""


class Term(models.Model):
    """A month of a contract, as it was billed.

    Only what `allocate` gives it ever changes (`paid_amount`, of which `adjusted_amount` is what
    the month was lowered by since), and the aid hoped for.
    """

    db_rights = "append"
    db_update_columns = TERM_CHANGES

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="bills", verbose_name="contrat"
    )
    month = models.DateField("mois")
    kind = models.CharField(
        "nature", max_length=10, choices=TermKind.choices, default=TermKind.MONTHLY
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    due_on = models.DateField("échéance")
    amount = MoneyField("montant")
    paid_amount = MoneyField("payé", default=0)
    adjusted_amount = MoneyField("dont régularisé", default=0, db_default=0)
    expected_aid = MoneyField("aide attendue", default=0)
    aid_payee = models.CharField(
        "aide versée à", max_length=8, choices=AidPayee.choices, default=AidPayee.MANAGER
    )
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="term", verbose_name="écriture"
    )
    explanation = models.JSONField("explication", default=dict)
    created_at = models.DateTimeField("émise le", db_default=Now())

    objects: ClassVar[TermQuerySet] = TermQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "échéance"
        verbose_name_plural = "échéances"
        indexes: ClassVar = [
            models.Index(fields=["month"], name="term_by_month"),
            models.Index(
                fields=["due_on"], condition=Q(paid_amount__lt=F("amount")), name="term_unpaid"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "month"],
                condition=~Q(kind=TermKind.ADJUSTMENT),
                name="term_once_a_month",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="term_month_is_first_day"),
            models.CheckConstraint(
                condition=Q(paid_amount__gte=0, paid_amount__lte=F("amount")),
                name="term_paid_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(adjusted_amount__gte=0, adjusted_amount__lte=F("paid_amount")),
                name="term_adjusted_within_paid",
            ),
            models.CheckConstraint(
                condition=Q(amount=0, entry__isnull=True) | Q(amount__gt=0, entry__isnull=False),
                name="term_posted_unless_zero",
            ),
            models.CheckConstraint(condition=Q(kind__in=TermKind.values), name="term_kind_known"),
            models.CheckConstraint(
                condition=Q(aid_payee__in=AidPayee.values), name="term_aid_payee_known"
            ),
        ]
        triggers: ClassVar = [
            guards.TERM_IS_ITS_LINES,
            guards.UNPAID_TERM_KEEPS_NO_QUITTANCE,
            only_changes("term", *TERM_CHANGES),
            no_delete("term"),
            no_truncate("term"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"

    @property
    def is_paid(self) -> bool:
        """Whether the term is settled in full."""
        return self.paid_amount == self.amount

    @property
    def net_amount(self) -> Decimal:
        """What the term comes to, once lowered by what was billed too much."""
        return self.amount - self.adjusted_amount

    @property
    def net_paid(self) -> Decimal:
        """What was received on it, in money."""
        return self.paid_amount - self.adjusted_amount

    @property
    def left(self) -> Decimal:
        """What is still owed on the term."""
        return self.amount - self.paid_amount


class TermLine(models.Model):
    """One line of a term: fee, charges or an adjustment, explained."""

    db_rights = "append"

    term = models.ForeignKey(Term, models.PROTECT, related_name="lines", verbose_name="échéance")
    position = models.PositiveSmallIntegerField("rang")
    kind = models.CharField("nature", max_length=10, choices=LineKind.choices)
    label = models.CharField("libellé", max_length=200)
    detail = models.CharField("détail", max_length=200, blank=True)
    amount = MoneyField("montant")

    class Meta:
        verbose_name = "ligne d'échéance"
        verbose_name_plural = "lignes d'échéance"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["term", "position"], name="term_line_once"),
            models.CheckConstraint(
                condition=Q(kind__in=LineKind.values), name="term_line_kind_known"
            ),
        ]
        triggers: ClassVar = append_only("termline")

    def __str__(self) -> str:
        return self.label
