"""Rules of deadlines, deadlines and what happened to them, tasks, stand-ins, the agenda."""

from caracol.deadlines.models.appointments import (
    Appointment,
    AppointmentGuest,
    AppointmentQuerySet,
)
from caracol.deadlines.models.deadlines import Deadline, DeadlineEvent
from caracol.deadlines.models.feeds import FeedToken
from caracol.deadlines.models.reminders import Reminder, ReminderPreference
from caracol.deadlines.models.rules import DeadlineRule
from caracol.deadlines.models.standins import StandIn
from caracol.deadlines.models.tasks import Task, TaskItem

__all__ = [
    "Appointment",
    "AppointmentGuest",
    "AppointmentQuerySet",
    "Deadline",
    "DeadlineEvent",
    "DeadlineRule",
    "FeedToken",
    "Reminder",
    "ReminderPreference",
    "StandIn",
    "Task",
    "TaskItem",
]
