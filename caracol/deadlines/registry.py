"""What must not be forgotten: each application declares its kinds of deadlines here.

An application's `deadlines.py` declares a kind beside the function that finds its facts:

    @deadline_kind("residents.contract-end", domain=Domain.STAY, subject=Subject.CONTRACT, …)
    def contract_ends(day: date) -> Iterator[Fact]: ...

The function reads every row concerned on a day and yields a fact for each, in a fixed number of
queries. Lead times, audience, escalation and wording are dated data (`DeadlineRule`); what is
declared here is what the direction cannot change: where the facts come from, where one acts, and
who may know of them at most.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from caracol.accounts.enums import Role
from caracol.deadlines.enums import Domain, Subject

TASK = "tasks.task"


class Fact(NamedTuple):
    """Something due: `key` names the fact it comes from, so that a moved day moves the deadline.

    `about` names whom or what it is about, with nothing that the least of its readers may not
    know. `why` and `otherwise` stand in place of the rule's words when this row says more.
    """

    key: str
    subject_id: int
    about: str
    due_on: date
    territory_id: int | None = None
    person_id: int | None = None
    contract_id: int | None = None
    home_id: int | None = None
    site_id: int | None = None
    opens_on: date | None = None
    why: str = ""
    otherwise: str = ""
    url_arg: str = ""


Facts = Callable[[date], Iterable[Fact]]


@dataclass(frozen=True)
class DeadlineKind:
    """A kind of deadline, as its application declares it.

    `readers`: who may know of it at most, whatever the direction says. `is_sensitive`: its very
    name tells something of a person, so that no e-mail says it. `is_procedural`: its day moves to
    the next working day. `settled`: what it means that its source is gone. `message`: the standard
    message by which one writes to the person about it.
    """

    code: str
    domain: Domain
    subject: Subject
    readers: frozenset[Role]
    facts: Facts
    url_name: str
    settled: str
    icon: str = "calendar-due"
    button: str = "Ouvrir"
    is_sensitive: bool = False
    is_procedural: bool = False
    message: str = ""


_kinds: dict[str, DeadlineKind] = {}


def deadline_kind(code: str, **said: Any) -> Callable[[Facts], Facts]:
    """Register the decorated function as what finds the facts of a kind."""

    def register(function: Facts) -> Facts:
        _kinds[code] = DeadlineKind(code=code, facts=function, **said)
        return function

    return register


def kinds() -> list[DeadlineKind]:
    """Return every kind, by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def kind_of(code: str) -> DeadlineKind | None:
    """Return a kind by its code, or None when no installed application has it."""
    return _kinds.get(code)


def forget(code: str) -> None:
    """Take a kind out of the registry (a test that registered it)."""
    _kinds.pop(code, None)


@dataclass(frozen=True)
class Places:
    """What the layer of homes tells this one: whose homes and sites are a mission officer's.

    Each function returns something for `…__in`; `names` the homes a user may filter by.
    """

    own_homes: Callable[[Any], Any]
    own_sites: Callable[[Any], Any]
    names: Callable[[Any], list[tuple[int, str]]]


_places: list[Places] = []


def register_places(places: Places) -> None:
    """Let the layer of homes say which are whose."""
    _places[:] = [places]


def places() -> Places | None:
    """Return what the layer of homes said, if it is installed."""
    return _places[0] if _places else None
