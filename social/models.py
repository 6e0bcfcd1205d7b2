"""Rights followed by the social service: a kind and its days, nothing about why."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q

from residents.models import Person
from residents.models.people import OfPersonQuerySet
from social.enums import BY_FILING, Decision, RightKind, RightOutcome


@pghistory.track()
class PersonRight(models.Model):
    """A right that a person asks for, holds or must renew, by its days alone."""

    person = models.ForeignKey(
        Person, models.PROTECT, related_name="rights_followed", verbose_name="personne"
    )
    kind = models.CharField("droit", max_length=11, choices=RightKind.choices)
    filed_on = models.DateField("demandé ou reconnu le", null=True, blank=True)
    due_on = models.DateField("fin ou prochaine date", null=True, blank=True)
    decision = models.CharField("décision", max_length=12, choices=Decision.choices, blank=True)
    decided_on = models.DateField("décision du", null=True, blank=True)
    is_transition = models.BooleanField(
        "place en logement de transition ou logement-foyer", default=False
    )
    closed_on = models.DateField("suivi terminé le", null=True, blank=True)
    outcome = models.CharField("issue", max_length=9, choices=RightOutcome.choices, blank=True)

    objects: ClassVar[OfPersonQuerySet] = OfPersonQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "droit suivi"
        verbose_name_plural = "droits suivis"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=RightKind.values), name="right_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=BY_FILING, filed_on__isnull=False)
                | ~Q(kind__in=BY_FILING) & Q(due_on__isnull=False),
                name="right_has_its_day",
                violation_error_message="La date dont dépend l'échéance manque.",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_on=None)
                | Q(decision__in=Decision.values, decided_on__isnull=False),
                name="right_decision_whole",
                violation_error_message="Une décision a son sens et son jour.",
            ),
            models.CheckConstraint(
                condition=Q(decided_on=None) | Q(filed_on=None) | Q(decided_on__gte=F("filed_on")),
                name="right_decided_after_filing",
                violation_error_message="La décision suit la demande.",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", closed_on=None)
                | Q(outcome__in=RightOutcome.values, closed_on__isnull=False),
                name="right_closed_with_outcome",
                violation_error_message="Un suivi terminé dit son issue.",
            ),
            models.CheckConstraint(
                condition=Q(is_transition=False) | Q(kind=RightKind.DAHO),
                name="right_transition_of_daho",
                violation_error_message="Seul un recours DAHO désigne une place.",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(closed_on=None),
                name="right_one_open_a_kind",
                violation_error_message="Ce droit est déjà suivi pour cette personne.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())
