"""Acts done at once, each on a connection of its own."""

import threading

from django.db import connections

LONGEST_SECONDS = 60


def at_once(*acts):
    """Start every act at the same moment; return what each gave, or the exception it raised."""
    barrier = threading.Barrier(len(acts))
    outcomes = [None] * len(acts)

    def run(index, act):
        try:
            barrier.wait(LONGEST_SECONDS)
            outcomes[index] = act()
        except Exception as error:  # noqa: BLE001
            outcomes[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST_SECONDS)
        assert not thread.is_alive(), "An act waits for ever."
    return outcomes
