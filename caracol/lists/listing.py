"""What the page of a list shows around its table: views, columns, files, acts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from caracol.accounts.models import DefaultView, SavedView
from caracol.accounts.saved_views import tidy_query
from caracol.lists.asking import COLUMNS, SIZES, VIEW, Asked, may_use
from caracol.lists.bulk import BulkAct, acts_on
from caracol.lists.definition import Column, ListDefinition, roles_of
from caracol.lists.table import ListTable

NO_VIEW = "0"
_ASIDE = ("page", VIEW, "format", "toutes")


@dataclass(frozen=True)
class ViewLink:
    """A saved view as a link of the bar."""

    pk: int
    name: str
    url: str
    owner: str
    is_mine: bool
    is_shared: bool
    is_default: bool
    is_current: bool


@dataclass(frozen=True)
class ColumnChoice:
    """A column as the menu offers it."""

    key: str
    label: str
    is_shown: bool
    is_fixed: bool


def address_of(view: SavedView) -> str:
    """Return the address that a view opens, below the list's own."""
    query = QueryDict(view.query, mutable=True)
    if view.columns:
        query[COLUMNS] = ",".join(view.columns)
    query[VIEW] = str(view.pk)
    return f"?{query.urlencode(safe=',')}"


def views_of(user: Any, definition: ListDefinition) -> list[Any]:
    """Return the views of a list that the user may use, own ones first: two queries."""
    default = DefaultView.objects.filter(user=user, list_key=definition.key)
    views = SavedView.objects.visible_to(user).filter(list_key=definition.key)
    found: list[Any] = list(views.select_related("owner").order_by("name", "pk"))
    chosen = set(default.values_list("view_id", flat=True))
    for view in found:
        view.is_mine = view.owner_id == user.pk
        view.is_default = view.pk in chosen
    return sorted(found, key=lambda view: not view.is_mine)


def default_address(user: Any, definition: ListDefinition) -> str:
    """Return the address of the view that the user opens a list with, or nothing."""
    chosen = DefaultView.objects.filter(
        user=user, list_key=definition.key, view__in=SavedView.objects.visible_to(user)
    )
    found = chosen.select_related("view").first()
    return address_of(found.view) if found else ""


