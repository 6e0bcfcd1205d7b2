"""What the product knows how to do outside a request: one handler for each kind of job.

An app registers its handlers in its ``tasks.py``, loaded everywhere at start:

    @handler("documents.render-batch", label="Mise en page", parallel=2, remaining=count_left)
    def render_batch(work: Work) -> None: ...

A handler may be killed at any point and called again: it commits item by item, finds what is
left in the database, and never trusts its own memory. It calls ``work.report()`` as it goes,
which shows the progress and keeps the job its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caracol.jobs.periods import Schedule

if TYPE_CHECKING:
    from caracol.jobs.models import Job
    from caracol.jobs.work import Work

Run = Callable[["Work"], None]
Remaining = Callable[["Job"], int]
Listener = Callable[["Job"], None]


class UnknownKind(LookupError):
    """No handler is registered for this kind of job."""


@dataclass(frozen=True)
class Handler:
    """How a kind of job is done.

    ``remaining`` counts what is left: the job is done only at zero, and its progress is the total
    minus it. With ``parallel`` above one, several workers run the handler on the same job at once,
    each claiming its items by ``select_for_update(skip_locked=True)`` and returning when there is
    nothing left to claim. An item that may kill its process counts its own attempts, committed
    before it is tried, so that it comes last and ends alone. ``on_done`` runs once, in the
    transaction that marks the job done.
    """

    kind: str
    label: str
    run: Run
    remaining: Remaining | None = None
    on_done: Run | None = None
    parallel: int = 1
    max_attempts: int = 5


@dataclass(frozen=True)
class Periodic:
    """A kind of job started once for each period of its schedule."""

    kind: str
    label: str
    schedule: Schedule
    catch_up: int


_handlers: dict[str, Handler] = {}
_periodics: dict[str, Periodic] = {}
_listeners: list[Listener] = []


def handler(
    kind: str,
    *,
    label: str,
    remaining: Remaining | None = None,
    on_done: Run | None = None,
    parallel: int = 1,
    max_attempts: int = 5,
) -> Callable[[Run], Run]:
    """Register the decorated function as the way to do jobs of this kind."""
    if parallel > 1 and remaining is None:
        raise ValueError(f"{kind}: a parallel kind must say what remains")

    def register(run: Run) -> Run:
        known = _handlers.get(kind)
        if known is not None and known.run is not run:
            raise ValueError(f"{kind}: registered twice")
        _handlers[kind] = Handler(
            kind=kind,
            label=label,
            run=run,
            remaining=remaining,
            on_done=on_done,
            parallel=parallel,
            max_attempts=max_attempts,
        )
        return run

    return register


def periodic(
    kind: str, *, label: str, schedule: Schedule, catch_up: int = 31, max_attempts: int = 5
) -> Callable[[Run], Run]:
    """Register a handler run once for each period; ``work.period`` is the period's first day.

    Periods missed while the clock was stopped are caught up, oldest first, ``catch_up`` at most;
    with ``catch_up=1`` only the latest one counts.
    """

    def register(run: Run) -> Run:
        _periodics[kind] = Periodic(kind=kind, label=label, schedule=schedule, catch_up=catch_up)
        return handler(kind, label=label, max_attempts=max_attempts)(run)

    return register


def afterwards(listener: Listener) -> Listener:
    """Register what is told of each job once it is done and committed; it must not fail."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def listeners() -> list[Listener]:
    """Give what is told of each job done."""
    return list(_listeners)


def handler_of(kind: str) -> Handler:
    """Give the handler of a kind."""
    try:
        return _handlers[kind]
    except KeyError as error:
        raise UnknownKind(kind) from error


def periodics() -> list[Periodic]:
    """Give every periodic job, by kind."""
    return [_periodics[kind] for kind in sorted(_periodics)]


def forget(*kinds: str) -> None:
    """Take kinds out of the registry (a test that registered them)."""
    for kind in kinds:
        _handlers.pop(kind, None)
        _periodics.pop(kind, None)
