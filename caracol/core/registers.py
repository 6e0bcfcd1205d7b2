"""Registers: reference data that goes out to a file and comes back, checked, all or nothing.

`Register` is a django-import-export resource with French headings and typed cells; what cannot be
read says its column and how to mend it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from import_export import fields, resources, widgets
from import_export.instance_loaders import BaseInstanceLoader
from import_export.results import RowResult
from tablib import Dataset

from caracol.core import export
from caracol.core.sheetfiles import SheetFile
from caracol.core.text import plain


# --- Cells ----------------------------------------------------------------------------------------
class Text(widgets.Widget):
    """A text, its ends trimmed."""

    kind: export.Kind = "text"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Read a cell."""
        return str(value or "").strip()

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Give a file its typed value."""
        return value


class Day(Text):
    """A day, or nothing."""

    kind: export.Kind = "date"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Read 31/12/2026 or 2026-12-31."""
        text = str(value or "").strip()
        if not text:
            return None
        for form in ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y"):
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
            except ValueError:
                continue
        raise ValueError(f"« {text} » n'est pas une date. Écrivez-la 31/12/2026.")


class Amount(Text):
    """A decimal number, or nothing."""

    kind: export.Kind = "money"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Read 1 234,56 or 1234.56."""
        text = str(value or "").replace("€", "").translate(_SPACES).replace(",", ".")
        if not text:
            return None
        try:
            return Decimal(text).quantize(Decimal("0.01"))
        except InvalidOperation:
            raise ValueError(f"« {value} » n'est pas un nombre. Écrivez-le 1 234,56.") from None


_SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\t")


class Whole(Text):
    """A whole number, or nothing."""

    kind: export.Kind = "number"

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Read 12."""
        text = str(value or "").translate(_SPACES)
        if not text:
            return None
        if not text.lstrip("-").isdigit():
            raise ValueError(f"« {value} » n'est pas un nombre entier. Écrivez 12, par exemple.")
        return int(text)


