"""What a list is: its columns, what each needs to be known, its rows and its lines by right.

An application describes its lists in `lists.py` and registers them; pages, exports, saved views,
bulk acts and cells to edit all read the same description.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from caracol.accounts.policy import PAGES
from caracol.core.export import Kind


@dataclass(frozen=True)
class Reader:
    """Who reads a list, through which roles, on which day."""

    user: Any
    roles: frozenset[Any]
    day: date


@dataclass(frozen=True)
class Part:
    """A column of the exported file."""

    heading: str
    value: Callable[[Any], Any]
    kind: Kind = "text"


@dataclass(frozen=True)
class Column:
    """A column of the screen, and what it becomes in a file.

    `need`: the fact without which it does not exist for the reader. `shown`: there without being
    asked for. `fixed`: never taken away. `sort`: what the database sorts by.
    """

    key: str
    label: str
    cell: Callable[[Any], Any]
    parts: tuple[Part, ...] = ()
    sort: tuple[str, ...] = ()
    need: str = ""
    css: str = ""
    shown: bool = True
    fixed: bool = False


class ListDefinition:
    """One list. Subclasses say their rows, their filters and their lines."""

    key: ClassVar[str]
    """The address of the page, and its line in the rights table."""
    export_key: ClassVar[str] = ""
    cell_key: ClassVar[str] = ""
    bulk_key: ClassVar[str] = ""
    ticked_key: ClassVar[str] = ""
    """A page of its own that takes the rows ticked, where an act needs more than a BulkAct."""
    title: ClassVar[str]
    noun: ClassVar[tuple[str, str]]
    file_stem: ClassVar[str]
    feminine: ClassVar[bool] = False
    empty_text: ClassVar[str] = "Rien ne correspond à ces filtres"
    none_text: ClassVar[str] = ""
    """What is said when there is nothing and nothing filters: what will appear, and from where."""
    about_people: ClassVar[bool] = False
    """Whether an export of it takes people's facts out of the house."""
    columns: ClassVar[tuple[Column, ...]] = ()
    fields: ClassVar[Mapping[str, Any]] = {}
    """Cells to edit, by column (`caracol.lists.fields.EditableField`)."""
    model: ClassVar[Any] = None
    related: ClassVar[tuple[str, ...]] = ()
    """What editable fields read of other rows."""

    def known(self, reader: Reader) -> frozenset[str]:
        """Return the facts that the reader may know of some row at least."""
        return frozenset()

    def columns_for(self, reader: Reader) -> tuple[Column, ...]:
        """Return the columns that the reader may choose among."""
        known = self.known(reader)
        return tuple(each for each in self.columns if not each.need or each.need in known)

    def default_columns(self, reader: Reader) -> tuple[str, ...]:
        """Return the columns shown when none is asked for."""
        return tuple(each.key for each in self.columns_for(reader) if each.shown)

    def rows(self, reader: Reader, sort: str) -> Any:
        """Return every row the reader sees, annotated for the filters and this order."""
        raise NotImplementedError

    def filter(self, reader: Reader, query: Any, rows: Any) -> Any:
        """Return the filters over these rows: an object with `form` and `qs`."""
        raise NotImplementedError

    def order(self, reader: Reader, rows: Any) -> Any:
        """Return the rows in their own order, when no column is asked for."""
        return rows.order_by("pk")

    def lines(self, reader: Reader, rows: Sequence[Any]) -> Iterable[Any]:
        """Return the lines of a page of rows, reduced to what the reader may know.

        A line has a `pk` and a `url`; a fixed number of queries.
        """
        raise NotImplementedError

    def label_of(self, line: Any) -> str:
        """Name a line: what screen readers hear beside its tick box."""
        return str(line.pk)

    def count_words(self, number: int) -> str:
        """Say how many rows there are: "3 contrats"."""
        return f"{number} {self.noun[number > 1]}"


_lists: dict[str, ListDefinition] = {}


def register(definition: ListDefinition) -> ListDefinition:
    """Let a list be found by its key."""
    _lists[definition.key] = definition
    return definition


def list_of(key: str) -> ListDefinition | None:
    """Return a list by its key, or None when no installed application has it."""
    return _lists.get(key)


def lists() -> list[ListDefinition]:
    """Return every list, by key."""
    return [_lists[key] for key in sorted(_lists)]


def roles_of(key: str) -> frozenset[Any]:
    """Return the roles that open a page of a list."""
    return frozenset(PAGES.get(key, frozenset()))
