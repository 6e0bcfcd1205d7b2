"""QIF: no account number, no currency, no reference, and days in any order (FORMATS 2.4).

The order of day, month and year is found by reading them all: a file whose days fit two orders
keeps the French one.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from payments.readers.shapes import Closing, Detail, Events, FileRefused, Line, Opening
from payments.readers.texts import decoded, remarks_on
from payments.readers.values import amount_of, day_of, folded

_BANKS = frozenset({"bank", "cash", "ccard", "oth a", "oth l"})
_ORDERS = (("%d/%m/%Y", "%d/%m/%y"), ("%Y/%m/%d", "%y/%m/%d"), ("%m/%d/%Y", "%m/%d/%y"))
Record = tuple[int, list[str]]


def read_qif(stream: BinaryIO) -> Events:
    """Yield each account's opening, entries and closing. Raises FileRefused with the line."""
    text = decoded(stream.read())
    yield from remarks_on(text)
    sections = list(_sections(text))
    if not sections:
        raise FileRefused("Ce fichier QIF ne contient aucun compte bancaire (« !Type:Bank »).")
    forms = _order([record for _name, records in sections for record in records])
    for account, records in sections:
        yield Opening(account=account)
        for record in records:
            yield _entry(record, forms)
        yield Closing()


class _Walk:
    """Where the reading stands: the account, the kind of section, the record begun."""

    def __init__(self) -> None:
        self.account, self.kind = "", ""
        self.records: list[Record] = []
        self.fields: list[str] = []
        self.first = 1

    def end_section(self) -> Iterator[tuple[str, list[Record]]]:
        """Give the records of the section, if any."""
        if self.records:
            yield self.account, self.records
        self.records, self.fields = [], []

    def end_record(self) -> None:
        """Keep the record that ends, or the account that it names."""
        if self.kind == "account":
            self.account = _field(self.fields, "N") or self.account
        elif self.kind in _BANKS and _field(self.fields, "T"):
            self.records.append((self.first, self.fields))
        self.fields = []


def _sections(text: str) -> Iterator[tuple[str, list[Record]]]:
    """Yield each account's name and its records."""
    walk = _Walk()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.rstrip()
        if line.startswith("!"):
            yield from walk.end_section()
            walk.kind = _kind_of(line, walk.kind)
        elif line == "^":
            walk.end_record()
        elif line.strip():
            walk.first = walk.first if walk.fields else number
            walk.fields.append(line)
    walk.end_record()
    yield from walk.end_section()


def _kind_of(line: str, kind: str) -> str:
    if line.lower().startswith("!type:"):
        return line[6:].strip().lower()
    return "account" if line.lower().startswith("!account") else kind


def _field(fields: list[str], letter: str) -> str:
    return next((field[1:].strip() for field in fields if field[0] == letter), "")


def _slashed(written: str) -> str:
    return re.sub(r"[-.'\s]+", "/", written.strip().replace("' ", "/"))


def _order(records: list[Record]) -> tuple[str, ...]:
    days = [_slashed(_field(fields, "D")) for _first, fields in records]
    for forms in _ORDERS:
        if all(day_of(day, *forms) for day in days):
            return forms
    return _ORDERS[0]


def _entry(record: Record, forms: tuple[str, ...]) -> Line:
    first, fields = record
    amount, written = amount_of(_field(fields, "T")), _field(fields, "D")
    if amount is None:
        raise FileRefused(f"Ligne {first} du fichier QIF : le montant est illisible.")
    booked: date | None = day_of(_slashed(written), *forms)
    if booked is None:
        raise FileRefused(f"Ligne {first} du fichier QIF : la date « {written} » est illisible.")
    payee, memo = folded(_field(fields, "P")), folded(_field(fields, "M"))
    texts = tuple(part for part in (payee, memo) if part)
    return Line(
        amount=amount,
        currency="",
        booked_on=booked,
        text=" · ".join(texts),
        details=(
            Detail(
                texts=texts,
                debtor=payee if amount > 0 else "",
                creditor=payee if amount < 0 else "",
                references=tuple(n for n in (_field(fields, "N"),) if n),
            ),
        ),
        place=f"ligne {first}",
    )