class Choice(Text):
    """One of some words, written in French."""

    def __init__(self, choices: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self._labels = {value: str(label) for value, label in choices}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Read a word of the list, whatever its accents and capitals."""
        wanted = plain(str(value or "").strip())
        if not wanted:
            return ""
        for code, label in self._labels.items():
            if wanted in {plain(label), plain(code)}:
                return code
        known = ", ".join(f"« {label} »" for label in self._labels.values() if label)
        raise ValueError(f"« {value} » n'est pas dans la liste. Écrivez {known}.")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Write the French word."""
        return self._labels.get(value, "")


class Linked(Text):
    """Another register's row, by its code."""

    def __init__(self, model: type[models.Model], field: str = "code") -> None:
        super().__init__()
        self._model, self._field = model, field
        self._known: dict[str, Any] | None = None

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """Find the row of a code."""
        text = str(value or "").strip()
        if not text:
            return None
        if self._known is None:
            rows = self._model._default_manager.all()
            self._known = {str(getattr(row, self._field)): row for row in rows}
        found = self._known.get(text)
        if found is None:
            name = self._model._meta.verbose_name
            raise ValueError(
                f"Aucun {name} « {text} ». Corrigez, ou importez d'abord le registre qui le crée."
            )
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """Write the code."""
        return "" if value is None else str(getattr(value, self._field))


def column(heading: str, attribute: str, widget: Text | None = None) -> fields.Field:
    """Declare a column: its French heading, the attribute it fills, how its cells are read."""
    return fields.Field(attribute=attribute, column_name=heading, widget=widget or Text())


# --- The resource ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class CellChange:
    """A cell before and after."""

    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether it changes."""
        return self.before != self.after


class _Changes(resources.Diff):
    """What a row becomes, as values: the page draws it."""

    def as_html(self) -> list[CellChange]:
        """Return the cells before and after; a new row has no before."""
        pairs = zip(self.left, self.right, strict=True)
        return [CellChange("" if self.new else shown(b), shown(a)) for b, a in pairs]


def shown(value: Any) -> str:
    """Write a value as a page shows it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    return str(value)


class KnownRows(BaseInstanceLoader):
    """Finds the row that a line is about, among all of them read once."""

    def __init__(self, resource: Any, dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        self._keys = [resource.fields[name] for name in resource.get_import_id_fields()]
        rows = resource.get_queryset()
        self._rows = {self._key_of(row): row for row in rows}

    def _key_of(self, row: Any) -> tuple[Any, ...]:
        return tuple(field.get_value(row) for field in self._keys)

    def get_instance(self, row: Any) -> Any:
        """Return the row, or None when the line brings a new one."""
        return self._rows.get(tuple(field.clean(row) for field in self._keys))


class Register(resources.ModelResource):
    """A resource of ours; `Meta` names the model and, by attribute, what recognises a row."""

    required: ClassVar[tuple[str, ...]] = ()
    """Attributes without whose column nothing is read."""

    class Meta:
        abstract = True
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        store_instance = True
        instance_loader_class = KnownRows

    @classmethod
    def get_diff_class(cls) -> type[resources.Diff]:
        """Compare by values."""
        return _Changes

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Leave the sequences alone: no line names its own number, and the role may not."""

    def for_delete(self, row: Any, instance: Any) -> bool:
        """Delete nothing."""
        return False

    @property
    def headings(self) -> dict[str, str]:
        """The headings by attribute."""
        return {field.attribute: field.column_name for field in self.get_import_fields()}

    def kinds(self) -> list[export.Column]:
        """Return the columns of an export."""
        return [
            export.Column(field.column_name, getattr(field.widget, "kind", "text"))
            for field in self.get_import_fields()
        ]

    def rows(self, queryset: models.QuerySet) -> list[list[Any]]:
        """Return the rows of an export, typed."""
        return [[field.export(row) for field in self.get_import_fields()] for row in queryset]


# --- Reading a file -------------------------------------------------------------------------------
@dataclass(frozen=True)
class RowFault:
    """What is wrong with a line of the file, and how to mend it."""

    line: int
    heading: str
    message: str


@dataclass(frozen=True)
class RowPlan:
    """What a line of the file does."""

    line: int
    act: str
    cells: list[CellChange]


@dataclass(frozen=True)
class Reading:
    """What a file would do, or did."""

    headings: list[str]
    plans: list[RowPlan]
    faults: list[RowFault]

    def count(self, act: str) -> int:
        """How many lines do this ("new", "update", "skip")."""
        return sum(plan.act == act for plan in self.plans)


def matched(register: Register, table: SheetFile) -> tuple[Dataset, list[RowFault]]:
    """Return the file as the resource reads it, headings recognised whatever their accents."""
    known = {plain(name).strip(): name for name in register.headings.values()}
    found = [known.get(plain(name).strip(), "") for name in table.headings]
    faults = [
        RowFault(1, name, "Cette colonne n'est pas connue. Retirez-la, ou reprenez le modèle.")
        for name, match in zip(table.headings, found, strict=True)
        if name and not match
    ]
    for attribute in register.required:
        heading = register.headings[attribute]
        if heading not in found:
            faults.append(RowFault(1, heading, "Cette colonne manque. Reprenez le modèle."))
    if len({name for name in found if name}) < len([name for name in found if name]):
        faults.append(RowFault(1, "", "Deux colonnes portent le même nom. N'en gardez qu'une."))
    kept = [index for index, name in enumerate(found) if name]
    dataset = Dataset(headers=[found[index] for index in kept])
    for row in table.rows:
        dataset.append([row[index] for index in kept])
    return dataset, faults


def read(register: Register, table: SheetFile, *, user: Any, dry_run: bool) -> Reading:
    """Say what a file does line by line; with `dry_run=False` do it, all or nothing."""
    dataset, faults = matched(register, table)
    headings = list(register.headings.values())
    if faults:
        return Reading(headings, [], faults)
    faults += _doubles(register, dataset, table)
    result = register.import_data(
        dataset,
        dry_run=dry_run or bool(faults),
        raise_errors=False,
        use_transactions=True,
        rollback_on_validation_errors=True,
        user=user,
    )
    plans = []
    for row, line in zip(result.rows, table.lines, strict=False):
        faults += [RowFault(line, *fault) for fault in _faults_of(register, row)]
        if row.is_valid():
            plans.append(RowPlan(line, row.import_type, row.diff or []))
    faults += [RowFault(1, "", str(error.error)) for error in result.base_errors]
    return Reading(headings, plans, faults)


def _doubles(register: Register, dataset: Dataset, table: SheetFile) -> list[RowFault]:
    """Find two lines of the file about the same row."""
    names = [register.headings[key] for key in register.get_import_id_fields()]
    if not set(names) <= set(dataset.headers or ()):
        return []
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for row, line in zip(dataset.dict, table.lines, strict=False):
        key = tuple(plain(row[name]) for name in names)
        if key in seen:
            said = f"La ligne {seen[key]} parle déjà de la même chose. N'en gardez qu'une."
            faults.append(RowFault(line, names[0], said))
        seen.setdefault(key, line)
    return faults


def _faults_of(register: Register, row: RowResult) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if row.validation_error is not None:
        found += _said(register, row.validation_error)
    for error in row.errors:
        message = getattr(error.error, "message", "")
        if isinstance(error.error, ValueError):
            message = str(error.error)
        found.append(("", message or "Cette ligne contredit ce qui est déjà enregistré."))
    return found


def _said(register: Register, error: ValidationError) -> Iterable[tuple[str, str]]:
    if not hasattr(error, "error_dict"):
        return [("", message) for message in error.messages]
    name: Callable[[str], str] = lambda key: (  # noqa: E731
        "" if key == NON_FIELD_ERRORS else register.headings.get(key, key)
    )
    return [(name(key), message) for key, said in error.message_dict.items() for message in said]
