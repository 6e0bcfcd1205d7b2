"""Who lives in a room without signing: children, partners, people hosted (FEATURES row 7)."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from residents.enums import OccupantKind
from residents.models.contracts import Contract, OfContractQuerySet


@pghistory.track()
class Occupant(models.Model):
    """Somebody of a contract's household who owes nothing and signs nothing."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="occupants", verbose_name="contrat"
    )
    kind = models.CharField("lien", max_length=8, choices=OccupantKind.choices)
    last_name = models.CharField("nom", max_length=80)
    first_name = models.CharField("prénom", max_length=80)
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)

    objects: ClassVar[OfContractQuerySet] = OfContractQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "occupant"
        verbose_name_plural = "occupants"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=OccupantKind.values), name="occupant_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="occupant_in_order",
                violation_error_message="Un séjour finit après avoir commencé.",
            ),
            models.UniqueConstraint(
                fields=["contract", "last_name", "first_name", "starts_on"],
                name="occupant_once",
                violation_error_message="Cette personne est déjà inscrite sur ce contrat.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First name, then last name in capitals as French papers do."""
        return f"{self.first_name} {self.last_name.upper()}"
