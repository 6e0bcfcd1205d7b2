"""Who takes over the list of whom, from when to when."""

from datetime import date
from typing import ClassVar, Self

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from caracol.parameters.models import span_expression


class StandInQuerySet(models.QuerySet):
    """Absences."""

    def on(self, day: date) -> Self:
        """Keep those of a day, called off ones aside."""
        return self.filter(starts_on__lte=day, ends_on__gte=day, cancelled_on=None)


@pghistory.track()
class StandIn(models.Model):
    """Somebody absent over some days, and who takes over what is theirs. It gives no right."""

    absent = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="absences", verbose_name="absent·e"
    )
    stand_in = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="stand_ins", verbose_name="remplacé·e par"
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    note = models.CharField("précision", max_length=200, blank=True)
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="organisé par"
    )
    cancelled_on = models.DateField("annulé le", null=True, blank=True)

    objects: ClassVar[StandInQuerySet] = StandInQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "remplacement"
        verbose_name_plural = "remplacements"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="stand_in_one_at_a_time",
                expressions=[
                    ("absent", RangeOperators.EQUAL),
                    (span_expression("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_on=None),
                violation_error_message=(
                    "Cette personne est déjà remplacée sur une partie de cette période."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="stand_in_in_order",
                violation_error_message="Un remplacement finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=~Q(absent=F("stand_in")),
                name="stand_in_is_another",
                violation_error_message="On ne se remplace pas soi-même.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stand_in} pour {self.absent}"
