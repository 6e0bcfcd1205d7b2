"""What an act on a contract would do to its account, asked of whoever keeps the accounts.

The books are kept by a higher application: it registers an `Accounts`, so that contracts never
import it. Everything here is in euros, months by their first day, days both included.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from caracol.core.money import ZERO


@dataclass(frozen=True)
class Version:
    """The terms of a contract over some days, as they are or as they would be."""

    starts_on: date
    ends_on: date
    fee: Decimal
    charges: Decimal = ZERO
    expected_aid: Decimal = ZERO
    aid_payee: str = "MANAGER"
    room_id: int | None = None


@dataclass(frozen=True)
class MonthEffect:
    """A month of a contract: what it costs today, what it would cost, and how it is put right.

    `billed`: a term was issued already; the difference is then an adjustment, never a rewriting.
    `explanation` is the tree that `{% explanation %}` draws.
    """

    month: date
    before: Decimal | None
    after: Decimal
    billed: bool = False
    due_on: date | None = None
    days: int = 0
    explanation: dict[str, Any] = field(default_factory=dict)

    @property
    def change(self) -> Decimal:
        """What the month gains or loses."""
        return self.after - (self.before or ZERO)


@dataclass(frozen=True)
class Effects:
    """What an act would do: month by month, on the balance, on papers, in sentences for people."""

    months: tuple[MonthEffect, ...] = ()
    balance_before: Decimal = ZERO
    balance_after: Decimal = ZERO
    papers: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def adjustment(self) -> Decimal:
        """What is put right on months billed already: owed more (+) or less (-)."""
        return sum((month.change for month in self.months if month.billed), ZERO)


class Accounts(Protocol):
    """What the books answer about a contract, and do when its terms have changed."""

    def schedule(
        self, *, kind: str, due_day: int, versions: Sequence[Version], months: int = 12
    ) -> tuple[MonthEffect, ...]:
        """Return the first terms that a contract would be billed, none being written."""

    def preview(self, *, contract: Any, versions: Sequence[Version], today: date) -> Effects:
        """Return what replacing all the contract's terms by these versions would do."""

    def apply(self, *, contract: Any, actor: Any, today: date, reason: str, key: str) -> Effects:
        """Put right the months billed that the contract's terms, just written, no longer say.

        Inside the caller's transaction. The same `key` again changes nothing.
        """

    def balance(self, contract: Any) -> Decimal:
        """Return what the resident owes now; negative: in advance."""

    def obstacles_to_closing(self, contract: Any, today: date) -> tuple[str, ...]:
        """Return, in French, what keeps the contract from being closed: account, deposit."""

    def hold(self, contract: Any) -> None:
        """Let nothing be written on the account by anybody else until the transaction ends."""

    def obstacle_to_reopening(self, contract: Any) -> str:
        """Return what was built on the contract's end and keeps it; "" when nothing does."""


_registered: list[Accounts] = []


def register(accounts: Accounts) -> None:
    """Say who keeps the accounts."""
    _registered[:] = [accounts]


def accounts() -> Accounts:
    """Return who keeps the accounts."""
    return _registered[0]
