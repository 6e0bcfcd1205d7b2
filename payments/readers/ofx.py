"""OFX 1 (SGML) and 2 (XML), read by their tags: banks close them or not, and bend the rest.

FITID is no key: it is missing, empty, or shared by different entries (FORMATS 2.3).
"""

import html
import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from payments.readers.shapes import Closing, Detail, Event, Events, FileRefused, Line, Opening
from payments.readers.texts import decoded, remarks_on
from payments.readers.values import amount_of, day_of, folded

_STATEMENT = re.compile(
    r"<(STMTRS|CCSTMTRS|INVSTMTRS)>(.*?)(?=</\1>|<(?:STMTRS|CCSTMTRS|INVSTMTRS)>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_ENTRY = re.compile(
    r"<STMTTRN>(.*?)(?=</STMTTRN>|<STMTTRN>|</BANKTRANLIST>|<LEDGERBAL>|\Z)",
    re.IGNORECASE | re.DOTALL,
)


def read_ofx(stream: BinaryIO) -> Events:
    """Yield each account's opening, entries and closing. Raises FileRefused."""
    text = decoded(stream.read())
    yield from remarks_on(text)
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise FileRefused(
            "Ce fichier OFX déclare un DOCTYPE ou une entité, qu'aucune banque n'écrit : il est "
            "refusé. Téléchargez-le à nouveau depuis la banque."
        )
    if "<OFX>" not in text.upper():
        raise FileRefused("Ce fichier n'est pas de l'OFX : la balise <OFX> manque.")
    for found in _STATEMENT.finditer(text):
        yield from _statement(found[2], text.count("\n", 0, found.start(2)) + 1)


def _tag(text: str, name: str) -> str:
    """Return what follows a tag, up to the next tag or the end of the line."""
    found = re.search(rf"<{name}>([^<\r\n]*)", text, re.IGNORECASE)
    return html.unescape(found[1]).strip() if found else ""


def _part(text: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)(?=</{name}>|\Z)", text, re.IGNORECASE | re.DOTALL)
    return found[1] if found else ""


def _statement(body: str, first_line: int) -> Iterator[Event]:
    currency = _tag(body, "CURDEF").upper()
    account = _part(body, "BANKACCTFROM") or _part(body, "CCACCTFROM") or body
    yield Opening(
        account=_tag(account, "BANKID") + _tag(account, "BRANCHID") + _tag(account, "ACCTID"),
        currency=currency,
        on=_day(_tag(body, "DTSTART")),
    )
    line, read = first_line, 0
    for found in _ENTRY.finditer(body):
        line, read = line + body.count("\n", read, found.start()), found.start()
        yield _entry(found[1], currency, line)
    ledger = _part(body, "LEDGERBAL")
    yield Closing(amount_of(_tag(ledger, "BALAMT")), _day(_tag(ledger, "DTASOF")))


def _entry(body: str, currency: str, line: int) -> Line:
    written = _tag(body, "TRNAMT")
    amount = amount_of(written)
    if amount is None:
        shown = f"« {written} » est illisible" if written else "manque"
        raise FileRefused(f"Ligne {line} du fichier OFX : le montant (TRNAMT) {shown}.")
    booked = _day(_tag(body, "DTPOSTED"))
    if booked is None and _tag(body, "DTUSER"):
        booked = _day(_tag(body, "DTUSER"))
    name, memo = folded(_tag(body, "NAME")), folded(_tag(body, "MEMO"))
    texts = tuple(part for part in (name, memo) if part)
    return Line(
        amount=amount,
        currency=_tag(body, "CURSYM").upper() or currency,
        booked_on=booked,
        value_on=_day(_tag(body, "DTAVAIL")),
        bank_ref=_tag(body, "FITID"),
        family=_tag(body, "TRNTYPE").upper(),
        text=" · ".join(texts) or _tag(body, "CHECKNUM"),
        details=(
            Detail(
                texts=texts,
                debtor=name if amount > 0 else "",
                creditor=name if amount < 0 else "",
                references=tuple(r for r in (_tag(body, "REFNUM"), _tag(body, "CHECKNUM")) if r),
            ),
        ),
        place=f"ligne {line}",
    )


def _day(written: str) -> date | None:
    return day_of(written[:8], "%Y%m%d") if written[:8].isdigit() else None
