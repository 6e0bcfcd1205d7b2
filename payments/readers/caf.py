"""Read a CAF statement: CSV of any encoding, Excel, or fixed width; all refusals in words.

A layout that its headings do not tell is not guessed: it is refused with its first rows, and a
person says once which column is which (`CafMapping`).
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.core.text import sort_key
from caracol.core.workbooks import MEGABYTE, NotAWorkbook, damaged, open_checked
from payments.enums import CafNature
from payments.readers.caf_columns import (
    CafMapping,
    mapping_of,
    month_of,
    nature_of,
    paid_day,
    signature_of,
)
from payments.readers.shapes import FileRefused
from payments.readers.texts import decoded, remarks_on
from payments.readers.values import amount_of, day_of, folded

MAX_FILE = 5 * MEGABYTE
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MOST_ERRORS = 5
HEADING_ROWS = 20
_OLDEST = 10  # years of a right before its payment


@dataclass(frozen=True)
class CafRow:
    """One line: whose right, for which months, how much. `amount` is net, signed."""

    place: str
    number: str
    amount: Decimal
    month_from: Month
    month_to: Month
    nature: CafNature
    withheld: Decimal = ZERO
    last_name: str = ""
    first_name: str = ""
    tenant_ref: str = ""
    aid_type: str = ""
    reason_code: str = ""
    reason: str = ""
    organism: str = ""
    landlord: str = ""
    reference: str = ""
    paid_on: date | None = None


@dataclass(frozen=True)
class CafTotal:
    """The total that the file announces, and how many lines it says it has."""

    place: str
    amount: Decimal
    lines: int | None = None


@dataclass
class CafRead:
    """What a file holds."""

    format: str
    rows: list[CafRow] = field(default_factory=list)
    totals: list[CafTotal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What its lines come to."""
        return sum((row.amount for row in self.rows), ZERO)


class CafLayoutUnknown(FileRefused):
    """The headings do not tell the columns; `rows` are the first ones, for a person to map."""

    def __init__(self, rows: Sequence[Sequence[str]], found: CafMapping) -> None:
        names = " et ".join(found.missing)
        super().__init__(
            f"Les colonnes de ce fichier ne sont pas reconnues : il manque {names}. Indiquez-les "
            "une fois à l'écran (Encaissements, CAF), elles seront retenues."
        )
        self.rows = [list(row) for row in rows]
        self.found = found


@dataclass(frozen=True)
class CafLayout:
    """A layout that a person has mapped: by its headings' signature."""

    signature: str
    mapping: CafMapping


def read_caf(stream: BinaryIO, layouts: Sequence[CafLayout] = ()) -> CafRead:
    """Return the lines and totals of a statement. Raises FileRefused, CafLayoutUnknown."""
    data = stream.read(MAX_FILE + 1)
    if not data.strip():
        raise FileRefused("Ce fichier est vide. Téléchargez le bordereau à nouveau sur le portail.")
    if len(data) > MAX_FILE:
        raise FileRefused(f"Ce fichier dépasse {MAX_FILE // MEGABYTE} Mo : ce n'est pas un relevé.")
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _sheet("xlsx", _workbook_rows(data), layouts, [])
    if data.lstrip().startswith((b"<", b"%PDF")):
        raise FileRefused(
            "Ce fichier n'est pas un bordereau de la CAF en tableau. Déposez le CSV ou l'Excel du "
            "portail ; un relevé de banque se dépose dans « Banque »."
        )
    text = decoded(data).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    remarks = [f"{one.place} : {one.message}" for one in remarks_on(text)]
    if re.match(r"030[0-9]\d{3}", text):
        return _fixed(text, remarks)
    return _sheet("csv", _csv_rows(text), layouts, remarks)


def first_rows(data: bytes) -> list[list[str]]:
    """Return the first rows of a table, for a person to say what its columns are."""
    is_book = data.startswith((b"PK", b"\xd0\xcf\x11\xe0"))
    rows = _workbook_rows(data) if is_book else _csv_rows(decoded(data))
    found = [row for _line, row in rows if any(row)][:HEADING_ROWS]
    if not found:
        raise FileRefused("Ce fichier ne contient aucune ligne.")
    return found


