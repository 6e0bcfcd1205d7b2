"""What is said of a contract by either side, and the doubts accepted about it."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from residents.enums import DeliveryOutcome, NoticeBasis, NoticeDelivery, NoticeGiver
from residents.models.contracts import Contract, OfContractQuerySet

WITHOUT_OBJECT = "Sans objet"
"""How the reason begins of a notice that a departure closed before anybody received it."""


@pghistory.track()
class Notice(models.Model):
    """Notice given by either side; the delay runs from receipt (RULEBOOK 1.2, 4.3).

    A letter sent and not yet received has no date of receipt, hence no effect yet; one that is
    prepared has no date of sending either. `before` is the end that it cut, to be put back.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="notices", verbose_name="contrat"
    )
    given_by = models.CharField("donné par", max_length=8, choices=NoticeGiver.choices)
    basis = models.CharField(
        "fondement", max_length=16, choices=NoticeBasis.choices, default=NoticeBasis.ORDINARY
    )
    delivery = models.CharField(
        "mode d'envoi", max_length=8, choices=NoticeDelivery.choices, default=NoticeDelivery.LRAR
    )
    outcome = models.CharField(
        "suite de l'envoi",
        max_length=9,
        choices=DeliveryOutcome.choices,
        default=DeliveryOutcome.SIGNED,
    )
    sent_on = models.DateField("envoyé le", null=True, blank=True)
    first_presented_on = models.DateField("première présentation", null=True, blank=True)
    received_on = models.DateField("reçu le", null=True, blank=True)
    effective_on = models.DateField("prend effet le", null=True, blank=True)
    reduced_reason = models.CharField("motif du préavis réduit", max_length=200, blank=True)
    rule = models.CharField("règle appliquée", max_length=300)
    reason = models.CharField("motif", max_length=300, blank=True)
    withdrawn_on = models.DateField("retiré le", null=True, blank=True)
    withdrawn_reason = models.CharField("motif du retrait", max_length=300, blank=True)
    before = models.JSONField("fin d'avant le congé", default=dict, blank=True, editable=False)

    objects: ClassVar[OfContractQuerySet] = OfContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "congé"
        verbose_name_plural = "congés"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(withdrawn_on=None),
                name="notice_one_alive",
            ),
            models.CheckConstraint(
                condition=Q(received_on=None, effective_on=None)
                | Q(effective_on__gte=F("received_on")),
                name="notice_in_order",
                violation_error_message="Un congé prend effet après avoir été reçu.",
            ),
            models.CheckConstraint(
                condition=Q(sent_on=None) | Q(received_on=None) | Q(received_on__gte=F("sent_on")),
                name="notice_received_after_sending",
                violation_error_message="Une lettre est reçue après avoir été envoyée.",
            ),
            models.CheckConstraint(
                condition=Q(basis__in=NoticeBasis.values), name="notice_basis_known"
            ),
            models.CheckConstraint(
                condition=Q(delivery__in=NoticeDelivery.values), name="notice_delivery_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=DeliveryOutcome.values), name="notice_outcome_known"
            ),
        ]

    def __str__(self) -> str:
        if self.effective_on is None:
            return "congé envoyé"
        return f"congé au {self.effective_on:%d/%m/%Y}"

    @property
    def is_without_object(self) -> bool:
        """Whether it was closed by a departure."""
        return self.withdrawn_on is not None and self.withdrawn_reason.startswith(WITHOUT_OBJECT)

    @property
    def paper(self) -> str:
        """The word of its letter in addresses (`residents.papers.choices`)."""
        return f"conge-{self.pk}"


@pghistory.track()
class AcceptedWarning(models.Model):
    """Something doubtful that a person accepted, and why: neither forbidden by law nor usual."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="accepted_warnings", verbose_name="contrat"
    )
    code = models.CharField("point", max_length=40)
    message = models.CharField("avertissement", max_length=400)
    reason = models.CharField("raison", max_length=300)
    accepted_on = models.DateField("accepté le")
    accepted_by = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="par")

    objects: ClassVar[OfContractQuerySet] = OfContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "avertissement accepté"
        verbose_name_plural = "avertissements acceptés"

    def __str__(self) -> str:
        return self.message
