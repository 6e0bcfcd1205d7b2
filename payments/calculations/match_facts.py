"""What is told of a bank line and of a contract, and the decision that comes of both. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from caracol.core.money import ZERO
from payments.calculations.naming import Household


class Certainty(StrEnum):
    """What is done with a decision."""

    AUTO = "auto"
    PROPOSED = "proposed"
    NONE = "none"


class Rule(StrEnum):
    """By what a line was known."""

    REFERENCE = "REFERENCE"
    ROOM = "ROOM"
    ACCOUNT = "ACCOUNT"
    PAYER = "PAYER"
    NAME = "NAME"
    RETURN = "RETURN"
    NONE = "NONE"


@dataclass(frozen=True)
class Claim:
    """A contract as a payment may name it. Amounts are what it could be paid now, in euros.

    `due`: what is owed in all; `open_amounts`: each sum that a payment would settle exactly (a
    term's share, the balance). `first` and `last`: the days it is in force.
    """

    contract: str
    households: tuple[Household, ...]
    first: date
    last: date
    home: str = ""
    room: str = ""
    mandates: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    due: Decimal = ZERO
    open_amounts: tuple[Decimal, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True)
class Payment:
    """A bank line as matching reads it: a credit is positive."""

    amount: Decimal
    on: date | None
    texts: tuple[str, ...] = ()
    payer: str = ""
    iban: str = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    return_reason: str = ""


@dataclass(frozen=True)
class Part:
    """What of the line is for one contract."""

    contract: str
    amount: Decimal


@dataclass(frozen=True)
class Decision:
    """What is certain or proposed, and why. `strong`: full name and exact amount, nobody else."""

    certainty: Certainty
    reason: str
    parts: tuple[Part, ...] = ()
    strong: bool = False
    others: tuple[str, ...] = ()
    rule: Rule = Rule.NONE
