"""A list as an address asks for it: filters, order, columns, size of page."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from django.http import QueryDict

from caracol.core.pages import policy
from caracol.lists.definition import Column, ListDefinition, Reader, roles_of

COLUMNS = "cols"
VIEW = "vue"
SIZES = (25, 50, 100, 200)
CUT = 500
_LAST_PAGE = 100_000


class Asked:
    """A list, for a reader, as the address says. Everything is computed when it is asked for."""

    def __init__(self, definition: ListDefinition, reader: Reader, query: QueryDict) -> None:
        self.definition = definition
        self.reader = reader
        self.query = query

    @cached_property
    def known_columns(self) -> dict[str, Column]:
        """The columns the reader may choose among, by key."""
        return {each.key: each for each in self.definition.columns_for(self.reader)}

    @cached_property
    def asked_keys(self) -> tuple[str, ...]:
        """The columns that the address names and the reader may see, in its order."""
        said = [key for text in self.query.getlist(COLUMNS) for key in text.split(",")]
        return tuple(dict.fromkeys(key for key in said if key in self.known_columns))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns shown: those asked for, else those of the list; the fixed ones first."""
        keys = self.asked_keys or self.definition.default_columns(self.reader)
        fixed = [each.key for each in self.known_columns.values() if each.fixed]
        missing = [key for key in fixed if key not in keys]
        return tuple(self.known_columns[key] for key in (*missing, *keys))

    @cached_property
    def sort(self) -> str:
        """The column sorted by ("-end": from the last), empty for the list's own order."""
        text = self.query.get("sort", "")
        column = self.known_columns.get(text.removeprefix("-"))
        return text if column is not None and column.sort else ""

    @cached_property
    def size(self) -> int:
        """How many rows a page has."""
        text = self.query.get("per_page", "")
        return int(text) if text in {str(size) for size in SIZES} else SIZES[1]

    @cached_property
    def page(self) -> int:
        """The page asked for; 1 for anything else."""
        text = self.query.get("page", "")
        return int(text) if text.isdecimal() and 0 < int(text) < _LAST_PAGE else 1

    @cached_property
    def filter(self) -> Any:
        """The filters, over what the reader sees."""
        rows = self.definition.rows(self.reader, self.sort)
        return self.definition.filter(self.reader, self.query or None, rows)

    @cached_property
    def found(self) -> Any:
        """The rows that the filters keep, in the order asked for."""
        rows = self.definition.order(self.reader, self.filter.qs)
        return rows.order_by(*self.sort_names) if self.sort else rows

    @property
    def sort_names(self) -> list[str]:
        """What the database sorts by."""
        names = self.known_columns[self.sort.removeprefix("-")].sort
        if not self.sort.startswith("-"):
            return list(names)
        return [name[1:] if name.startswith("-") else f"-{name}" for name in names]

    def ids(self) -> list[int]:
        """Return the rows found, by their numbers."""
        return list(self.found.values_list("pk", flat=True))

    def all_lines(self) -> Iterator[Any]:
        """Yield every line found, in order, some hundreds of rows at a time."""
        ids = self.ids()
        for start in range(0, len(ids), CUT):
            some = ids[start : start + CUT]
            rows = {row.pk: row for row in self.found.filter(pk__in=some)}
            kept = [rows[pk] for pk in some if pk in rows]
            yield from self.definition.lines(self.reader, kept)

    def without(self, *names: str) -> QueryDict:
        """Return the address without some of its words."""
        kept = self.query.copy()
        for name in names:
            kept.pop(name, None)
        return kept


def asked_by(user: Any, definition: ListDefinition, query: QueryDict, key: str, day: Any) -> Asked:
    """Return a list as asked by a user through the page of a key."""
    return Asked(definition, Reader(user, roles_of(key), day), query)


def may_use(user: Any, key: str) -> bool:
    """Whether the user may do what a page of a list does."""
    return bool(key) and policy().may(user, key)
