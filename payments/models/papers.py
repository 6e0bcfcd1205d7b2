"""The papers issued for a term: due notice, quittance, reçu, and what cancelled them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from caracol.core.guards import no_delete, no_truncate, only_changes
from caracol.core.models import MoneyField
from caracol.documents.models import Document
from payments import guards
from payments.enums import PaperKind
from payments.models.terms import Term
from residents.models.contracts import OfContractQuerySet


class TermPaperQuerySet(OfContractQuerySet):
    """Papers by the territory of their contract."""

    territory_path = "term__contract__territory"
    officer_path = ""


class TermPaper(models.Model):
    """A frozen document issued for a term. Cancelled by a counter-document, never deleted."""

    db_rights = "append"
    db_update_columns = ("cancelled_by",)

    term = models.ForeignKey(Term, models.PROTECT, related_name="papers", verbose_name="échéance")
    kind = models.CharField("papier", max_length=10, choices=PaperKind.choices)
    document = models.OneToOneField(
        Document, models.PROTECT, related_name="term_paper", verbose_name="document"
    )
    paid_amount = MoneyField("payé à l'émission")
    cancelled_by = models.OneToOneField(
        Document,
        models.PROTECT,
        null=True,
        related_name="cancelled_term_paper",
        verbose_name="annulé par",
    )

    objects: ClassVar[TermPaperQuerySet] = TermPaperQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "papier d'échéance"
        verbose_name_plural = "papiers d'échéance"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["term"],
                condition=Q(kind=PaperKind.QUITTANCE, cancelled_by__isnull=True),
                name="quittance_one_alive",
                violation_error_message="Cette échéance a déjà une quittance.",
            ),
            models.UniqueConstraint(
                fields=["term"],
                condition=Q(kind=PaperKind.DUE_NOTICE, cancelled_by__isnull=True),
                name="due_notice_one_alive",
            ),
            models.UniqueConstraint(
                fields=["term", "paid_amount"],
                condition=Q(kind=PaperKind.RECU, cancelled_by__isnull=True),
                name="recu_once_an_amount",
            ),
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind_known"),
        ]
        triggers: ClassVar = [
            guards.QUITTANCE_NEEDS_FULL_PAYMENT,
            only_changes("termpaper", "cancelled_by_id"),
            no_delete("termpaper"),
            no_truncate("termpaper"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.document}"
