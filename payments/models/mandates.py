"""SEPA mandates: whose account may be debited, and since when."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from caracol.core.crypto import EncryptedTextField, blind_index
from residents.models import Contract
from residents.models.contracts import OfContractQuerySet


class MandateQuerySet(OfContractQuerySet):
    """Mandates by the territory of their contract."""

    officer_path = ""

    def with_iban(self, iban: str) -> "MandateQuerySet":
        """Keep the mandates on an account, by its exact IBAN."""
        return self.filter(iban_index=blind_index(iban, context="payments_mandate.iban"))


class Mandate(models.Model):
    """A signed mandate; its unique reference (RUM) is never used again (RULEBOOK 7)."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="mandates", verbose_name="contrat"
    )
    reference = models.CharField("RUM", max_length=35, unique=True)
    signed_on = models.DateField("signé le")
    iban = EncryptedTextField("IBAN")
    iban_index = models.CharField(max_length=64, editable=False, db_index=True)
    iban_tail = models.CharField("fin de l'IBAN", max_length=4, editable=False)
    bic = models.CharField("BIC", max_length=11, blank=True)
    revoked_on = models.DateField("révoqué le", null=True, blank=True)

    objects: ClassVar[MandateQuerySet] = MandateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "mandat de prélèvement"
        verbose_name_plural = "mandats de prélèvement"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"], condition=Q(revoked_on=None), name="mandate_one_alive"
            )
        ]

    def __str__(self) -> str:
        return self.reference
