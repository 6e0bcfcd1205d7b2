"""Registries by which a higher application shows itself on a lower one's pages.

Each application fills them from its own modules (tabs.py, search.py, worklist.py…), which
`autodiscover` imports once all applications are ready.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

MODULES = ("papers", "tabs", "search", "worklist", "impacts", "handlers", "history")


@dataclass(frozen=True)
class Tab:
    """A tab of a person's or a home's page, loaded from `url_name` with the subject's pk."""

    subject: str
    label: str
    url_name: str
    page_key: str
    order: int = 50


@dataclass(frozen=True)
class SearchHit:
    """One answer of the Ctrl-K search."""

    group: str
    label: str
    detail: str
    url: str
    icon: str = "search"


@dataclass(frozen=True)
class WorkItem:
    """One line of « Aujourd'hui »: what, why, until when, what happens if nothing is done."""

    kind: str
    title: str
    why: str
    url: str
    due_on: date | None = None
    otherwise: str = ""
    tone: str = "info"
    amount: Decimal | None = None
    territory: str = ""


@dataclass(frozen=True)
class WorkGroup:
    """A block of « Aujourd'hui »: its first lines, how many there are, where all of them are."""

    code: str
    title: str
    icon: str
    total: int
    items: list[WorkItem] = field(default_factory=list)
    url: str = ""
    order: int = 50
    empty: str = ""


SearchProvider = Callable[[Any, str, int], Iterable[SearchHit]]
WorkProvider = Callable[[Any, date], "WorkGroup | None"]

tabs: list[Tab] = []
search_providers: dict[str, SearchProvider] = {}
work_providers: dict[str, WorkProvider] = {}


def register_tab(tab: Tab) -> None:
    """Hang a tab on a lower application's page, once."""
    if tab not in tabs:
        tabs.append(tab)


def tabs_for(subject: str) -> list[Tab]:
    """Return the tabs of a subject ("person", "home") in order."""
    return sorted((tab for tab in tabs if tab.subject == subject), key=lambda tab: tab.order)


def search_provider(code: str) -> Callable[[SearchProvider], SearchProvider]:
    """Register a function (user, words, limit) → hits the user may see."""

    def register(function: SearchProvider) -> SearchProvider:
        search_providers[code] = function
        return function

    return register


def work_provider(code: str) -> Callable[[WorkProvider], WorkProvider]:
    """Register a function (user, today) → the group of « Aujourd'hui », or None without right."""

    def register(function: WorkProvider) -> WorkProvider:
        work_providers[code] = function
        return function

    return register
