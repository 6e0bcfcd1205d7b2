"""What may be given back, to whom, what of it is under way, and what to weigh before."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, Sum

from caracol.core.money import ZERO
from caracol.core.periods import french_day
from caracol.parameters.selectors import value
from payments.enums import AccountKind, DebitState, Payer, RefundSource, RefundState
from payments.models import Account, Debit, DepositSettlement, Posting, Refund
from payments.selectors.deposits import clock_of, credits_of
from residents.models import Contract

# Refunds under way, and those whose money still stands on what is to be refunded.
UNDER_WAY = (RefundState.PREPARED, RefundState.APPROVED, RefundState.SENT)
MOVED = (RefundState.APPROVED, RefundState.SENT)


@dataclass(frozen=True)
class Owed:
    """A sum that may be given back: what it is, whose, how much is not under way yet."""

    contract: Contract
    source: RefundSource
    payer: Payer
    amount: Decimal
    reason: str
    due_on: date | None = None

    @property
    def key(self) -> str:
        """What names it on a page."""
        return f"{self.source}:{self.payer}"

    @property
    def is_to_resident(self) -> bool:
        """Whether it goes to the household."""
        return self.payer in {Payer.RESIDENT, Payer.CAF}


def owed_on(contract: Contract) -> list[Owed]:
    """Return all that may be given back on a contract, what is under way left out."""
    return [*_due(contract), *_advance(contract)]


def _due(contract: Contract) -> Iterable[Owed]:
    rows = (
        Posting.objects.filter(account__contract=contract, account__kind=AccountKind.REFUND_DUE)
        .values_list("payer")
        .annotate(total=-Sum("amount"))
    )
    asked = engaged(contract)
    settlement = DepositSettlement.objects.filter(contract=contract, state="APPROVED").first()
    for payer, total in sorted(rows):
        known = Payer(payer or Payer.RESIDENT)
        left = total - asked[known]
        if left > 0:
            reason = "Restitution du dépôt de garantie" if settlement else "Somme à rembourser"
            day = clock_of(contract, contract.ends_on).due_on if settlement else None
            yield Owed(contract, RefundSource.DUE, known, left, reason, day)


def engaged(contract: Contract) -> dict[str, Decimal]:
    """Return by payer what refunds under way will take from what is to be refunded."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    rows = Refund.objects.filter(contract=contract, state__in=UNDER_WAY)
    for refund in rows:
        if refund.source == RefundSource.DUE or refund.state in MOVED:
            found[refund.payer] += refund.amount
    return found


def _advance(contract: Contract) -> Iterable[Owed]:
    """Yield what the account has in advance: over-payments, and aid above what was due."""
    balance = (
        Account.objects.filter(contract=contract, kind=AccountKind.RECEIVABLE)
        .values_list("balance", flat=True)
        .first()
    )
    if balance is None or balance >= 0:
        return
    credits = credits_of(contract)
    asked = Refund.objects.filter(
        contract=contract, source=RefundSource.ACCOUNT, state=RefundState.PREPARED
    ).aggregate(total=Sum("amount", default=ZERO))["total"]
    left = min(-balance, sum((one.amount for one in credits), ZERO)) - asked
    if left > 0:
        aid = any(one.payer == Payer.CAF for one in credits)
        reason = "Aide au logement au-delà de la redevance" if aid else "Avance du compte"
        yield Owed(contract, RefundSource.ACCOUNT, Payer.RESIDENT, left, reason)


def contracts_to_refund(contracts: Any) -> Any:
    """Keep the contracts on which something may be given back: a refund due or an advance."""
    accounts = Account.objects.filter(
        kind__in=[AccountKind.REFUND_DUE, AccountKind.RECEIVABLE], balance__lt=0
    )
    return contracts.filter(pk__in=accounts.values("contract"))


def contestable_debit(contract: Contract, on: date) -> str:
    """Say until when the last debit may still be refunded by the bank without a reason; "" if not.

    To give money back before is to risk giving it twice (RULEBOOK 7).
    """
    last = Debit.objects.filter(contract=contract, state=DebitState.COLLECTED).aggregate(
        last=Max("batch__collect_on")
    )["last"]
    if last is None:
        return ""
    until = last + timedelta(weeks=int(value("sepa.refund_weeks", on)))
    if until < on:
        return ""
    return (
        f"Le prélèvement du {french_day(last)} peut encore être contesté sans motif jusqu'au "
        f"{french_day(until)} : s'il l'était après ce remboursement, la personne serait payée deux "
        "fois."
    )
