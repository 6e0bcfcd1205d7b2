"""The agreements by which owners lend or let their buildings, and what is owed in return."""

from datetime import date, timedelta
from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from caracol.accounts.models import TerritoryQuerySet
from caracol.parameters.models import span_expression
from colocations.enums import EndedBy, LegalBasis, ObligationKind
from colocations.models.homes import Site
from colocations.models.owners import Owner
from colocations.models.tracking import track_whole


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
    vacate_margin_days = models.PositiveSmallIntegerField(
        "marge avant restitution (jours)", default=30
    )

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

    @property
    def vacate_by(self) -> date:
        """The day by which nobody should live there any more: the end less its margin."""
        return self.ends_on - timedelta(days=self.vacate_margin_days)


class OfAgreementQuerySet(TerritoryQuerySet):
    """Rows that hang on an agreement."""

    territory_path = "agreement__site__territory"
    officer_path = "agreement__site__colocations__mission_officer"


@track_whole()
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

    objects: ClassVar[OfAgreementQuerySet] = OfAgreementQuerySet.as_manager()  # type: ignore[assignment]

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


@track_whole()
class AgreementShortening(models.Model):
    """An end brought forward: the owner takes the building back, or it is given back, early."""

    agreement = models.ForeignKey(
        OwnerAgreement,
        models.PROTECT,
        related_name="shortenings",
        verbose_name="convention",
    )
    previous_ends_on = models.DateField("fin précédente")
    ends_on = models.DateField("nouvelle fin")
    decided_on = models.DateField("notifiée le")
    ended_by = models.CharField("à la demande de", max_length=12, choices=EndedBy.choices)
    reason = models.CharField("motif", max_length=300)

    objects: ClassVar[OfAgreementQuerySet] = OfAgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "fin anticipée"
        verbose_name_plural = "fins anticipées"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__lt=F("previous_ends_on")),
                name="shortening_comes_earlier",
                violation_error_message="Une fin anticipée vient avant la fin précédente.",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__in=EndedBy.values), name="shortening_by_known"
            ),
        ]

    def __str__(self) -> str:
        return f"fin avancée au {self.ends_on:%d/%m/%Y}"


@track_whole()
class OwnerObligation(models.Model):
    """Something the association owes to the owner by a day: works, proof, report, keys back."""

    agreement = models.ForeignKey(
        OwnerAgreement,
        models.PROTECT,
        related_name="obligations",
        verbose_name="convention",
    )
    kind = models.CharField("nature", max_length=10, choices=ObligationKind.choices)
    label = models.CharField("engagement", max_length=160)
    due_on = models.DateField("à faire avant le")
    every_months = models.PositiveSmallIntegerField(
        "revient tous les (mois)", null=True, blank=True
    )
    done_on = models.DateField("fait le", null=True, blank=True)
    note = models.CharField("précision", max_length=300, blank=True)

    objects: ClassVar[OfAgreementQuerySet] = OfAgreementQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "engagement envers le propriétaire"
        verbose_name_plural = "engagements envers les propriétaires"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=ObligationKind.values), name="obligation_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(every_months=None) | Q(every_months__gte=1),
                name="obligation_comes_back",
                violation_error_message="Un engagement revient au plus tôt tous les mois.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