# --- Tables -------------------------------------------------------------------------------------
def _csv_rows(text: str) -> list[tuple[int, list[str]]]:
    first = "\n".join(text.splitlines()[:HEADING_ROWS])
    separator = max(";,\t", key=first.count)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for row in reader:
            if len(rows) > MAX_ROWS:
                raise _too_long()
            rows.append((start, [cell.strip() for cell in row[:MAX_COLUMNS]]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileRefused(
            f"Ligne {start} : ce CSV est abîmé ({error}). Téléchargez-le à nouveau, sans l'ouvrir."
        ) from error
    return rows


def _workbook_rows(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        with open_checked(io.BytesIO(data)) as book:
            sheet = next((book[title] for title in book.sheetnames), None)
            if sheet is None or not hasattr(sheet, "iter_rows"):
                raise damaged()
            rows: list[tuple[int, list[str]]] = []
            cells = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
            for line, row in enumerate(cells, start=1):
                if line > MAX_ROWS:
                    raise _too_long()
                rows.append((line, [_written(value) for value in row]))
            return rows
    except NotAWorkbook as refusal:
        raise FileRefused(refusal.message) from refusal
    except (KeyError, ValueError, TypeError, AttributeError, OSError, SyntaxError) as error:
        raise FileRefused(damaged().message) from error


def _written(value: object) -> str:
    """Write a cell as people type it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"
    return str(value).strip()


def _too_long() -> FileRefused:
    return FileRefused(f"Ce fichier a plus de {MAX_ROWS} lignes : ce n'est pas un bordereau.")


def _sheet(
    form: str,
    rows: list[tuple[int, list[str]]],
    layouts: Sequence[CafLayout],
    remarks: list[str],
) -> CafRead:
    filled = [(line, row) for line, row in rows if any(row)]
    if not filled:
        raise FileRefused("Ce fichier ne contient aucune ligne.")
    head, mapping = _headings(filled, layouts)
    read, errors = CafRead(form, remarks=remarks), []
    for line, row in filled[head + 1 :]:
        try:
            total = _total(line, row, mapping)
            if total is not None:
                read.totals.append(total)
            else:
                read.rows.append(_row(line, row, mapping))
        except FileRefused as refusal:
            errors.append(refusal.message)
    if errors:
        more = len(errors) - MOST_ERRORS
        said = " ".join(errors[:MOST_ERRORS])
        raise FileRefused(said + (f" Et {more} autres lignes." if more > 0 else ""))
    if not read.rows:
        raise FileRefused("Ce fichier n'a que des titres : aucune ligne d'aide.")
    return read


def _headings(
    rows: list[tuple[int, list[str]]], layouts: Sequence[CafLayout]
) -> tuple[int, CafMapping]:
    """Return which row holds the headings and what they tell: known to us, else by a person."""
    known = {layout.signature: layout.mapping for layout in layouts}
    best = CafMapping({})
    for index, (_line, row) in enumerate(rows[:HEADING_ROWS]):
        mapped = known.get(signature_of(row))
        if mapped is not None:
            return index, mapped
        found = mapping_of(row)
        if not found.missing:
            return index, found
        if len(found.columns) > len(best.columns):
            best = found
    raise CafLayoutUnknown([row for _line, row in rows[:HEADING_ROWS]], best)


def _total(line: int, row: Sequence[str], mapping: CafMapping) -> CafTotal | None:
    """Return the total that a row announces; None for an ordinary line."""
    named = [index for index, cell in enumerate(row) if sort_key(cell).startswith("total")]
    others = {mapping.columns.get(name) for name in ("last_name", "first_name", "reason")}
    if not any(index not in others for index in named):
        return None
    written = mapping.cell(row, "amount")
    amount = amount_of(written)
    if amount is None:
        raise FileRefused(f"Ligne {line}, total : « {written} » n'est pas un montant.")
    counts = (re.search(r"(\d+)\s*lignes?", cell, re.IGNORECASE) for cell in row)
    count = next((int(found[1]) for found in counts if found), None)
    return CafTotal(f"ligne {line}", amount, count)


def _row(line: int, row: Sequence[str], mapping: CafMapping) -> CafRow:
    number = mapping.cell(row, "number")
    if not number:
        raise _wrong(line, "N° allocataire", "est vide")
    start = _read_month(line, mapping.cell(row, "month_from"), "mois de droit")
    written_end = mapping.cell(row, "month_to")
    end = _read_month(line, written_end, "mois de fin") if written_end else start
    if end < start:
        raise _wrong(line, "mois de fin", f"« {written_end} » vient avant le mois de début")
    withheld = abs(_money(line, mapping.cell(row, "withheld"), "montant retenu", empty=True))
    written = mapping.cell(row, "nature")
    nature = nature_of(written) if written else None
    ends = nature == CafNature.END
    gross = _money(line, mapping.cell(row, "amount"), "montant", empty=ends)
    if written and nature is None:
        raise _wrong(line, "nature", f"« {written} » n'est pas connue : droit, rappel, retenue, "
                     "annulation ou fin de droit")  # fmt: skip
    amount = gross - withheld
    paid = mapping.cell(row, "paid_on")
    if paid and paid_day(paid) is None:
        raise _wrong(line, "date de paiement", f"« {paid} » est illisible")
    read = CafRow(
        place=f"ligne {line}",
        number=number[:20],
        amount=amount,
        month_from=start,
        month_to=end,
        nature=nature or (CafNature.RECOVERY if amount < 0 else CafNature.CURRENT),
        withheld=withheld,
        paid_on=paid_day(paid),
        **_texts(row, mapping),
    )
    return checked(read, line)


_TEXTS = {
    "last_name": 80, "first_name": 80, "tenant_ref": 40, "aid_type": 10, "reason_code": 10,
    "reason": 120, "organism": 10, "landlord": 20, "reference": 40,
}  # fmt: skip


def _texts(row: Sequence[str], mapping: CafMapping) -> dict[str, str]:
    return {name: folded(mapping.cell(row, name))[:most] for name, most in _TEXTS.items()}


def checked(row: CafRow, line: int | str) -> CafRow:
    """Return a line whose facts may be; amounts to come are refused. Raises FileRefused."""
    for column, amount in (("montant", row.amount), ("retenue", row.withheld)):
        # What has hundreds of figures cannot even be rounded: its size first.
        if abs(amount) >= Decimal(100_000) or amount != round(amount, 2):
            said = str(amount)[:20]
            raise _wrong(line, column, f"« {said} » n'est pas une somme possible")
    if row.paid_on and row.month_to > Month.of(row.paid_on).plus(1):
        raise _wrong(line, "mois de droit", f"{row.month_to.label} vient après le paiement")
    if row.paid_on and row.month_from < Month.of(row.paid_on).plus(-12 * _OLDEST):
        raise _wrong(line, "mois de droit", f"{row.month_from.label} est trop ancien")
    return replace(row, amount=round(row.amount, 2), withheld=round(row.withheld, 2))


def _read_month(line: int, written: str, column: str) -> Month:
    found = month_of(written)
    if found is None:
        raise _wrong(line, column, f"« {written} » n'est pas un mois, écrivez 10/2026")
    return found


def _money(line: int, written: str, column: str, *, empty: bool) -> Decimal:
    if not written and empty:
        return ZERO
    found = amount_of(written)
    if found is None:
        raise _wrong(line, column, f"« {written} » n'est pas un montant")
    return found


def _wrong(line: int | str, column: str, why: str) -> FileRefused:
    return FileRefused(f"Ligne {line}, {column} : {why}.")


# --- Fixed width (0302, 0602, 0702, 0802) -------------------------------------------------------
def _fixed(text: str, remarks: list[str]) -> CafRead:
    """Read the fixed-width form: issuer, lines, subtotals, total; amounts in cents."""
    read = CafRead("fixe", remarks=remarks)
    paid_on: date | None = None
    for line, record in enumerate(text.splitlines(), start=1):
        if line > MAX_ROWS:
            raise _too_long()
        kind = record[:4]
        if kind == "0302":
            paid_on = day_of(record[18:24], "%d%m%y")
            if paid_on is None:
                raise _wrong(line, "date de paiement", f"« {record[18:24]} » est illisible")
        elif kind == "0602":
            read.rows.append(_fixed_row(line, record, paid_on))
        elif kind == "0802":
            read.totals.append(CafTotal(f"ligne {line}", _net(line, record)[0]))
        else:
            _check_kind(line, record)
    if not read.rows:
        raise FileRefused("Ce fichier n'a aucune ligne d'aide (0602).")
    return read


def _check_kind(line: int, record: str) -> None:
    if record.strip() and not record.startswith("0702"):
        raise _wrong(line, "type", f"« {record[:4]} » n'est pas un enregistrement connu")


def _net(line: int, record: str) -> tuple[Decimal, Decimal]:
    """Return what is paid, and what was withheld from what was due."""
    withheld = _cents(line, record[102:113])
    return _cents(line, record[91:102]) - withheld, withheld


def _fixed_row(line: int, record: str, paid_on: date | None) -> CafRow:
    month = month_of(f"20{record[83:85]}-{record[85:87]}")
    if month is None:
        raise _wrong(line, "mois de droit", f"« {record[83:87]} » n'est pas un mois")
    amount, withheld = _net(line, record)
    number = record[36:51].strip()
    if not number:
        raise _wrong(line, "n° allocataire", "est vide")
    return checked(
        CafRow(
            place=f"ligne {line}",
            number=number,
            amount=amount,
            month_from=month,
            month_to=month,
            nature=CafNature.RECOVERY if amount < 0 else CafNature.CURRENT,
            withheld=withheld,
            last_name=folded(record[51:71]),
            first_name=folded(record[71:83]),
            tenant_ref=folded(record[18:36]),
            aid_type="APL" if record[4:7] == "900" else "AL",
            organism=record[7:10],
            landlord=folded(record[10:18]),
            paid_on=paid_on,
        ),
        line,
    )


def _cents(line: int, written: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{11}", written):
        raise _wrong(line, "montant", f"« {written} » n'est pas en centimes, sur 11 chiffres")
    return Decimal(written) / 100
