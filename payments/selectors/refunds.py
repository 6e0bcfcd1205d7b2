"""What may be given back, to whom, what of it is under way, and what to weigh before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, Sum

from caracol.core.money import ZERO
from caracol.core.periods import Month, french_day
from caracol.parameters.selectors import value
from payments.enums import AccountKind, DebitState, Payer, RefundSource, RefundState, TermKind
from payments.models import Account, Debit, DepositSettlement, Posting, Refund, Term
from payments.selectors.awaited_aid import AwaitedAid, awaited_aid
from payments.selectors.deposits import credits_on, return_days
from residents.enums import LIVING
from residents.models import Contract, ContractTerms

# Refunds under way, and those whose money still stands on what is to be refunded.
UNDER_WAY = (RefundState.PREPARED, RefundState.APPROVED, RefundState.SENT)
MOVED = (RefundState.APPROVED, RefundState.SENT)
AID_SURPLUS = "Aide au logement au-delà de la redevance"


@dataclass(frozen=True)
class Owed:
    """A sum that may be given back: what it is, whose, how much is not under way yet.

    `amount` may be nothing, where all of it waits for the CAF's credit (`awaited`).
    """

    contract: Contract
    source: RefundSource
    payer: Payer
    amount: Decimal
    reason: str
    due_on: date | None = None
    # What the month to bill will take of it.
    coming: Decimal = ZERO
    # What rests on aid that the bank has not shown: no part of `amount`, it cannot leave yet.
    awaited: Decimal = ZERO
    aid: AwaitedAid | None = None

    @property
    def key(self) -> str:
        """What names it on a page."""
        return f"{self.source}:{self.payer}"

    @property
    def over(self) -> Decimal:
        """What is left once the month to bill has taken its part."""
        return max(self.amount - self.coming, ZERO)

    @property
    def is_to_resident(self) -> bool:
        """Whether it goes to the household."""
        return self.payer in {Payer.RESIDENT, Payer.CAF}


def owed_on(contract: Contract, *, besides: int = 0) -> list[Owed]:
    """Return all that may be given back on a contract, what is under way left out.

    `besides`: a refund under way that is not counted.
    """
    return owed_on_all([contract], besides=besides)


def owed_now(contract: Contract, on: date) -> list[Owed]:
    """Return the same, with what the month to bill will take of an advance."""
    coming = _to_bill([contract], Month.of(on)).get(contract.pk, ZERO)
    return [_less(one, coming) for one in owed_on(contract)]


def _less(one: Owed, bill: Decimal) -> Owed:
    waits = one.source == RefundSource.ACCOUNT and one.reason != AID_SURPLUS
    return replace(one, coming=min(bill, one.amount)) if waits and bill else one


def owed_on_all(contracts: Sequence[Contract], *, besides: int = 0) -> list[Owed]:
    """Return the same of several contracts, in their order; a constant number of queries."""
    ids = [contract.pk for contract in contracts]
    due, advances = _dues(contracts, ids, besides), _advances(contracts, ids, besides)
    waiting = awaited_aid([pk for pk in ids if pk in due or pk in advances])
    return [_seen(one, waiting) for pk in ids for one in (*due[pk], *advances[pk])]


def _seen(one: Owed, waiting: dict[int, AwaitedAid]) -> Owed:
    """Keep of a sum what the bank has shown."""
    aid = waiting.get(one.contract.pk)
    if aid is None or not one.is_to_resident:
        return one
    held = aid.held.due if one.source == RefundSource.DUE else aid.held.account
    awaited = min(held, one.amount)
    return replace(one, amount=one.amount - awaited, awaited=awaited, aid=aid) if awaited else one


def _dues(contracts: Sequence[Contract], ids: Sequence[int], besides: int) -> dict[int, list[Owed]]:
    """Return by contract what stands on what is to be refunded."""
    rows = Posting.objects.filter(
        account__contract__in=ids, account__kind=AccountKind.REFUND_DUE
    ).values_list("account__contract", "payer")
    totals: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for pk, payer, total in rows.annotate(total=-Sum("amount")):
        totals[pk].append((payer, total))
    asked = engaged_on(ids, besides=besides)
    settled = set(
        DepositSettlement.objects.filter(contract__in=ids, state="APPROVED").values_list(
            "contract", flat=True
        )
    )
    days = return_days([one for one in contracts if one.pk in settled])
    found: dict[int, list[Owed]] = defaultdict(list)
    for contract in contracts:
        is_deposit = contract.pk in settled
        reason = "Restitution du dépôt de garantie" if is_deposit else "Somme à rembourser"
        for payer, total in sorted(totals[contract.pk]):
            known = Payer(payer or Payer.RESIDENT)
            left = total - asked[contract.pk, known]
            if left > 0:
                day = days.get(contract.pk)
                one = Owed(contract, RefundSource.DUE, known, left, reason, day)
                found[contract.pk].append(one)
    return found


def engaged(contract: Contract) -> dict[str, Decimal]:
    """Return by payer what refunds under way will take from what is to be refunded."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for (_pk, payer), amount in engaged_on([contract.pk]).items():
        found[payer] += amount
    return found


