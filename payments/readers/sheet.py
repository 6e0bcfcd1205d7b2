"""CSV exports of French banks: the columns are found by their headings, above them who knows what.

A layout that no heading tells is not guessed: the file is refused with its first rows, and a person
maps the columns once (`Mapping`).
"""

import csv
import html
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from caracol.core.text import sort_key
from payments.readers.shapes import Closing, Detail, Event, Events, FileRefused, Line, Opening
from payments.readers.texts import decoded, remarks_on
from payments.readers.values import amount_of, day_of, folded

DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y")
# What headings mean, by their sort key; the first that a file has wins.
HEADINGS: dict[str, tuple[str, ...]] = {
    "booked": (
        *("date de comptabilisation", "dateop", "date operation", "date de l operation"),
        *("date comptable", "date"),
    ),
    "value": ("date de valeur", "dateval", "date valeur"),
    "amount": (
        *("montant", "montant euros", "montant de l operation", "montant en euros", "amount"),
        "montant eur",
    ),
    "debit": ("debit", "debit euros", "debit eur"),
    "credit": ("credit", "credit euros", "credit eur"),
    "label": (
        *("libelle operation", "detail de l ecriture", "libelle", "libelle simplifie", "label"),
        *("remarque", "detail"),
    ),
    "payee": ("libelle simplifie", "supplierfound"),
    "note": ("informations complementaires", "motif", "comment", "detail"),
    "reference": ("reference", "numero d operation"),
    "mandate": ("reference unique du mandat rum", "rum"),
    "end_to_end": ("reference end to end", "end to end"),
    "currency": ("devise",),
    "account": ("accountnum",),
}
_ACCOUNT = re.compile(
    r"(?:n°|num[ée]ro(?: de)? compte|carte n°)\s*;?\s*\"?(\w{8,34})|^=\"(\w{8,34})\"",
    re.IGNORECASE,
)


class LayoutUnknown(FileRefused):
    """No heading tells the columns; `rows` are the first ones, for a person to map."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        super().__init__(
            "Les colonnes de ce CSV ne sont pas reconnues : il faut une date, un libellé et un "
            "montant (ou un débit et un crédit). Indiquez-les une fois, elles seront retenues."
        )
        self.rows = [list(row) for row in rows]


@dataclass(frozen=True)
class Mapping:
    """Which column holds what, by position from 0."""

    columns: dict[str, int]

    def cell(self, row: Sequence[str], name: str) -> str:
        """Return a cell, "" where the layout or the row has none."""
        index = self.columns.get(name)
        return row[index].strip() if index is not None and index < len(row) else ""


def read_csv(stream: BinaryIO, mapping: Mapping | None = None) -> Events:
    """Yield each account's opening, entries and closing. Raises LayoutUnknown or FileRefused."""
    text = decoded(stream.read()).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    yield from remarks_on(text)
    if "&" in text:
        text = html.unescape(html.unescape(text))
    rows = _rows(text)
    yield from _events(rows, mapping)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = "\n".join(text.splitlines()[:40])
    separator = max(";,\t", key=first.count) if first.count(";") < 2 else ";"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = []
    start = 1
    try:
        for row in reader:
            rows.append((start, row))
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(
            f"Ligne {start} : ce CSV est abîmé ({error}). Téléchargez-le à nouveau, sans l'ouvrir."
        ) from error
    return rows


def headings_of(row: Sequence[str]) -> Mapping | None:
    """Return the columns that a row of headings tells, or None when it is no such row."""
    keys = [sort_key(cell) for cell in row]
    columns: dict[str, int] = {}
    for name, known in HEADINGS.items():
        index = next((keys.index(heading) for heading in known if heading in keys), None)
        if index is not None and not (name == "payee" and index == columns.get("label")):
            columns[name] = index
    has_amount = "amount" in columns or {"debit", "credit"} <= columns.keys()
    return Mapping(columns) if "booked" in columns and "label" in columns and has_amount else None


class _Walk:
    """Where the reading of a sheet stands: its columns, the account named above, what is open."""

    def __init__(self, mapping: Mapping | None) -> None:
        self.given = mapping is not None
        self.mapping = mapping
        self.account = ""
        self.opened = False

    def head(self, found: Mapping) -> Iterator[Event]:
        """Begin an account: its row of headings was met."""
        if self.opened:
            yield Closing()
        self.mapping, self.opened = found, True
        yield Opening(account=self.account)

    def row(self, number: int, row: Sequence[str]) -> Iterator[Event]:
        """Read a row that is no heading: an entry, or what names the next account."""
        line = _line(number, row, self.mapping) if self.mapping is not None else None
        if line is None:
            if not self.given:
                self.account = _account_in(row) or self.account
            return
        if not self.opened:
            yield Opening(account=self.account)
            self.opened = True
        yield line


def _events(rows: list[tuple[int, list[str]]], mapping: Mapping | None) -> Iterator[Event]:
    walk = _Walk(mapping)
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        found = None if walk.given else headings_of(row)
        yield from walk.row(number, row) if found is None else walk.head(found)
    if walk.mapping is None:
        raise LayoutUnknown([row for _number, row in rows[:20]])
    if walk.opened:
        yield Closing()


def _account_in(row: Sequence[str]) -> str:
    found = _ACCOUNT.search(";".join(cell.strip() for cell in row))
    return (found[1] or found[2]) if found else ""


def _line(number: int, row: Sequence[str], mapping: Mapping) -> Line | None:
    """Return the entry of a row; None for a balance, a total, or anything without a day."""
    written = mapping.cell(row, "booked")
    booked = day_of(written, *DAYS)
    label = folded(mapping.cell(row, "label"))
    if booked is None:
        if written and any(amount_of(cell) is not None for cell in row if cell.strip()) and label:
            raise FileRefused(f"Ligne {number} du CSV : la date « {written} » est illisible.")
        return None
    amount = _amount(number, row, mapping)
    if amount is None:
        return None
    payee, note = mapping.cell(row, "payee"), folded(mapping.cell(row, "note"))
    texts = tuple(dict.fromkeys(part for part in (label, note) if part))
    return Line(
        amount=amount,
        currency=mapping.cell(row, "currency").upper(),
        booked_on=booked,
        value_on=day_of(mapping.cell(row, "value"), *DAYS),
        bank_ref=mapping.cell(row, "reference"),
        text=" · ".join(texts),
        details=(
            Detail(
                end_to_end_id=mapping.cell(row, "end_to_end"),
                mandate_id=mapping.cell(row, "mandate"),
                texts=texts,
                debtor=folded(payee) if amount > 0 else "",
                creditor=folded(payee) if amount < 0 else "",
            ),
        ),
        place=f"ligne {number}",
    )


def _amount(number: int, row: Sequence[str], mapping: Mapping) -> Decimal | None:
    """Return the signed amount; a debit is negative, whichever sign the bank writes it with."""
    if "amount" in mapping.columns:
        written = mapping.cell(row, "amount")
        if not written:
            return None
        return _read(number, written)
    debit, credit = mapping.cell(row, "debit"), mapping.cell(row, "credit")
    if debit:
        return -abs(_read(number, debit))
    return abs(_read(number, credit)) if credit else None


def _read(number: int, written: str) -> Decimal:
    found = amount_of(written)
    if found is None:
        raise FileRefused(f"Ligne {number} du CSV : le montant « {written} » est illisible.")
    return found
