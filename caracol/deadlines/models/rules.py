"""What the direction decides about each kind of deadline, dated."""

from typing import ClassVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from caracol.accounts.enums import Role
from caracol.deadlines.registry import kind_of
from caracol.parameters.models import DatedQuerySet, span_expression

FARTHEST = 730
"""Days before its day from which no deadline is reminded yet."""


@pghistory.track()
class DeadlineRule(models.Model):
    """When one is reminded of a kind, who is, who acts, in which words; over a span of days.

    `leads`: days before the due day on which one is reminded; the largest opens the line. After
    `escalation_days` of lateness, `escalation_role` is told as well.
    """

    kind = models.CharField("nature", max_length=40)
    label = models.CharField("intitulé", max_length=120)
    why = models.CharField("pourquoi", max_length=300)
    otherwise = models.CharField("si rien n'est fait", max_length=300)
    leads = ArrayField(models.SmallIntegerField(), verbose_name="rappels (jours avant)")
    audience = ArrayField(
        models.CharField(max_length=16, choices=Role.choices), verbose_name="qui la voit"
    )
    role = models.CharField("qui agit", max_length=16, choices=Role.choices)
    escalation_days = models.PositiveSmallIntegerField(
        "relais après (jours de retard)", null=True, blank=True
    )
    escalation_role = models.CharField(
        "relais pris par", max_length=16, choices=Role.choices, blank=True
    )
    is_enabled = models.BooleanField("suivie", default=True)
    valid_from = models.DateField("valable du")
    valid_to = models.DateField("valable au", null=True, blank=True)
    source = models.CharField("source", max_length=300)

    objects: ClassVar[DatedQuerySet] = DatedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "règle d'échéance"
        verbose_name_plural = "règles d'échéances"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="deadline_rule_one_a_day",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    (span_expression("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "Cette échéance a déjà une règle sur une partie de cette période."
                ),
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="deadline_rule_role_known"
            ),
            models.CheckConstraint(
                condition=Q(escalation_days=None, escalation_role="")
                | Q(escalation_days__isnull=False, escalation_role__in=Role.values),
                name="deadline_rule_escalation_whole",
                violation_error_message="Un relais dit après combien de jours, et qui le prend.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """Refuse an audience that may not know of it or leaves out who acts, and absurd leads."""
        if any(not 0 <= lead <= FARTHEST for lead in self.leads or ()):
            raise ValidationError(
                {"leads": f"Un rappel vient de 0 à {FARTHEST} jours avant l'échéance."}
            )
        if not self.audience:  # the form says that it is missing
            return
        kind = kind_of(self.kind)
        most = kind.readers if kind else frozenset(Role)
        acting = {self.role, self.escalation_role} - {""}
        beyond = [Role(role).label for role in {*self.audience, *acting} if role not in most]
        if beyond:
            raise ValidationError(f"Ne peut pas le savoir : {', '.join(sorted(beyond))}.")
        if not acting <= set(self.audience):
            raise ValidationError("Qui agit ou prend le relais doit aussi la voir.")

    @property
    def first_lead(self) -> int:
        """How many days before its day a deadline comes into sight."""
        return max(self.leads, default=0)

    @property
    def known_by(self) -> frozenset[Role]:
        """Who may know of it: the audience, within what the kind allows."""
        kind = kind_of(self.kind)
        said = frozenset(Role(role) for role in self.audience)
        return said & kind.readers if kind else said
