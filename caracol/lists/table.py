"""The table of any list: the columns asked for, over lines by right."""

from collections.abc import Mapping
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caracol.lists.asking import Asked
from caracol.lists.definition import Column
from caracol.ui import atoms

_SELECT = {"th": {"class": "select"}, "td": {"class": "select"}}


class LineColumn(tables.Column):
    """A column that draws lines."""

    def __init__(self, spec: Column) -> None:
        css = {"class": spec.css} if spec.css else {}
        super().__init__(
            spec.label,
            empty_values=(),
            orderable=bool(spec.sort),
            order_by=spec.sort or None,
            attrs={"td": css, "th": {"class": spec.css.replace("lead", "").strip()}},
        )
        self.spec = spec

    def render(self, record: Any, table: Any) -> Any:
        """Draw the cell, with the way to edit it."""
        line = table.lines[record.pk]
        shown = self.spec.cell(line)
        url = table.edit_url(self.spec.key, record.pk)
        if not url:
            return shown
        return editable(shown, url, f"{self.spec.label} de {table.label_of(line)}")


def editable(shown: Any, url: str, what: str) -> SafeString:
    """Return a cell's content beside the pencil that edits it."""
    return format_html(
        '<span class="cell-edit" data-cell>{}<a class="cell-pencil" href="{}" data-cell-edit '
        'aria-label="Modifier : {}" title="Modifier">{}</a></span>',
        shown, url, what, atoms.icon("pencil"),
    )  # fmt: skip


class TickColumn(tables.Column):
    """A box to choose the row."""

    def __init__(self) -> None:
        header = SafeString(
            '<input type="checkbox" class="form-check-input" data-select-all '
            'aria-label="Tout choisir sur cette page">'
        )
        super().__init__(header, empty_values=(), orderable=False, attrs=_SELECT)

    def render(self, record: Any, table: Any) -> SafeString:
        """Draw the box, named by its row."""
        return format_html(
            '<input type="checkbox" class="form-check-input" form="bulk" name="ids" value="{}" '
            'aria-label="Choisir {}">',
            record.pk,
            table.label_of(table.lines[record.pk]),
        )


class ListTable(tables.Table):
    """One row a line; sorted and cut into pages by the database."""

    def __init__(self, asked: Asked, *, ticks: bool) -> None:
        extra: list[tuple[str, tables.Column]] = [("select", TickColumn())] if ticks else []
        extra += [(spec.key, LineColumn(spec)) for spec in asked.columns]
        definition = asked.definition
        super().__init__(
            asked.found,
            extra_columns=extra,
            sequence=[key for key, _column in extra],
            order_by=asked.sort,
            attrs={"caption": definition.title},
            empty_text=definition.empty_text,
            row_attrs={"data-row": lambda record: record.pk},
        )
        self.asked = asked
        self.lines: Mapping[int, Any] = {}
        self.cells: Mapping[int, frozenset[str]] = {}
        self.addresses: Mapping[str, str] = {}
        self.label_of = definition.label_of

    def edit_url(self, key: str, pk: int) -> str:
        """Return where a cell is edited; nothing when it is not."""
        if key not in self.cells.get(pk, ()):
            return ""
        return self.addresses[key].replace("/0/", f"/{pk}/", 1)
