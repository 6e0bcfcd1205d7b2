"""Rules of deadlines, deadlines and what happened to them, tasks, stand-ins."""

from caracol.deadlines.models.deadlines import Deadline, DeadlineEvent
from caracol.deadlines.models.rules import DeadlineRule
from caracol.deadlines.models.standins import StandIn
from caracol.deadlines.models.tasks import Task, TaskItem

__all__ = ["Deadline", "DeadlineEvent", "DeadlineRule", "StandIn", "Task", "TaskItem"]
