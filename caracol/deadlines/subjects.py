"""Whom an appointment or a task may be about, as the layers that hold people and homes tell it.

Each layer registers what this one may ask of it. All are answered by right: a name that the user
may not read is a room, or is not there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from caracol.core.text import sort_key


class Named(NamedTuple):
    """A person or a home as a user may know it."""

    pk: int
    label: str
    url: str


@dataclass(frozen=True)
class Subjects:
    """What a layer tells of its rows.

    `find(user, words)` answers a search; `named(user, ids)` gives those that the user sees;
    `territory(pk)` says in which territory one is; `names()` is every word of their names, by
    which words typed freely are kept from telling who somebody is.
    """

    find: Callable[[Any, str], list[Named]]
    named: Callable[[Any, Iterable[int]], Mapping[int, Named]]
    territory: Callable[[int], int | None]
    names: Callable[[], Iterable[str]] | None = None


_known: dict[str, Subjects] = {}

PERSON, CONTRACT, HOME = "person", "contract", "home"


def register_subjects(code: str, subjects: Subjects) -> None:
    """Let a layer say whom, or what, appointments and tasks may be about."""
    _known[code] = subjects


def subjects(code: str) -> Subjects | None:
    """Return what a layer said, if it is installed."""
    return _known.get(code)


SHORTEST = 3


def names_of_people() -> frozenset[str]:
    """Return the words of the names of all people, as `sort_key` writes them: one query."""
    known = _known.get(PERSON)
    words = known.names() if known and known.names else ()
    return frozenset(word for word in words if len(word) >= SHORTEST)


def bears_a_name(text: str, names: frozenset[str]) -> bool:
    """Whether words typed freely may tell who somebody is."""
    return not names.isdisjoint(sort_key(text).split())


def named(code: str, user: Any, ids: Iterable[int | None]) -> Mapping[int, Named]:
    """Return the people or homes of these numbers that the user sees: a fixed number of queries."""
    known, wanted = _known.get(code), {pk for pk in ids if pk}
    return known.named(user, wanted) if known and wanted else {}
