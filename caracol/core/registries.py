"""Registries by which a higher application shows itself on a lower one's pages.

Each application fills them from its own modules (tabs.py, search.py, worklist.py…), which
`autodiscover` imports once all applications are ready.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

MODULES = (
    *("papers", "tabs", "search", "worklist", "measures", "impacts", "handlers", "history"),
    *("deadlines", "lists"),
)


@dataclass(frozen=True)
class Tab:
    """A tab of the page of a person, a home or a contract, at `url_name` with the subject's pk.

    The address answers a whole page whose part `#onglet` holds the tabs and their content; htmx
    takes that part alone, and the page works without it.
    """

    subject: str
    label: str
    url_name: str
    page_key: str
    order: int = 50
    fits: Callable[[Any], bool] | None = None
    """Whether a subject has anything to show there; always, when nothing says."""


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
    button: str = "Ouvrir"


@dataclass(frozen=True)
class WorkGroup:
    """A block of « Aujourd'hui »: its first lines, how many there are, where all of them are.

    What all its lines say alike is said once, in `note`.
    """

    code: str
    title: str
    icon: str
    total: int
    items: list[WorkItem] = field(default_factory=list)
    url: str = ""
    order: int = 50
    note: str = ""

    @property
    def is_urgent(self) -> bool:
        """Whether something of it is late or grave: first, and never folded."""
        return any(item.tone == "danger" for item in self.items)


@dataclass(frozen=True)
class Act:
    """Something one may do, found by Ctrl-K: its words, its page, its line in the rights table."""

    label: str
    url_name: str
    detail: str = ""
    words: str = ""
    icon: str = "bolt"
    query: str = ""
    order: int = 50
    """Its rank among those offered before anything is typed."""


@dataclass(frozen=True)
class KeyFigure:
    """One figure at the top of « Aujourd'hui », with the page that makes it."""

    label: str
    value: Any
    hint: str = ""
    url: str = ""
    tone: str = ""
    order: int = 50


@dataclass(frozen=True)
class Measure:
    """An amount that a higher application knows about a lower one's rows ("person", "contract").

    `expression(user, roles)` returns the SQL expression that annotates a queryset of the
    subject, limited to what the user sees through these roles.
    """

    subject: str
    code: str
    label: str
    expression: Callable[[Any, frozenset[Any]], Any]


SearchProvider = Callable[[Any, str, int], Iterable[SearchHit]]
WorkProvider = Callable[[Any, date], "WorkGroup | None"]
FigureProvider = Callable[[Any, date], Iterable[KeyFigure]]

tabs: list[Tab] = []
search_providers: dict[str, SearchProvider] = {}
work_providers: dict[str, WorkProvider] = {}
figure_providers: dict[str, FigureProvider] = {}
acts: list[Act] = []
measures: dict[tuple[str, str], Measure] = {}


def register_tab(tab: Tab) -> None:
    """Hang a tab on a lower application's page, once."""
    if tab not in tabs:
        tabs.append(tab)


def tabs_for(subject: str) -> list[Tab]:
    """Return the tabs of a subject ("person", "home", "contract") in order."""
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


def figure_provider(code: str) -> Callable[[FigureProvider], FigureProvider]:
    """Register a function (user, today) → the key figures the user may see."""

    def register(function: FigureProvider) -> FigureProvider:
        figure_providers[code] = function
        return function

    return register


def register_act(act: Act) -> None:
    """Let the search offer an act, once, to whoever the rights table lets do it."""
    if act not in acts:
        acts.append(act)


def register_measure(measure: Measure) -> None:
    """Let a lower application's lists show an amount."""
    measures[measure.subject, measure.code] = measure


def measure_of(subject: str, code: str) -> Measure | None:
    """Return a measure, or None when no installed application knows it."""
    return measures.get((subject, code))


@dataclass(frozen=True)
class AdminFigure:
    """One figure of the first page of the administration, and the page that says more."""

    label: str
    value: Any
    hint: str = ""
    url: str = ""
    tone: str = ""
    order: int = 50


AdminFigureProvider = Callable[[Any], Iterable[AdminFigure]]
admin_figures: dict[str, AdminFigureProvider] = {}


def admin_figure_provider(code: str) -> Callable[[AdminFigureProvider], AdminFigureProvider]:
    """Register a function (now) → figures for the direction."""

    def register(function: AdminFigureProvider) -> AdminFigureProvider:
        admin_figures[code] = function
        return function

    return register


Arrival = Callable[[Any], None]

arrivals: list[Arrival] = []


def on_arrival(function: Arrival) -> Arrival:
    """Register what an application does for a person awaited who has come: function(user)."""
    if function not in arrivals:
        arrivals.append(function)
    return function
