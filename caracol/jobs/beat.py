"""The clock process: a static schedule in memory; what it missed is caught up from the database."""

import logging
import socket
import time
from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

BEAT_EVERY_SECONDS = 20.0


class HeartbeatScheduler(Scheduler):
    """Celery's scheduler, that also notes its own life in the database."""

    max_interval = 10
    _last_beat = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due and write the heartbeat; give the seconds until the next call."""
        wait: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._last_beat >= BEAT_EVERY_SECONDS:
            self._last_beat = time.monotonic()
            self._note_life()
        return min(wait, BEAT_EVERY_SECONDS)

    def _note_life(self) -> None:
        # Django is not set up yet when Celery imports this module.
        from caracol.jobs import services  # noqa: PLC0415

        try:
            services.beat(name=f"beat {socket.gethostname()}", role="beat")
        except DatabaseError:
            logger.warning("The clock's heartbeat could not be written.")
        finally:
            connection.close()
