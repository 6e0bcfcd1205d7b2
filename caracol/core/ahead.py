"""Work out what comes next while what came before is being written."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class _End:
    """The end of the items, and what was raised there."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Worker(Generic[T]):
    """Walks the items in a thread of its own, a few in advance."""

    def __init__(self, items: Iterable[T], most: int) -> None:
        self.items = items
        self.found: queue.Queue[T | _End] = queue.Queue(maxsize=most)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.work, name="ahead", daemon=True)

    def work(self) -> None:
        """Walk them, whatever happens telling how it ended."""
        end = _End()
        try:
            for item in self.items:
                if not self.give(item):
                    return
        except BaseException as error:  # noqa: BLE001 (raised in the thread that asks)
            end = _End(error)
        self.give(end)

    def give(self, item: T | _End) -> bool:
        """Wait for a place, unless nobody reads any more."""
        while not self.stopped.is_set():
            try:
                self.found.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def stop(self) -> None:
        """End the thread."""
        self.stopped.set()
        self.thread.join()


def ahead(items: Iterable[T], *, most: int = 2) -> Iterator[T]:
    """Yield the items, worked out in another thread, `most` of them in advance at most.

    What the iterable raises is raised here, at its place. It must not use the database: the
    connection is of the thread that asks. When the reader stops early, so does the thread.
    """
    worker = _Worker(items, most)
    worker.thread.start()
    try:
        while not isinstance(item := worker.found.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        worker.stop()
