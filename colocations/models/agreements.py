"""Owners and the agreements by which they lend or let their buildings."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.parameters.models import span_expression
from colocations.enums import LegalBasis
from colocations.models.homes import Site


@pghistory.track()
class Owner(models.Model):
    """Who owns a building."""

    name = models.CharField("nom", max_length=160, unique=True)
    email = models.EmailField("courriel", blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    address = models.CharField("adresse", max_length=200, blank=True)

    class Meta:
        verbose_name = "propriétaire"
        verbose_name_plural = "propriétaires"

    def __str__(self) -> str:
        return self.name


class OwnerAgreementQuerySet(TerritoryQuerySet):
    """Agreements by the territory of their site."""

    territory_path = "site__territory"
    officer_path = "site__colocations__mission_officer"


@pghistory.track()
class OwnerAgreement(models.Model):
    """The upstream contract of a site. No resident's contract may outlast it (RULEBOOK 1.1).

    `ends_on` is the end in force, extensions included; each of them keeps its own row.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="agreements", verbose_name="site")
    owner = models.ForeignKey(
        Owner, models.PROTECT, related_name="agreements", verbose_name="propriétaire"
    )
    legal_basis = models.CharField("type", max_length=12, choices=LegalBasis.choices)
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin")
    notice_months = models.PositiveSmallIntegerField("préavis (mois)", default=0)
    objective_causes = models.TextField("causes objectives de résiliation", blank=True)
    approval_reference = models.CharField("agrément", max_length=80, blank=True)
    approval_ends_on = models.DateField("fin de l'agrément", null=True, blank=True)
    extension_undocumented = models.BooleanField("prolongation à documenter", default=False)

    objects: ClassVar[OwnerAgreementQuerySet] = OwnerAgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "convention propriétaire"
        verbose_name_plural = "conventions propriétaires"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="agreement_one_at_a_time",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    (span_expression("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Ce site a déjà une convention sur cette période.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="agreement_in_order",
                violation_error_message="Une convention finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=Q(legal_basis__in=LegalBasis.values),
                name="agreement_basis_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_legal_basis_display()} · {self.site}"


@pghistory.track()
class AgreementExtension(models.Model):
    """One extension of an agreement, by a year at most under ELAN (RULEBOOK 1.1)."""

    agreement = models.ForeignKey(
        OwnerAgreement,
        models.PROTECT,
        related_name="extensions",
        verbose_name="convention",
    )
    previous_ends_on = models.DateField("fin précédente")
    ends_on = models.DateField("nouvelle fin")
    signed_on = models.DateField("signée le")
    reason = models.CharField("motif", max_length=300, blank=True)

    class Meta:
        verbose_name = "prolongation"
        verbose_name_plural = "prolongations"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("previous_ends_on")),
                name="extension_goes_further",
                violation_error_message="Une prolongation finit après la fin précédente.",
            )
        ]

    def __str__(self) -> str:
        return f"jusqu'au {self.ends_on:%d/%m/%Y}"
