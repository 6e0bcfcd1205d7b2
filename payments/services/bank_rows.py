"""What each line of a bank's file becomes, worked out without the database.

It may be worked out ahead, in another thread, while the lines before it are written.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache

from caracol.core.money import ZERO
from payments.calculations.days import Days
from payments.calculations.fingerprints import line_base, same_account
from payments.enums import BankLineState
from payments.models import BankAccount, BankLine
from payments.models.bank import payer_index
from payments.readers.shapes import (
    BOOKED,
    Closing,
    Detail,
    Events,
    FileRefused,
    Line,
    Opening,
    Remark,
)

CHUNK = 1000
EURO = "EUR"
MOST = Decimal("9999999999.99")
_seal = BankLine._meta.get_field("payer_iban").get_prep_value
_payer_index = lru_cache(maxsize=4096)(payer_index)


@dataclass(slots=True)
class Row:
    """A line as it is to be written; `state` and `note` may still change."""

    key: str
    position: int
    place: str
    booked_on: date
    value_on: date | None
    amount: Decimal
    currency: str
    bank_ref: str
    family: str
    is_reversal: bool
    text: str
    payer: str
    payer_iban: str
    payer_index: str
    end_to_end_id: str
    mandate_id: str
    return_reason: str
    details: list[dict[str, object]]
    state: BankLineState
    note: str
    entry: int | None = None


@dataclass
class Begun:
    """A statement begins: whose it is, or why its lines are held."""

    opening: Opening
    account: BankAccount | None
    hold: str = ""
    remark: str = ""


@dataclass
class Rows:
    """Some lines of a statement, and what they add up to."""

    rows: list[Row] = field(default_factory=list)
    credits: Decimal = ZERO
    debits: Decimal = ZERO
    booked_credits: Decimal = ZERO
    booked_debits: Decimal = ZERO

    def add(self, row: Row, amount: Decimal) -> None:
        """Add a line; what is only announced does not count in the balance of the statement."""
        is_booked = row.state != BankLineState.ANNOUNCED
        if amount > 0:
            self.credits += amount
            self.booked_credits += row.amount if is_booked else ZERO
        else:
            self.debits -= amount
            self.booked_debits -= row.amount if is_booked else ZERO
        self.rows.append(row)


Piece = Begun | Rows | Closing | Remark


def pieces_of(events: Events, own: Sequence[BankAccount], days: Days) -> Iterator[Piece]:
    """Yield what is to be written of a file, its lines by thousands. Raises FileRefused."""
    statement: _Statement | None = None
    ranks: Counter[int] = Counter()
    waiting = Rows()
    for event in events:
        if isinstance(event, Line):
            if statement is None:
                raise FileRefused(f"{event.place} : une écriture vient hors de tout relevé.")
            waiting.add(statement.row(event, ranks), event.amount)
            if len(waiting.rows) == CHUNK:
                yield waiting
                waiting = Rows()
            continue
        if waiting.rows:
            yield waiting
            waiting = Rows()
        if isinstance(event, Opening):
            begun = _begun(event, own)
            statement = _Statement(begun, days)
            yield begun
        else:
            statement = None if isinstance(event, Closing) else statement
            yield event
    if waiting.rows:
        yield waiting


def _begun(opening: Opening, own: Sequence[BankAccount]) -> Begun:
    """Return the association's account of a statement, or why its lines are held."""
    if not opening.account:
        if len(own) == 1:
            remark = f"Le fichier ne dit pas de quel compte il est : lu comme {own[0]}."
            return Begun(opening, own[0], remark=remark)
        return Begun(opening, None, "Le fichier ne dit pas de quel compte il est.")
    for account in own:
        if same_account(account.number, opening.account):
            return Begun(opening, account)
    ours = f"Le compte {opening.account[-11:]} n'est pas celui de l'association."
    return Begun(opening, None, ours)


