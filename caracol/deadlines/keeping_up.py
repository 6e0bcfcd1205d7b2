"""Deadlines follow what people do within half a minute; the nightly run remains the truth.

An act leaves a mark in the shared cache when it is committed; the clock process looks for it and
has the engine run. Without Redis nothing is marked, and the night catches up. A long run is
followed by a rest of ten times its length, so that an association of thousands keeps its worker.
"""

import time

from django.core.cache import cache

from caracol.audit.history import after_acts
from caracol.core import clock
from caracol.deadlines.services.refreshing import Refreshed, refresh

WANTED, RESTING = "deadlines.wanted", "deadlines.resting"
REST_RATIO = 10
LEAST_REST_SECONDS = 5


@after_acts
def want() -> None:
    """Say that something changed which a deadline may follow."""
    cache.set(WANTED, 1, timeout=None)


def keep_up() -> Refreshed | None:
    """Run the engine when something changed since the last time; None when there is no need."""
    if cache.get(RESTING) or not cache.get(WANTED):
        return None
    # Taken off first: what is done meanwhile asks for another run.
    cache.delete(WANTED)
    begun = time.monotonic()
    done = refresh(on=clock.today())
    rest = int((time.monotonic() - begun) * REST_RATIO)
    cache.set(RESTING, 1, timeout=max(rest, LEAST_REST_SECONDS))
    return done