class Listing:
    """A list with what stands around it; parts are computed when a template asks for them."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.definition = asked.definition
        self.user = asked.reader.user
        self.path = reverse(self.definition.key)
        self.detail = ""
        """What the page says after the number of rows."""
        self.table = self._table()

    def _table(self) -> ListTable:
        ticks = bool(self.acts) or may_use(self.user, self.definition.ticked_key)
        table = ListTable(self.asked, ticks=ticks)
        table.paginate(page=self._page_within(table), per_page=self.asked.size)
        rows = list(table.page.object_list.data)
        table.lines = {line.pk: line for line in self.definition.lines(self.asked.reader, rows)}
        table.cells, table.addresses = self._cells(rows), self._cell_addresses()
        if not rows and self.definition.none_text and not self.is_filtered:
            table.empty_text = self.definition.none_text
        return table

    def _page_within(self, table: ListTable) -> int:
        if self.asked.page == 1:
            return 1
        last = -(-len(table.rows) // self.asked.size)
        return max(1, min(self.asked.page, last))

    def _cells(self, rows: list[Any]) -> dict[int, frozenset[str]]:
        """Return the cells the reader may edit: one query at most."""
        definition, user = self.definition, self.user
        shown = {column.key for column in self.asked.columns}
        keys = frozenset(key for key in definition.fields if key in shown)
        if not keys or not may_use(user, definition.cell_key):
            return {}
        roles = roles_of(definition.cell_key)
        ids = [row.pk for row in rows]
        if not user.roles <= roles:
            mine = definition.model._default_manager.filter(pk__in=ids).visible_to(user, roles)
            ids = list(mine.values_list("pk", flat=True))
        return dict.fromkeys(ids, keys)

    def _cell_addresses(self) -> dict[str, str]:
        if not self.definition.cell_key:
            return {}
        keys = self.definition.fields
        return {key: reverse(self.definition.cell_key, args=[0, key]) for key in keys}

    @property
    def form(self) -> Any:
        """The filters."""
        return self.asked.filter.form

    @cached_property
    def total(self) -> int:
        """How many rows the filters keep."""
        return int(self.table.page.paginator.count)

    @property
    def count_words(self) -> str:
        """How many rows there are, in words."""
        return self.definition.count_words(self.total)

    @cached_property
    def acts(self) -> list[BulkAct]:
        """The acts on several rows that the reader may do."""
        key = self.definition.bulk_key
        return acts_on(self.definition.key, self.user) if may_use(self.user, key) else []

    @property
    def bulk_url(self) -> str:
        """Where the rows chosen are sent."""
        return reverse(self.definition.bulk_key) if self.definition.bulk_key else ""

    @property
    def query(self) -> str:
        """The filters and the order, as an address says them."""
        return self.asked.without(*_ASIDE).urlencode(safe=",")

    @cached_property
    def export_url(self) -> str:
        """Where the file of the list is, as it is shown; empty without right or rows."""
        if not self.total or not may_use(self.user, self.definition.export_key):
            return ""
        return f"{reverse(self.definition.export_key)}?{self.query}"

    @property
    def choices(self) -> list[ColumnChoice]:
        """The columns to choose among: those shown in their order, then the others."""
        shown = list(self.asked.columns)
        others = [each for each in self.asked.known_columns.values() if each not in shown]
        return [self._choice(each, is_shown=each in shown) for each in (*shown, *others)]

    def _choice(self, column: Column, *, is_shown: bool) -> ColumnChoice:
        return ColumnChoice(column.key, column.label, is_shown, column.fixed)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """The words of the address that the menu of columns keeps."""
        return self._pairs(self.asked.without("page", COLUMNS, VIEW, "per_page"))

    def _pairs(self, query: QueryDict) -> list[tuple[str, str]]:
        return [(name, value) for name, values in query.lists() for value in values]

    @property
    def plain_url(self) -> str:
        """The same list with its own columns."""
        return f"?{self.asked.without('page', COLUMNS).urlencode() or f'{VIEW}={NO_VIEW}'}"

    @property
    def has_own_columns(self) -> bool:
        """Whether the columns are not those of the list."""
        return bool(self.asked.asked_keys)

    @property
    def sizes(self) -> list[tuple[int, bool]]:
        """The sizes of page to choose among."""
        return [(size, size == self.asked.size) for size in SIZES]

    @property
    def is_filtered(self) -> bool:
        """Whether the address says something that a view would keep."""
        return bool(tidy_query(self.query)) or self.has_own_columns

    @cached_property
    def views(self) -> list[ViewLink]:
        """The views of the bar."""
        current = self.asked.query.get(VIEW, "")
        return [
            ViewLink(
                pk=view.pk,
                name=view.name,
                url=address_of(view),
                owner=str(view.owner),
                is_mine=view.is_mine,
                is_shared=view.is_shared,
                is_default=view.is_default,
                is_current=str(view.pk) == current,
            )
            for view in views_of(self.user, self.definition)
        ]

    @property
    def current(self) -> ViewLink | None:
        """The view that the address comes from."""
        return next((view for view in self.views if view.is_current), None)

    @property
    def is_changed(self) -> bool:
        """Whether the address has moved away from its view."""
        return self.current is not None and _said(self.current.url) != _said(f"?{self.query}")

    @property
    def everything_url(self) -> str:
        """The list without any filter, whatever view it opens with."""
        return f"?{VIEW}={NO_VIEW}"


def _said(address: str) -> tuple[Any, ...]:
    query = QueryDict(address.removeprefix("?"))
    columns = query.get(COLUMNS, "")
    kept = QueryDict(tidy_query(address.removeprefix("?")))
    return (columns, sorted((name, tuple(kept.getlist(name))) for name in kept))