def engaged_on(ids: Sequence[int], *, besides: int = 0) -> dict[tuple[int, str], Decimal]:
    """Return the same by contract and payer."""
    found: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    rows = Refund.objects.filter(contract__in=ids, state__in=UNDER_WAY).exclude(pk=besides)
    for refund in rows.defer("iban"):
        if refund.source == RefundSource.DUE or refund.state in MOVED:
            found[refund.contract_id, refund.payer] += refund.amount
    return found


def _advances(
    contracts: Sequence[Contract], ids: Sequence[int], besides: int
) -> dict[int, list[Owed]]:
    """Return what accounts have in advance: over-payments, and aid above what was due."""
    balances: dict[int | None, Decimal] = dict(
        Account.objects.filter(
            contract__in=ids, kind=AccountKind.RECEIVABLE, balance__lt=0
        ).values_list("contract", "balance")
    )
    credits = credits_on([pk for pk in ids if pk in balances])
    rows = (
        Refund.objects.filter(
            contract__in=ids, source=RefundSource.ACCOUNT, state=RefundState.PREPARED
        )
        .exclude(pk=besides)
        .values_list("contract")
    )
    asked = dict(rows.annotate(total=Sum("amount")))
    found: dict[int, list[Owed]] = defaultdict(list)
    for contract in contracts:
        pk = contract.pk
        if pk not in balances:
            continue
        in_hand = sum((one.amount for one in credits[pk]), ZERO)
        left = min(-balances[pk], in_hand) - asked.get(pk, ZERO)
        if left > 0:
            aid = any(one.payer == Payer.CAF for one in credits[pk])
            reason = AID_SURPLUS if aid else "Avance du compte"
            one = Owed(contract, RefundSource.ACCOUNT, Payer.RESIDENT, left, reason)
            found[pk].append(one)
    return found


@dataclass(frozen=True)
class Returnable:
    """What to give back, the most pressing first, and advances that a month to bill will use."""

    first: list[Owed]
    advances: list[Owed]


def returnable(contracts: Any, on: date) -> Returnable:
    """Sort what may be given back: what the month's bill will not use comes first.

    A constant number of queries.
    """
    rows = list(contracts_to_refund(contracts).order_by("number"))
    coming = _to_bill(rows, Month.of(on))
    first, advances = [], []
    for one in owed_on_all(rows):
        bill = coming.get(one.contract.pk, ZERO)
        all_of_it = one.amount + one.awaited
        if one.source == RefundSource.DUE or one.reason == AID_SURPLUS or all_of_it > bill:
            over = one.source == RefundSource.ACCOUNT and one.reason != AID_SURPLUS and bill
            first.append(replace(one, coming=bill) if over else one)
        else:
            advances.append(replace(one, coming=bill))
    first.sort(key=lambda one: (one.due_on or date.max, one.source != RefundSource.DUE))
    return Returnable(first, advances)


def _to_bill(contracts: Sequence[Contract], month: Month) -> dict[int, Decimal]:
    """Return what contracts will be billed for a month not billed to them yet, aid deducted."""
    billed = Term.objects.filter(
        contract__in=contracts, month=month.first, kind=TermKind.MONTHLY
    ).values("contract")
    terms = ContractTerms.objects.filter(
        contract__in=[one.pk for one in contracts if one.status in LIVING],
        starts_on__lte=month.last,
        ends_on__gte=month.first,
    ).exclude(contract__in=billed)
    rows = terms.order_by("starts_on").values_list("contract", "fee", "charges", "expected_aid")
    # Two terms in a month: the later one tells enough of what the bill will be.
    return {pk: max(fee + charges - aid, ZERO) for pk, fee, charges, aid in rows}


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
