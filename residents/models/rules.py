"""What each type of contract allows, dated, with its source (RULEBOOK 1.9)."""

from datetime import date
from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Q

from caracol.core.models import MoneyField
from caracol.parameters.models import DatedQuerySet, span_expression
from residents.enums import ArrearsPath, ChargesMode, ContractKind


@pghistory.track()
class ContractTypeRule(models.Model):
    """The capabilities of a type over a span of days. Nothing else asks "is it a lease"."""

    kind = models.CharField("type", max_length=16, choices=ContractKind.choices)
    valid_from = models.DateField("valable du")
    valid_to = models.DateField("valable au", null=True, blank=True)
    source = models.CharField("source", max_length=300)
    min_months = models.PositiveSmallIntegerField("durée minimale (mois)", null=True, blank=True)
    max_total_months = models.PositiveSmallIntegerField(
        "durée totale maximale (mois)", null=True, blank=True
    )
    fee_cap = MoneyField("plafond de redevance", null=True, blank=True)
    fee_cap_distress = MoneyField("plafond CASF L345-2-2", null=True, blank=True)
    fee_is_modest = models.BooleanField("redevance nécessairement modique", default=False)
    resident_notice_days = models.PositiveSmallIntegerField(
        "préavis du résident (jours)", null=True, blank=True
    )
    resident_notice_months = models.PositiveSmallIntegerField(
        "préavis du résident (mois)", null=True, blank=True
    )
    manager_notice_months = models.PositiveSmallIntegerField(
        "préavis de l'association (mois)", null=True, blank=True
    )
    deposit_cap_months = models.PositiveSmallIntegerField(
        "dépôt maximal (mois de redevance)", null=True, blank=True
    )
    charges_mode = models.CharField("charges", max_length=10, choices=ChargesMode.choices)
    receipt_by_law = models.BooleanField("quittance due par la loi", default=False)
    arrears_path = models.CharField("procédure d'impayé", max_length=1, choices=ArrearsPath.choices)
    limitation_years = models.PositiveSmallIntegerField(
        "prescription (années)", null=True, blank=True
    )
    index_revision = models.BooleanField("révision par l'IRL", default=False)
    visale_possible = models.BooleanField("Visale possible", default=False)
    needs_precarity_ground = models.BooleanField("motif de précarité exigé", default=False)
    needs_term_event = models.BooleanField("événement de fin exigé", default=False)
    needs_purpose = models.BooleanField("finalité de l'occupation exigée", default=False)
    needs_objective_causes = models.BooleanField("causes objectives exigées", default=False)
    needs_approval_reference = models.BooleanField("agrément ou convention exigé", default=False)
    min_months_person = models.PositiveSmallIntegerField(
        "durée minimale si le bailleur est une personne physique (mois)", null=True, blank=True
    )
    min_months_student = models.PositiveSmallIntegerField(
        "durée d'un bail étudiant (mois)", null=True, blank=True
    )
    is_renewable = models.BooleanField("renouvelable", default=True)
    is_tacitly_renewed = models.BooleanField("renouvelé tacitement", default=False)
    max_end_extensions = models.PositiveSmallIntegerField(
        "changements de durée au plus, sans renouvellement", null=True, blank=True
    )
    alarm_months = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name="mois où préparer la sortie",
        default=list,
        blank=True,
    )
    charges_modes = ArrayField(
        models.CharField(max_length=10, choices=ChargesMode.choices),
        verbose_name="modes de charges permis",
        default=list,
        blank=True,
    )
    deposit_usual_months = models.PositiveSmallIntegerField(
        "dépôt usuel (mois), au-delà à justifier", null=True, blank=True
    )
    deposit_cap_by_law = models.BooleanField("plafond du dépôt fixé par la loi", default=True)
    deposit_without_charges = models.BooleanField("dépôt calculé hors charges", default=True)
    notice_by_contract = models.BooleanField("préavis fixé par le contrat", default=False)
    resident_notice_reduced_months = models.PositiveSmallIntegerField(
        "préavis réduit du résident (mois)", null=True, blank=True
    )
    manager_notice_at_term = models.BooleanField(
        "congé de l'association au terme seulement", default=False
    )
    manager_notice_after_months = models.PositiveSmallIntegerField(
        "congé de l'association possible après (mois)", null=True, blank=True
    )
    owes_real_stay_only = models.BooleanField(
        "sous congé de l'association, seuls les jours occupés sont dus", default=False
    )
    deposit_return_by_law = models.BooleanField(
        "restitution du dépôt encadrée par la loi (délai, majoration)", default=False
    )
    revision_after_months = models.PositiveSmallIntegerField(
        "première révision après (mois)", null=True, blank=True
    )

    objects: ClassVar[DatedQuerySet] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "règle d'un type de contrat"
        verbose_name_plural = "règles des types de contrat"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="contract_rule_one_a_day",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    (
                        span_expression("valid_from", "valid_to"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Ce type a déjà une règle sur une partie de cette période.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ContractKind.values),
                name="contract_rule_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} au {self.valid_from:%d/%m/%Y}"

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
