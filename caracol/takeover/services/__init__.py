"""Take over an association's workbook: examine it, show it, write it, all or nothing."""

from caracol.takeover.services.runs import (
    abandon_run,
    confirm_run,
    preview_workbook,
    reaches_all,
)
from caracol.takeover.services.taking import (
    Examination,
    Outcome,
    WorkbookRefused,
    examine,
    take_over,
)

__all__ = [
    "Examination",
    "Outcome",
    "WorkbookRefused",
    "abandon_run",
    "confirm_run",
    "examine",
    "preview_workbook",
    "reaches_all",
    "take_over",
]
