"""What contracts ask of the books: what an act would do to the account, and to do it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from caracol.accounts.models import User
from caracol.core.periods import Month
from payments.selectors.impacts import bill_of, read_months, written_versions
from payments.selectors.settling import obstacle_to_reopening, obstacles_to_closing
from payments.selectors.simulating import balance_of
from payments.services.accounts import lock_account
from payments.services.adjusting import adjust_months
from payments.services.foreseeing import effects
from residents.models import Contract
from residents.selectors.effects import Effects, MonthEffect, Version, register


class Books:
    """The answers of the ledger (`residents.selectors.effects.Accounts`)."""

    def schedule(
        self, *, kind: str, due_day: int, versions: Sequence[Version], months: int = 12
    ) -> tuple[MonthEffect, ...]:
        """Return the first terms that a contract would be billed, none being written."""
        if not versions:
            return ()
        first = Month.of(min(version.starts_on for version in versions))
        last = Month.of(max(version.ends_on for version in versions))
        bills = [
            bill_of(month, versions) for month in first.until(min(last, first.plus(months - 1)))
        ]
        return tuple(
            MonthEffect(
                month=found.month.first,
                before=None,
                after=found.bill.amount,
                due_on=found.due_on(due_day),
                days=found.days,
                explanation=found.bill.explanation,
            )
            for found in bills
            if found.bill is not None
        )

    def preview(self, *, contract: Contract, versions: Sequence[Version], today: date) -> Effects:
        """Return what replacing all the contract's terms by these versions would do."""
        return effects(
            contract=contract,
            reading=read_months(contract, versions, today),
            before=written_versions(contract),
            after=versions,
            today=today,
        )

    def apply(
        self, *, contract: Contract, actor: User, today: date, reason: str, key: str
    ) -> Effects:
        """Put right the months billed that the contract's terms, just written, no longer say."""
        return adjust_months(contract=contract, actor=actor, today=today, reason=reason, key=key)

    def balance(self, contract: Contract) -> Decimal:
        """Return what the resident owes now; negative: in advance."""
        return balance_of(contract)

    def obstacles_to_closing(self, contract: Contract, today: date) -> tuple[str, ...]:
        """Return, in French, what keeps the contract from being closed: account, deposit."""
        return obstacles_to_closing(contract, today)

    def hold(self, contract: Contract) -> None:
        """Let nothing be written on the account by anybody else until the transaction ends."""
        lock_account(contract)

    def obstacle_to_reopening(self, contract: Contract) -> str:
        """Return what was built on the contract's end and keeps it; "" when nothing does."""
        return obstacle_to_reopening(contract)


register(Books())
