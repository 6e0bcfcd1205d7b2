"""What every reader gives, whatever the format. Amounts are signed: a credit is positive."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caracol.core.errors import Refused

BOOKED = "BOOK"


class FileRefused(Refused):
    """The file cannot be read: what is wrong, where, and what to do."""


@dataclass(frozen=True)
class Detail:
    """One payment inside an entry. `amount` is None where the bank gives none."""

    end_to_end_id: str = ""
    mandate_id: str = ""
    amount: Decimal | None = None
    texts: tuple[str, ...] = ()
    debtor: str = ""
    debtor_iban: str = ""
    creditor: str = ""
    creditor_iban: str = ""
    references: tuple[str, ...] = ()
    return_reason: str = ""
    return_text: str = ""


@dataclass(frozen=True)
class Line:
    """One entry of a statement. It is what is booked: its details only say what is in it.

    `status`: BOOK, PDNG or INFO; only BOOK is money. `bank_ref` is the bank's own reference.
    `place` says where it stands in the file: "ligne 12", "écriture 3".
    """

    amount: Decimal
    currency: str
    booked_on: date | None
    value_on: date | None = None
    bank_ref: str = ""
    status: str = BOOKED
    is_reversal: bool = False
    family: str = ""
    text: str = ""
    details: tuple[Detail, ...] = ()
    place: str = ""


@dataclass(frozen=True)
class Opening:
    """The beginning of a statement. `account` is an IBAN where the format has it."""

    account: str = ""
    currency: str = ""
    reference: str = ""
    sequence: str = ""
    balance: Decimal | None = None
    on: date | None = None
    is_duplicate: bool = False


@dataclass(frozen=True)
class Closing:
    """The end of a statement, with its closing balance where the format has it."""

    balance: Decimal | None = None
    on: date | None = None


@dataclass(frozen=True)
class Remark:
    """Something a person should know of the file, which does not keep it from being read."""

    message: str
    place: str = ""


Event = Opening | Line | Closing | Remark
Events = Iterator[Event]
