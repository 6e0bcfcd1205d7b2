"""CFONB 120, the French banks' fixed-width statement: records 01, 04, 05 and 07 (FORMATS 2.2).

Banks leave fields blank, write no line ends, cut the blanks at the end of lines: all of it is read.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from payments.readers.shapes import Closing, Detail, Event, Events, FileRefused, Line, Opening
from payments.readers.texts import in_one_byte
from payments.readers.values import day_of, folded

WIDTH = 120
_SIGNS = {**dict(zip("{ABCDEFGHI", range(10), strict=True))}
_MINUS = {**dict(zip("}JKLMNOPQR", range(10), strict=True))}
_NO_DECIMALS = frozenset({"XPF", "JPY"})
# What the complements of a movement say (record 05).
_TEXTS = frozenset({"LIB", "LCC", "LC2", "LCS", "REF"})


def read_cfonb(stream: BinaryIO) -> Events:
    """Yield each day's opening, movements and closing. Raises FileRefused with the line."""
    walk = _Walk()
    for number, record in _records(stream):
        read = _READ.get(record[:2])
        if read is None:
            raise _refused(number, f"l'enregistrement « {record[:2]} » n'existe pas en CFONB 120")
        yield from read(walk, number, record)
    yield from walk.flush()
    if walk.opened:
        yield Closing()


class _Walk:
    """Where the reading stands: the day begun, the movement whose complements may follow."""

    def __init__(self) -> None:
        self.opened = False
        self.line: Line | None = None

    def flush(self) -> Iterator[Event]:
        """Give the movement read, now that no complement can follow."""
        if self.line is not None:
            yield self.line
            self.line = None

    def old_balance(self, number: int, record: str) -> Iterator[Event]:
        """Record 01: a day begins."""
        yield from self.flush()
        if self.opened:
            yield Closing()
        self.opened = True
        yield _opening(number, record)

    def movement(self, number: int, record: str) -> Iterator[Event]:
        """Record 04: money moves."""
        yield from self.flush()
        if not self.opened:
            raise _refused(number, "un mouvement (04) vient sans ancien solde (01)")
        self.line = _movement(number, record)

    def complement(self, number: int, record: str) -> Iterator[Event]:
        """Record 05: more about the movement before it."""
        if self.line is None:
            raise _refused(number, "un complément (05) ne suit aucun mouvement")
        self.line = _completed(self.line, record)
        yield from ()

    def new_balance(self, number: int, record: str) -> Iterator[Event]:
        """Record 07: the day ends."""
        yield from self.flush()
        if not self.opened:
            raise _refused(number, "un nouveau solde (07) vient sans ancien solde (01)")
        self.opened = False
        yield Closing(_amount(number, record), _day(number, record))


_READ: dict[str, Callable[[_Walk, int, str], Iterator[Event]]] = {
    "01": _Walk.old_balance,
    "04": _Walk.movement,
    "05": _Walk.complement,
    "07": _Walk.new_balance,
}


def _refused(number: int, what: str) -> FileRefused:
    return FileRefused(
        f"Ligne {number} du fichier CFONB : {what}. Rien n'est importé ; téléchargez à nouveau le "
        "relevé depuis la banque."
    )


def _records(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """Yield numbered records of 120 signs: one a line, or one after the other without line ends."""
    text = in_one_byte(stream.read()).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}ï»¿")
    lines = re.split(r"\r\n|\n|\r|\x1a", text)
    full = [line for line in lines if line.strip()]
    if len(full) == 1 and len(full[0]) > WIDTH:
        whole = full[0]
        for index in range(0, len(whole), WIDTH):
            yield index // WIDTH + 1, whole[index : index + WIDTH].ljust(WIDTH)
        return
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if len(line.rstrip()) > WIDTH:
            raise _refused(number, f"elle a {len(line.rstrip())} caractères au lieu de {WIDTH}")
        yield number, line.ljust(WIDTH)


def _currency(record: str) -> str:
    return record[16:19].strip() or "EUR"


def _amount(number: int, record: str) -> Decimal:
    written = record[90:104].strip()
    digits, last = written[:-1], written[-1:].upper()
    sign, value = (1, _SIGNS.get(last)) if last in _SIGNS else (-1, _MINUS.get(last))
    if value is None or (digits and not digits.isdecimal()):
        raise _refused(number, f"le montant « {written} » est illisible (colonnes 91 à 104)")
    decimals = record[19].strip()
    if decimals and not decimals.isdecimal():
        raise _refused(number, f"le nombre de décimales « {decimals} » est illisible (colonne 20)")
    places = int(decimals) if decimals else (0 if _currency(record) in _NO_DECIMALS else 2)
    return sign * Decimal(f"{digits}{value}").scaleb(-places)


def _day(number: int, record: str) -> date:
    found = day_of(record[34:40], "%d%m%y")
    if found is None:
        raise _refused(number, f"la date « {record[34:40]} » n'existe pas (colonnes 35 à 40)")
    return found


def _opening(number: int, record: str) -> Opening:
    return Opening(
        account=record[2:7].strip() + record[11:16].strip() + record[21:32].strip(),
        currency=_currency(record),
        balance=_amount(number, record),
        on=_day(number, record),
    )


def _movement(number: int, record: str) -> Line:
    reference = record[104:120].strip()
    return Line(
        amount=_amount(number, record),
        currency=_currency(record),
        booked_on=_day(number, record),
        value_on=day_of(record[42:48], "%d%m%y"),
        bank_ref=reference,
        family=record[32:34].strip(),
        text=folded(record[48:79]),
        details=(Detail(),),
        place=f"ligne {number}",
    )


def _completed(line: Line, record: str) -> Line:
    qualifier, said = record[45:48], folded(record[48:118])
    detail = line.details[0]
    if qualifier in {"NPY", "NPO"}:
        detail = replace(detail, debtor=said)
    elif qualifier == "NBE":
        detail = replace(detail, creditor=said)
    elif qualifier == "RCN":
        detail = replace(detail, end_to_end_id=folded(record[48:83]))
    elif qualifier == "RUM":
        detail = replace(detail, mandate_id=folded(record[48:83]))
    elif qualifier == "IBP":
        detail = replace(detail, debtor_iban=said.replace(" ", ""))
    elif qualifier in _TEXTS or said:
        detail = replace(detail, texts=(*detail.texts, said))
    return replace(line, details=(detail,))
