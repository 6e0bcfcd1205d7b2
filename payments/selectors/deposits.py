"""Deposits: asked, held and by whom, to be returned by when, what is to be paid out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import F, OuterRef, Subquery

from caracol.core.money import ZERO
from caracol.parameters.selectors import value
from payments.calculations.deposit import Clock, ReturnRule, days_left, return_clock
from payments.enums import AccountKind, EntryKind, Payer, SettlementState
from payments.models import Account, DepositSettlement, Posting
from payments.selectors.allocations import allocations
from residents.models import Contract, ContractTerms
from residents.selectors.rules import rule_binding, rules_in_force


@dataclass(frozen=True)
class Credit:
    """Money in hand that no term used: whose it is, and the month of an aid."""

    payer: str
    month: date | None
    amount: Decimal


@dataclass(frozen=True)
class Movement:
    """Money of a deposit that came (+) or left (-), as people read it."""

    posting: Posting

    @property
    def entry(self) -> Any:
        """Its entry."""
        return self.posting.entry

    @property
    def amount(self) -> Decimal:
        """Received is positive, paid out negative."""
        return -self.posting.amount

    @property
    def payer(self) -> str:
        """Who brought it, or was paid."""
        return str(Payer(self.posting.payer or Payer.RESIDENT).label)

    @property
    def undone(self) -> Any:
        """The entry that took it back, or None."""
        return getattr(self.entry, "reversed_by", None)

    @property
    def may_be_undone(self) -> bool:
        """Whether it was typed here and stands."""
        return self.undone is None and self.entry.kind != EntryKind.OPENING


@dataclass
class DepositSheet:
    """All that a contract's deposit says on a day."""

    contract: Contract
    on: date
    settlement: DepositSettlement | None = None
    _postings: list[Posting] = field(default_factory=list)

    @cached_property
    def held_by_payer(self) -> dict[str, Decimal]:
        """What is held, by who paid it."""
        return self._by_payer(AccountKind.DEPOSIT_HELD)

    @cached_property
    def to_refund(self) -> dict[str, Decimal]:
        """What is to be paid out, by who it is due to."""
        return self._by_payer(AccountKind.REFUND_DUE)

    def _by_payer(self, kind: str) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(lambda: ZERO)
        for posting in self._postings:
            if posting.account.kind == kind:
                found[posting.payer or Payer.RESIDENT] -= posting.amount
        return {payer: amount for payer, amount in found.items() if amount}

    @property
    def asked(self) -> Decimal:
        """What the contract asks for."""
        return self.contract.deposit

    @property
    def held(self) -> Decimal:
        """What is held now."""
        return sum(self.held_by_payer.values(), ZERO)

    @cached_property
    def received(self) -> Decimal:
        """All that was received, returned since or not."""
        return sum((line.amount for line in self.receipts if line.undone is None), ZERO)

    @property
    def missing(self) -> Decimal:
        """What is asked and was not received."""
        return max(self.asked - self.received, ZERO)

    @property
    def refund(self) -> Decimal:
        """What is to be paid out."""
        return sum(self.to_refund.values(), ZERO)

    @cached_property
    def receipts(self) -> list[Movement]:
        """What was received into the deposit, latest first."""
        kinds = (EntryKind.DEPOSIT, EntryKind.OPENING)
        return [
            Movement(posting)
            for posting in reversed(self._postings)
            if posting.account.kind == AccountKind.DEPOSIT_HELD
            and posting.amount < 0
            and posting.entry.kind in kinds
        ]

    @cached_property
    def refunds(self) -> list[Movement]:
        """What was paid out, latest first."""
        return [
            Movement(posting)
            for posting in reversed(self._postings)
            if posting.account.kind == AccountKind.REFUND_DUE
            and posting.entry.kind == EntryKind.REFUND
        ]

    @cached_property
    def clock(self) -> Clock:
        """By when the deposit is to be returned."""
        return clock_of(self.contract, self.on)


def has_deposit(contract: Contract) -> bool:
    """Whether a contract asks a deposit, or one was ever held or owed back for it."""
    if contract.deposit:
        return True
    kinds = [AccountKind.DEPOSIT_HELD, AccountKind.REFUND_DUE]
    return Posting.objects.filter(account__contract=contract, account__kind__in=kinds).exists()


def deposit_sheet(contract: Contract, on: date) -> DepositSheet:
    """Read a contract's deposit in a constant number of queries."""
    rows = Posting.objects.filter(
        account__contract=contract,
        account__kind__in=[AccountKind.DEPOSIT_HELD, AccountKind.REFUND_DUE],
    )
    related = ("account", "entry__author", "entry__reversed_by")
    postings = list(rows.select_related(*related).order_by("entry__date", "entry_id", "pk"))
    return DepositSheet(contract, on, settlement_alive(contract), postings)


def settlement_alive(contract: Contract) -> DepositSettlement | None:
    """Return the return under way or done."""
    rows = DepositSettlement.objects.filter(contract=contract)
    return (
        rows.exclude(state=SettlementState.CANCELLED)
        .select_related("prepared_by", "approved_by", "entry")
        .first()
    )


def clock_of(contract: Contract, on: date) -> Clock:
    """Return the clock of a contract's deposit on a day. Raises ParameterMissing, RuleMissing."""
    return return_clock(
        return_rule(rule_binding(contract).deposit_return_by_law, contract.ends_on),
        keys_returned_on=contract.keys_returned_on,
        conforms=contract.exit_inventory_conforms,
        rent=last_rent(contract),
        on=on,
        has_new_address=bool(contract.new_address.strip()),
    )


