"""The history of rows that may be taken back: their removal leaves its line too."""

from collections.abc import Callable
from typing import Any

import pghistory


def track_whole() -> Callable[[type[Any]], type[Any]]:
    """Track additions, changes and removals of a model."""
    tracked: Callable[[type[Any]], type[Any]] = pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()
    )
    return tracked
