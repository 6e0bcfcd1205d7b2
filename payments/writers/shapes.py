"""What is asked of a bank, whatever the version of the message. Amounts are positive euros."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from caracol.core.errors import Refused
from caracol.core.money import ZERO


class FileNotValid(Refused):
    """The file would be refused by a bank: every reason, in words."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = f" (et {len(problems) - 5} autres)" if len(problems) > 5 else ""
        super().__init__("Rien n'est écrit : " + " ; ".join(problems[:5]) + more)


@dataclass(frozen=True)
class Party:
    """The association: who is paid by debits, who pays by transfers."""

    name: str
    iban: str
    bic: str = ""
    creditor_id: str = ""


@dataclass(frozen=True)
class DebitOrder:
    """One debit asked for."""

    end_to_end_id: str
    amount: Decimal
    mandate: str
    signed_on: date
    sequence: str
    debtor: str
    iban: str
    bic: str
    remittance: str


@dataclass(frozen=True)
class TransferOrder:
    """One transfer asked for."""

    end_to_end_id: str
    amount: Decimal
    beneficiary: str
    iban: str
    bic: str
    remittance: str


@dataclass(frozen=True)
class DebitFile:
    """A file of debits, all collected on one day."""

    message: str
    reference: str
    made_at: datetime
    collect_on: date
    creditor: Party
    orders: tuple[DebitOrder, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the debits."""
        return sum((order.amount for order in self.orders), ZERO)


@dataclass(frozen=True)
class TransferFile:
    """A file of transfers, all executed on one day."""

    message: str
    reference: str
    made_at: datetime
    execute_on: date
    debtor: Party
    orders: tuple[TransferOrder, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the transfers."""
        return sum((order.amount for order in self.orders), ZERO)