def return_rule(by_law: bool, on: date) -> ReturnRule:  # noqa: FBT001
    """Return the dated values of the return of a deposit. Raises ParameterMissing."""
    return ReturnRule(
        months_conform=int(value("deposit.return_months.conform", on)),
        months_other=int(value("deposit.return_months.other", on)),
        percent=Decimal(str(value("deposit.late_penalty_percent", on))),
        by_law=by_law,
    )


def return_days(contracts: Sequence[Contract]) -> dict[int, date]:
    """Return by when deposits are to be given back; a constant number of queries."""
    if not contracts:
        return {}
    last = max(contract.ends_on for contract in contracts)
    by_law = {kind: rule.deposit_return_by_law for kind, rule in rules_in_force(last).items()}
    rules = {law: return_rule(law, last) for law in (True, False)}
    found = {}
    for contract in contracts:
        due_on = return_clock(
            rules[by_law.get(contract.kind, False)],
            keys_returned_on=contract.keys_returned_on,
            conforms=contract.exit_inventory_conforms,
            rent=ZERO,
            on=contract.ends_on,
            has_new_address=bool(contract.new_address.strip()),
        ).due_on
        if due_on is not None:
            found[contract.pk] = due_on
    return found


def last_rent(contract: Contract) -> Decimal:
    """Return the last monthly fee, without charges."""
    last = ContractTerms.objects.filter(contract=contract).order_by("-starts_on").first()
    return last.fee if last else ZERO


def credits_of(contract: Contract) -> list[Credit]:
    """Return the money in hand that no term used, by payer and month of aid."""
    return credits_on([contract.pk])[contract.pk]


def credits_on(ids: Sequence[int]) -> dict[int, list[Credit]]:
    """Return the same of several contracts; a constant number of queries."""
    left = {
        key: (pk, part) for pk, one in allocations(ids).items() for key, part in one.left.items()
    }
    found: dict[int, dict[tuple[str, date | None], Decimal]] = {
        pk: defaultdict(lambda: ZERO) for pk in ids
    }
    rows = Posting.objects.filter(pk__in=left).values_list("pk", "payer", "entitlement_month")
    for posting, payer, month in rows:
        contract, amount = left[posting]
        is_aid = payer == Payer.CAF and month is not None
        key = (Payer.CAF.value, month) if is_aid else (Payer.RESIDENT.value, None)
        found[contract][key] += amount
    return {
        pk: [Credit(*key, amount) for key, amount in sorted(parts.items(), key=_order)]
        for pk, parts in found.items()
    }


def _order(item: tuple[tuple[str, date | None], Decimal]) -> tuple[str, date]:
    (payer, month), _amount = item
    return payer, month or date.min


def held_amounts(contracts: Iterable[int]) -> dict[int, Decimal]:
    """Return the deposits held on contracts."""
    rows = Account.objects.filter(contract__in=contracts, kind=AccountKind.DEPOSIT_HELD)
    return {pk: -balance for pk, balance in rows.values_list("contract", "balance") if pk}


def deposits_to_return(contracts: Any) -> Any:
    """Keep the contracts somebody left on which a deposit is held and nothing is engaged."""
    held = Account.objects.filter(kind=AccountKind.DEPOSIT_HELD, balance__lt=0)
    engaged = DepositSettlement.objects.exclude(state=SettlementState.CANCELLED)
    return contracts.filter(pk__in=held.values("contract"), left_on__isnull=False).exclude(
        pk__in=engaged.values("contract")
    )


def payers_in_words(amounts: dict[str, Decimal]) -> Sequence[tuple[str, Decimal]]:
    """Return amounts by payer, the payer in French."""
    return [(str(Payer(payer).label), amount) for payer, amount in sorted(amounts.items())]


@dataclass(frozen=True)
class DueReturn:
    """A deposit to return: the contract, what is held, and its clock."""

    contract: Contract
    held: Decimal
    clock: Clock

    def days_left(self, on: date) -> int | None:
        """The days left to return it; negative once late, None before the keys are back."""
        return days_left(self.clock.due_on, on) if self.clock.due_on else None


def due_returns(contracts: Any, on: date, most: int) -> list[DueReturn]:
    """Return the first deposits to return, the most pressing first; a fixed number of queries."""
    fees = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-starts_on")
    kept = deposits_to_return(contracts).annotate(last_fee=Subquery(fees.values("fee")[:1]))
    rows = list(kept.order_by(F("keys_returned_on").asc(nulls_last=True), "left_on", "pk")[:most])
    if not rows:
        return []
    held = held_amounts([row.pk for row in rows])
    by_law = {kind: rule.deposit_return_by_law for kind, rule in rules_in_force(on).items()}
    rules = {law: return_rule(law, on) for law in (True, False)}
    found = [
        DueReturn(
            row,
            held.get(row.pk, ZERO),
            return_clock(
                rules[by_law.get(row.kind, False)],
                keys_returned_on=row.keys_returned_on,
                conforms=row.exit_inventory_conforms,
                rent=row.last_fee or ZERO,
                on=on,
                has_new_address=bool(row.new_address.strip()),
            ),
        )
        for row in rows
    ]
    return sorted(found, key=lambda due: due.clock.due_on or date.max)


def refunds_due(contracts: Any) -> list[Account]:
    """Return the accounts of what is to be paid out, the largest first."""
    rows = Account.objects.filter(
        contract__in=contracts, kind=AccountKind.REFUND_DUE, balance__lt=0
    )
    return list(rows.select_related("contract").order_by("balance", "pk"))
