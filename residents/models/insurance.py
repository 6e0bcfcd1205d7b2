"""The insurance of a resident's contract (RULEBOOK 5.1)."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from residents.models.contracts import Contract, OfContractQuerySet


@pghistory.track()
class Insurance(models.Model):
    """One certificate: insurer, policy, and the days it covers."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="insurances", verbose_name="contrat"
    )
    insurer = models.CharField("assureur", max_length=120)
    policy_number = models.CharField("police", max_length=60, blank=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")

    objects: ClassVar[OfContractQuerySet] = OfContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "assurance"
        verbose_name_plural = "assurances"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="insurance_in_order",
                violation_error_message="Une assurance finit après avoir commencé.",
            ),
            models.UniqueConstraint(
                fields=["contract", "insurer", "policy_number", "starts_on"],
                name="insurance_once",
                violation_error_message="Cette attestation est déjà enregistrée.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insurer} {self.policy_number}"
