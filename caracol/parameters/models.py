"""Rules of law and identity of the association, as dated data with their source."""

from datetime import date
from typing import ClassVar, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


class DateSpan(Func):
    """daterange(first, last, '[]'): an open end when the last day is null."""

    function = "DATERANGE"
    output_field = DateRangeField()


def span_expression(first: str, last: str) -> DateSpan:
    """Return the range expression of two date columns, both ends included."""
    return DateSpan(F(first), F(last), Value("[]"))


class DatedQuerySet(models.QuerySet):
    """Rows with a validity in days."""

    def on(self, day: date) -> Self:
        """Keep what is in force on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


@pghistory.track()
class Parameter(models.Model):
    """One value of one parameter over a span of days, with where it comes from."""

    key = models.CharField("clé", max_length=80)
    value = models.JSONField("valeur")
    valid_from = models.DateField("valable du")
    valid_to = models.DateField("valable au", null=True, blank=True)
    source = models.CharField("source", max_length=300)

    objects: ClassVar[DatedQuerySet] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "paramètre daté"
        verbose_name_plural = "paramètres datés"
        constraints = [
            ExclusionConstraint(
                name="parameter_one_value_a_day",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (
                        span_expression("valid_from", "valid_to"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=(
                    "Ce paramètre a déjà une valeur sur une partie de cette période."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} au {self.valid_from:%d/%m/%Y}"


@pghistory.track()
class Association(models.Model):
    """The managing association's identity over a span of days: it signs every paper."""

    name = models.CharField("nom", max_length=200)
    address = models.CharField("adresse", max_length=300)
    siret = models.CharField("SIRET", max_length=14)
    creditor_id = models.CharField("identifiant créancier SEPA (ICS)", max_length=35, blank=True)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    signatory = models.CharField("signataire", max_length=200)
    valid_from = models.DateField("valable du")
    valid_to = models.DateField("valable au", null=True, blank=True)

    objects: ClassVar[DatedQuerySet] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "association"
        verbose_name_plural = "association"
        constraints = [
            ExclusionConstraint(
                name="association_one_identity_a_day",
                expressions=[
                    (
                        span_expression("valid_from", "valid_to"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="L'association a déjà une identité sur cette période.",
            )
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class IndexValue(models.Model):
    """One published value of the rent reference index (IRL), by quarter (RULEBOOK 2.4)."""

    year = models.PositiveSmallIntegerField("année")
    quarter = models.PositiveSmallIntegerField("trimestre")
    value = models.DecimalField("indice", max_digits=6, decimal_places=2)
    published_on = models.DateField("publié le", null=True, blank=True)
    source = models.CharField("source", max_length=300)

    class Meta:
        verbose_name = "indice de référence des loyers"
        verbose_name_plural = "indices de référence des loyers (IRL)"
        constraints = [
            models.UniqueConstraint(
                fields=["year", "quarter"],
                name="index_value_once_a_quarter",
                violation_error_message="L'indice de ce trimestre est déjà enregistré.",
            ),
            models.CheckConstraint(
                condition=Q(quarter__gte=1, quarter__lte=4),
                name="index_value_quarter",
                violation_error_message="Un trimestre va de 1 à 4.",
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0),
                name="index_value_positive",
                violation_error_message="Un indice est supérieur à zéro.",
            ),
        ]

    def __str__(self) -> str:
        return f"IRL {self.year} T{self.quarter}"
