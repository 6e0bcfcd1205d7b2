"""What a workbook would change: row by row, new, changed, unchanged or missing. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from caracol.core.money import ZERO, euros
from caracol.core.text import plain
from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.columns import Sheet
from caracol.takeover.rows import BalanceRow, ContractRow, ResidentRow, key
from caracol.takeover.sheets import SHEETS

# Codes of other rows, and what the database may write another way without meaning another thing.
_BY_KEY = {"code", "reference", "number", "site", "home", "room", "resident", "contract"}
_BY_WORDS = {"owner", "territory"}
_MASKED = {"iban"}
# Facts already posted in the ledger, whose entries are never rewritten.
POSTED = {"Soldes": {"date", "solde_du"}, "Contrats": {"depot", "aide_logement"}}


class Change(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MISSING = "missing"


@dataclass(frozen=True)
class Line:
    """One row: what becomes of it, and each column's old and new value."""

    sheet: str
    key: str
    label: str
    row: int
    change: Change
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the line as JSON values."""
        return {
            "sheet": self.sheet,
            "label": self.label,
            "row": self.row,
            "change": str(self.change),
            "columns": [[name, old, new] for name, (old, new) in self.columns.items()],
        }


@dataclass(frozen=True)
class Difference:
    """All the lines, and the workbook's rows by sheet and key."""

    shelves: Mapping[str, Mapping[str, Any]]
    lines: list[Line]

    def count(self, change: Change) -> int:
        """Return how many rows have this fate."""
        return sum(line.change is change for line in self.lines)

    def by_sheet(self) -> dict[str, dict[str, int]]:
        """Return the counts of each fate, sheet by sheet."""
        counts = {sheet.name: Counter[str]() for sheet in SHEETS}
        for line in self.lines:
            counts[line.sheet][str(line.change)] += 1
        return {
            name: {str(change): sheet[str(change)] for change in Change}
            for name, sheet in counts.items()
        }

    def touched(self, sheet: str) -> dict[str, Any]:
        """Return the workbook's rows of a sheet that are new or changed, by key."""
        wanted = (Change.NEW, Change.CHANGED)
        return {
            line.key: self.shelves[sheet][line.key]
            for line in self.lines
            if line.sheet == sheet and line.change in wanted
        }

    def rows(self, sheet: str, change: Change) -> dict[str, Any]:
        """Return the workbook's rows of a sheet that have this fate, by key."""
        return {
            line.key: self.shelves[sheet][line.key]
            for line in self.lines
            if line.sheet == sheet and line.change is change
        }

    @property
    def writes(self) -> bool:
        """Whether taking over would write anything."""
        return any(line.change in (Change.NEW, Change.CHANGED) for line in self.lines)

    @property
    def rewritten_facts(self) -> list[Line]:
        """The changed rows that touch what the ledger has posted."""
        return [
            line
            for line in self.lines
            if line.change is Change.CHANGED and POSTED.get(line.sheet, set()) & set(line.columns)
        ]

    @property
    def told(self) -> list[dict[str, Any]]:
        """The lines worth showing one by one: all but the unchanged ones."""
        return [line.as_json() for line in self.lines if line.change is not Change.UNCHANGED]

    @property
    def digest(self) -> str:
        """A short name of the difference: two equal ones have the same."""
        return hashlib.sha256(json.dumps(self.told).encode()).hexdigest()


def compare(book: CheckedBook, known: Mapping[str, Mapping[str, Any]]) -> Difference:
    """Return what the workbook would change in what is known."""
    shelves = _shelves(book)
    lines: list[Line] = []
    for sheet in SHEETS:
        mine, theirs = shelves[sheet.name], known[sheet.name]
        lines += [_line(sheet, code, row, theirs.get(code)) for code, row in mine.items()]
        lines += [
            Line(sheet.name, code, _label(sheet, row), 0, Change.MISSING)
            for code, row in theirs.items()
            if code not in mine
        ]
    return Difference(shelves, lines)


def _shelves(book: CheckedBook) -> dict[str, dict[str, Any]]:
    """Return the workbook's rows by sheet and key, as they would be kept."""
    held: set[str] = set()
    balances: dict[str, Any] = {
        code: book.balances.get(code)
        or BalanceRow(row=row.row, contract=row.number, on=book.rows.taken_on, owed=ZERO)
        for code, row in book.contracts.items()
    }
    return {
        "Association": {"": book.association} if book.rows.associations else {},
        "Sites": dict(book.sites),
        "Colocations": dict(book.homes),
        "Chambres": dict(book.rooms),
        "Residents": {code: _kept_resident(row, held) for code, row in book.residents.items()},
        "Contrats": {code: _kept_contract(row) for code, row in book.contracts.items()},
        "Assurances": dict(book.insurances),
        "Soldes": balances,
    }


def _kept_resident(row: ResidentRow, held: set[str]) -> ResidentRow:
    """Leave out a date without its permit or request, and a request another person has."""
    number = "" if row.request_number in held else row.request_number
    held.add(number)
    return replace(
        row,
        permit_expires_on=row.permit_expires_on if row.permit_kind else None,
        request_number=number,
        request_expires_on=row.request_expires_on if number else None,
    )


def _kept_contract(row: ContractRow) -> ContractRow:
    """Leave out what is given of a mandate that is not complete."""
    if row.has_mandate:
        return row
    return replace(row, iban="", mandate_reference="", mandate_signed_on=None)


def _line(sheet: Sheet, code: str, row: Any, old: Any) -> Line:
    label = _label(sheet, row)
    if old is None:
        return Line(sheet.name, code, label, row.row, Change.NEW)
    columns = {
        column.name: (
            _shown(column.field, getattr(old, column.field), column.format),
            _shown(column.field, getattr(row, column.field), column.format),
        )
        for column in sheet.columns
        if _meaning(column.field, getattr(old, column.field))
        != _meaning(column.field, getattr(row, column.field))
    }
    change = Change.CHANGED if columns else Change.UNCHANGED
    return Line(sheet.name, code, label, row.row, change, columns)


def _meaning(name: str, value: Any) -> Any:
    if name in _BY_KEY:
        return key(value)
    return plain(value) if name in _BY_WORDS else value


def _shown(name: str, value: Any, form: str) -> str:
    """Return a value as the difference shows it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return euros(value) if form == "euros" else f"{value.normalize():f}".replace(".", ",")
    return f"… {str(value)[-4:]}" if name in _MASKED else str(value)


def _label(sheet: Sheet, row: Any) -> str:
    """Return what a person calls a row."""
    if sheet.name == "Residents":
        return f"{row.reference} · {row.last_name} {row.first_name}"
    if sheet.name == "Chambres":
        return f"{row.home} · chambre {row.number}"
    if sheet.name == "Assurances":
        return f"{row.contract} · {row.insurer} {row.policy}".strip()
    if sheet.name == "Contrats":
        return f"{row.number} · {row.home} {row.room}"
    if sheet.name == "Soldes":
        return str(row.contract)
    return str(row.name) if sheet.name == "Association" else f"{row.code} · {row.name}"
