"""What each person was reminded of, and how they wish to be."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caracol.core.guards import append_only
from caracol.deadlines.enums import Digest, ReminderCause
from caracol.deadlines.models.deadlines import Deadline

EARLIEST_HOUR, USUAL_HOUR, LATEST_HOUR = 6, 8, 14


class Reminder(models.Model):
    """A person was told of a deadline, once for each lead time of the day it had.

    `due_on` is the day the deadline had: moved to another day, it is told anew. `lead` counts the
    days before the due day (LEAD), or the days of lateness without an act (RELAY); LATE has 0.
    """

    db_rights = "append"

    deadline = models.ForeignKey(
        Deadline, models.PROTECT, related_name="reminders", verbose_name="échéance"
    )
    due_on = models.DateField("échéance rappelée")
    cause = models.CharField("motif", max_length=5, choices=ReminderCause.choices)
    lead = models.SmallIntegerField("délai (jours)")
    user = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="reminders", verbose_name="destinataire"
    )
    told_on = models.DateField("rappelée le")
    mail_key = models.CharField("message", max_length=200)
    at = models.DateTimeField("écrit le", db_default=Now())

    class Meta:
        verbose_name = "rappel"
        verbose_name_plural = "rappels"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "deadline", "due_on", "cause", "lead"], name="reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(cause__in=ReminderCause.values), name="reminder_cause_known"
            ),
        ]
        triggers: ClassVar = append_only("reminder")

    def __str__(self) -> str:
        return f"{self.get_cause_display()} · {self.due_on:%d/%m/%Y}"


@pghistory.track()
class ReminderPreference(models.Model):
    """How a person wishes to be reminded by e-mail; without a row, as `Digest.WHEN_DUE` at 8.

    What is urgent is told whatever is chosen here.
    """

    user = models.OneToOneField(
        "accounts.User",
        models.PROTECT,
        related_name="reminder_preference",
        verbose_name="personne",
    )
    digest = models.CharField(
        "récapitulatif", max_length=8, choices=Digest.choices, default=Digest.WHEN_DUE
    )
    hour = models.PositiveSmallIntegerField("heure d'envoi", default=USUAL_HOUR)

    class Meta:
        verbose_name = "préférence de rappel"
        verbose_name_plural = "préférences de rappel"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(digest__in=Digest.values), name="reminder_preference_digest_known"
            ),
            models.CheckConstraint(
                condition=Q(hour__gte=EARLIEST_HOUR, hour__lte=LATEST_HOUR),
                name="reminder_preference_hour",
                violation_error_message="Le récapitulatif part entre 6 h et 14 h.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_digest_display())
