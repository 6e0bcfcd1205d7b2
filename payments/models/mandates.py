"""SEPA mandates: whose account may be debited, and since when."""

from datetime import date
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from caracol.core.crypto import EncryptedTextField, blind_index
from caracol.core.periods import add_months
from caracol.documents.models import Document
from payments.enums import MandateState
from residents.models import Contract
from residents.models.contracts import OfContractQuerySet

MANDATE_IBAN = "payments_mandate.iban"


class MandateQuerySet(OfContractQuerySet):
    """Mandates by the territory of their contract."""

    officer_path = ""

    def with_iban(self, iban: str) -> "MandateQuerySet":
        """Keep the mandates on an account, by its exact IBAN."""
        return self.filter(iban_index=blind_index(iban, context=MANDATE_IBAN))

    def signed(self) -> "MandateQuerySet":
        """Keep those signed and not revoked; they may be suspended or lapsed."""
        return self.filter(signed_on__isnull=False, revoked_on=None)


@pghistory.track(exclude=["iban", "iban_index"])
class Mandate(models.Model):
    """A mandate; its unique reference (RUM) is never used again (RULEBOOK 7).

    It allows nothing before it is signed, while it is suspended, once revoked, and lapses
    36 months after its last collection. `was_used`: debits were taken before the takeover.
    `aid_said_on`: somebody said to deduct the aid before the CAF has paid once.
    """

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="mandates", verbose_name="contrat"
    )
    reference = models.CharField("RUM", max_length=35, unique=True)
    holder = models.CharField("titulaire du compte", max_length=70, blank=True)
    signed_on = models.DateField("signé le", null=True, blank=True)
    iban = EncryptedTextField("IBAN")
    iban_index = models.CharField(max_length=64, editable=False, db_index=True)
    iban_tail = models.CharField("fin de l'IBAN", max_length=4, editable=False)
    bic = models.CharField("BIC", max_length=11, blank=True)
    was_used = models.BooleanField("déjà utilisé avant la reprise", default=False, db_default=False)
    last_used_on = models.DateField("dernier prélèvement", null=True, blank=True)
    aid_said_on = models.DateField("aide déduite, décidé le", null=True, blank=True)
    suspended_on = models.DateField("suspendu le", null=True, blank=True)
    suspended_reason = models.CharField("motif de la suspension", max_length=200, blank=True)
    revoked_on = models.DateField("révoqué le", null=True, blank=True)
    revoked_reason = models.CharField("motif de la révocation", max_length=200, blank=True)
    document = models.OneToOneField(
        Document,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mandate",
        verbose_name="document",
    )

    objects: ClassVar[MandateQuerySet] = MandateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "mandat de prélèvement"
        verbose_name_plural = "mandats de prélèvement"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(revoked_on=None),
                name="mandate_one_alive",
                violation_error_message="Ce contrat a déjà un mandat : révoquez-le d'abord.",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def lapses_on(self, months: int) -> date | None:
        """Return the day it lapses, so many months after it last served; None unsigned."""
        last = max((day for day in (self.last_used_on, self.signed_on) if day), default=None)
        return add_months(last, months) if last else None

    def state_on(self, day: date, months: int) -> MandateState:
        """Return what it allows on a day."""
        if self.revoked_on is not None:
            return MandateState.REVOKED
        if self.signed_on is None:
            return MandateState.TO_SIGN
        lapse = self.lapses_on(months)
        if lapse is not None and lapse <= day:
            return MandateState.LAPSED
        return MandateState.SUSPENDED if self.suspended_on else MandateState.ACTIVE