class _Statement:
    """A statement whose lines are being read."""

    def __init__(self, begun: Begun, days: Days) -> None:
        opening, account = begun.opening, begun.account
        self.number = account.number if account else opening.account[:40]
        self.currency, self.hold = opening.currency[:3], begun.hold
        self.day = opening.on
        self.days = days
        self.count = 0

    def row(self, line: Line, ranks: Counter[int]) -> Row:
        """Return what a line is to be written as."""
        if not -MOST <= line.amount <= MOST:
            where = f"{line.place[:1].upper()}{line.place[1:]}"
            raise FileRefused(
                f"{where} : le montant {line.amount:.2E} dépasse tout ce qu'un compte porte. "
                "Le fichier est abîmé : téléchargez-le à nouveau depuis la banque."
            )
        self.count += 1
        booked = line.booked_on or line.value_on or self.day
        state, note = _state(line, booked, self.hold, self.days)
        currency = line.currency or self.currency or EURO
        texts = [line.text]
        for each in line.details:
            texts += each.texts
        payer, iban = _party(line)
        base = line_base(
            account=self.number,
            booked_on=booked or date.min,
            amount=line.amount,
            currency=currency,
            bank_ref=line.bank_ref,
            texts=(*texts, payer),
        )
        if state == BankLineState.ANNOUNCED:
            # The same line comes again once it is booked: it is another one, and is money.
            base = f"annonce-{base}"
        # Of the fingerprint, sixty bits are enough to count with, and take little room.
        mark = int(base[-15:], 16)
        ranks[mark] += 1
        detail = line.details[0] if line.details else _NOTHING
        return Row(
            key=f"{base}:{ranks[mark]}",
            position=self.count,
            place=line.place[:40],
            booked_on=booked or self.days.today,
            value_on=line.value_on,
            amount=round(line.amount, 2),
            currency=currency[:3],
            bank_ref=line.bank_ref[:60],
            family=line.family[:40],
            is_reversal=line.is_reversal,
            text=" · ".join(dict.fromkeys([text for text in texts if text]))[:500],
            payer=payer[:160],
            payer_iban=_seal(iban[:34]),
            payer_index=_payer_index(iban[:34]),
            end_to_end_id=_known(detail.end_to_end_id)[:60],
            mandate_id=_known(detail.mandate_id)[:40],
            return_reason=detail.return_reason[:10],
            details=[_plain(each) for each in line.details] if len(line.details) > 1 else [],
            state=state,
            note=note[:300],
        )


_NOTHING = Detail()


def _state(line: Line, booked: date | None, hold: str, days: Days) -> tuple[BankLineState, str]:
    """Return what becomes of a line as it is read, and why when it is not to be settled."""
    if line.status != BOOKED:
        return BankLineState.ANNOUNCED, "Annoncée par la banque, pas encore comptabilisée."
    why = hold or _why_held(line, booked, days)
    return (BankLineState.HELD, why) if why else (BankLineState.TO_SETTLE, "")


def _why_held(line: Line, booked: date | None, days: Days) -> str:
    if line.currency not in {"", EURO}:
        return f"En {line.currency} : seuls les euros entrent dans les comptes."
    if booked is None:
        return "La banque ne dit pas le jour de cette ligne."
    if line.amount != round(line.amount, 2):
        return f"Le montant {line.amount} a plus de deux décimales."
    why_not = days.why_not(booked)
    return f"Elle est datée du {booked:%d/%m/%Y}, {why_not}." if why_not else ""


def _party(line: Line) -> tuple[str, str]:
    """Return the other side of a line: who paid a credit, who is paid by a debit."""
    if len(line.details) != 1:
        return "", ""
    detail = line.details[0]
    # A direct debit that comes back names the debtor, though money leaves.
    if line.amount > 0 or (detail.return_reason and detail.debtor):
        return detail.debtor, detail.debtor_iban
    return detail.creditor, detail.creditor_iban


def _known(reference: str) -> str:
    return "" if reference.upper() == "NOTPROVIDED" else reference


def _plain(detail: Detail) -> dict[str, object]:
    """Return a detail as JSON: amounts as text, accounts left out (they are never in clear)."""
    facts = {name: getattr(detail, name) for name in Detail.__dataclass_fields__}
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in facts.items()
        if value and not name.endswith("_iban")
    }
