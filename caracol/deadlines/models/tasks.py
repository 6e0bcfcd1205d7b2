"""What people add to the list by themselves, alone or for the team."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from caracol.deadlines.enums import Frequency
from caracol.deadlines.models.deadlines import Deadline


@pghistory.track()
class Task(models.Model):
    """A task: its words, how often it comes back. Its day, state and people are its deadline's.

    A task that comes back has a deadline at a time: done, the next day of its series follows.
    `series_on` is the first day of the series, from which the next ones are reckoned.
    """

    deadline = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="task", verbose_name="échéance"
    )
    title = models.CharField("tâche", max_length=160)
    note = models.TextField("précisions", blank=True, max_length=2000)
    frequency = models.CharField(
        "revient", max_length=7, choices=Frequency.choices, blank=True, default=Frequency.ONCE
    )
    every = models.PositiveSmallIntegerField("tous les", default=1)
    series_on = models.DateField("depuis le")
    until = models.DateField("jusqu'au", null=True, blank=True)
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", verbose_name="créée par"
    )
    created_at = models.DateTimeField("créée le", auto_now_add=True)

    class Meta:
        verbose_name = "tâche"
        verbose_name_plural = "tâches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(frequency="") | Q(frequency__in=Frequency.values),
                name="task_frequency_known",
            ),
            models.CheckConstraint(
                condition=Q(every__gte=1),
                name="task_comes_back_forwards",
                violation_error_message="Une tâche revient au plus tôt à la période suivante.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TaskItem(models.Model):
    """One line of a task's checklist."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="items", verbose_name="tâche")
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("point", max_length=160)
    done_on = models.DateField("fait le", null=True, blank=True)
    done_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="fait par",
    )

    class Meta:
        verbose_name = "point d'une tâche"
        verbose_name_plural = "points des tâches"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "position"], name="task_item_position_once")
        ]

    def __str__(self) -> str:
        return self.label
