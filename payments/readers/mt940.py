"""MT940, the older SWIFT statement: fields :20:, :25:, :60F:, :61:, :86: and :62F:.

A reversal of a credit (RC) is a debit, and the other way round.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from payments.readers.shapes import Closing, Detail, Event, Events, FileRefused, Line, Opening
from payments.readers.texts import decoded, remarks_on
from payments.readers.values import amount_of, day_of, folded

_FIELD = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d.,]+)")
_MOVE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?\s*(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?"
    r"(?P<amount>\d[\d.]*,?\d*)(?P<type>[A-Z][A-Z0-9]{3})?(?P<rest>.*)",
    re.DOTALL,
)
_SUB = re.compile(r"\?(\d\d)")
_CREDITS = frozenset({"C", "RD", "EC"})
Field = tuple[str, str, int]


def read_mt940(stream: BinaryIO) -> Events:
    """Yield each statement's opening, movements and closing. Raises FileRefused with the line."""
    text = decoded(stream.read()).replace("\r\n", "\n").replace("\r", "\n")
    yield from remarks_on(text)
    fields = list(_fields(text))
    if not any(tag in {"61", "60F", "60M", "62F", "62M", "25"} for tag, _value, _line in fields):
        raise FileRefused(
            "Ce fichier n'est pas du MT940 : il n'a ni compte (:25:) ni solde (:60F:)."
        )
    yield from _events(fields)


def _fields(text: str) -> Iterator[Field]:
    marks = list(_FIELD.finditer(text))
    line, read = 1, 0
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        value = text[mark.end() : following.start() if following else len(text)]
        value = re.sub(r"\n-\}?\s*$|\n-\}?(?=\n).*$", "", value, flags=re.DOTALL)
        line, read = line + text.count("\n", read, mark.start()), mark.start()
        yield mark[1], value.strip("\n"), line


class _Walk:
    """Where the reading stands: the statement begun, its closing, the movement to explain."""

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.currency = ""
        self.opened = False
        self.closing = Closing()
        self.pending: Line | None = None

    def flush(self) -> Iterator[Event]:
        """Give the movement that waits for its explanation."""
        if self.pending is not None:
            yield self.pending
            self.pending = None

    def end(self) -> Iterator[Event]:
        """End the statement begun, if any."""
        yield from self.flush()
        if self.opened:
            yield self.closing
        self.opened, self.closing = False, Closing()

    def begin(self, balance: Decimal | None = None, on: date | None = None) -> Iterator[Event]:
        """Begin a statement with what its head said."""
        yield Opening(
            account=_account(self.head.get("25", "")),
            currency=self.currency,
            reference=self.head.get("20", ""),
            sequence=self.head.get("28C", self.head.get("28", "")),
            balance=balance,
            on=on,
        )
        self.opened = True


def _events(fields: list[Field]) -> Iterator[Event]:
    walk = _Walk()
    for tag, value, number in fields:
        if tag != "86":
            yield from walk.flush()
        if tag == "20":
            yield from walk.end()
            walk.head = {"20": value.strip()}
        elif tag in {"25", "28", "28C"}:
            walk.head[tag] = value.strip()
        elif tag in {"60F", "60M"}:
            yield from walk.end()
            balance, on, walk.currency = _balance(value, number)
            yield from walk.begin(balance, on)
        else:
            yield from _inside(walk, tag, value, number)
    yield from walk.end()


def _inside(walk: _Walk, tag: str, value: str, number: int) -> Iterator[Event]:
    if tag == "61":
        if not walk.opened:
            yield from walk.begin()
        walk.pending = _movement(value, number, walk.currency)
    elif tag == "86" and walk.pending is not None:
        walk.pending = _explained(walk.pending, value)
    elif tag in {"62F", "62M"}:
        balance, on, _currency = _balance(value, number)
        walk.closing = Closing(balance, on)


def _account(written: str) -> str:
    return written.split(maxsplit=1)[0] if written.split() else ""


def _balance(value: str, number: int) -> tuple[Decimal, date | None, str]:
    found = _BALANCE.match(value.strip())
    amount = amount_of(found[4]) if found else None
    if found is None or amount is None:
        raise FileRefused(
            f"Ligne {number} du fichier MT940 : le solde « {value.strip()} » est illisible."
        )
    signed = amount if found[1] == "C" else -amount
    return signed, day_of(found[2], "%y%m%d"), found[3]


def _movement(value: str, number: int, currency: str) -> Line:
    found = _MOVE.match(value.strip())
    amount = amount_of(found["amount"]) if found else None
    if found is None or amount is None:
        raise FileRefused(
            f"Ligne {number} du fichier MT940 : mouvement illisible « {folded(value)[:40]} »."
        )
    mark = found["mark"]
    reference, _, bank = found["rest"].partition("//")
    value_on = day_of(found["value"], "%y%m%d")
    return Line(
        amount=amount if mark in _CREDITS else -amount,
        currency=currency,
        booked_on=_booked(value_on, found["entry"] or "") or value_on,
        value_on=value_on,
        bank_ref=bank.split("\n")[0].strip(),
        is_reversal=mark in {"RC", "RD"},
        family=found["type"] or "",
        text=folded(reference.replace("\n", " ")),
        details=(Detail(references=tuple(r for r in (folded(reference),) if r and r != "NONREF")),),
        place=f"ligne {number}",
    )


def _booked(value_on: date | None, entry: str) -> date | None:
    """Return the day of booking: its year is that nearest to the day of value."""
    if value_on is None or not entry:
        return None
    days = (day_of(f"{value_on.year + shift}{entry}", "%Y%m%d") for shift in (-1, 0, 1))
    known = [day for day in days if day is not None]
    return min(known, key=lambda day: abs((day - value_on).days), default=None)


def _explained(line: Line, value: str) -> Line:
    parts = _SUB.split(value.replace("\n", ""))
    codes: dict[str, str] = {}
    for code, said in zip(parts[1::2], parts[2::2], strict=False):
        codes[code] = codes.get(code, "") + said
    if codes:
        texts = tuple(folded(said) for code, said in sorted(codes.items()) if "20" <= code <= "29")
        name = folded(codes.get("32", "") + codes.get("33", ""))
        iban = codes.get("38", codes.get("31", "")).replace(" ", "")
    else:
        texts, name, iban = (folded(value),), "", ""
    detail = replace(line.details[0], texts=tuple(text for text in texts if text))
    if line.amount > 0:
        detail = replace(detail, debtor=name, debtor_iban=iban)
    else:
        detail = replace(detail, creditor=name, creditor_iban=iban)
    text = " · ".join((name, *detail.texts) if name else detail.texts)
    return replace(line, text=text or line.text, details=(detail,))
