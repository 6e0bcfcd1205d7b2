"""Try a payment, or its reversal, before it is done: what it would settle, what it would reopen."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.calculations.allocation import Money
from payments.enums import MONEY_FROM_PAYERS, AccountKind, PaperKind, Payer, TermKind
from payments.models import Account, Entry, Posting, Term, TermPaper
from payments.selectors.allocations import allocations
from residents.models import Contract

TRIED = 0  # the key of the money tried: no posting has it


@dataclass(frozen=True)
class Share:
    """What a term gains (or loses) by the act tried, by which rule, and what stays owed on it."""

    term: Term
    amount: Decimal
    left: Decimal
    rule: str = ""

    @property
    def settles(self) -> bool:
        """Whether nothing stays owed."""
        return not self.left


@dataclass(frozen=True)
class PaymentTry:
    """What a payment would do.

    Aid for a month before the takeover settles no term: `awaited` is the aid that the takeover
    still waits for, `None` for any other payment.
    """

    shares: list[Share]
    credit: Decimal
    before: Decimal
    after: Decimal
    amount: Decimal
    awaited: Decimal | None = None

    @property
    def still_awaited(self) -> Decimal:
        """What the takeover would wait for afterwards; negative: more came than it awaits."""
        return (self.awaited or ZERO) - self.amount


def try_payment(
    *, contract: Contract, amount: Decimal, on: date, payer: Payer, month: Month | None
) -> PaymentTry:
    """Return what money received would settle, and what would stay in hand."""
    before = balance_of(contract)
    if payer == Payer.CAF and month and _is_before_takeover(contract, month):
        awaited = balance_of(contract, AccountKind.AID_AT_TAKEOVER)
        return PaymentTry([], ZERO, before, before, amount, awaited)
    money = Money(TRIED, on, amount, payer, month.first if month else None)
    now = allocations([contract.pk])[contract.pk]
    then = allocations([contract.pk], extra={contract.pk: [money]})[contract.pk]
    terms = Term.objects.in_bulk(then.paid.keys())
    rules = {part.due: part.rule for part in then.parts if part.money == TRIED}
    shares = [
        Share(terms[key], gain, terms[key].amount - paid, rules.get(key, ""))
        for key, paid in then.paid.items()
        if (gain := paid - now.paid.get(key, ZERO))
    ]
    left = sum(then.left.values(), ZERO) - sum(now.left.values(), ZERO)
    return PaymentTry(
        shares=sorted(shares, key=lambda share: share.term.due_on),
        credit=max(left, ZERO),
        before=before,
        after=before - amount,
        amount=amount,
    )


def _is_before_takeover(contract: Contract, month: Month) -> bool:
    openings = Term.objects.filter(contract=contract, kind=TermKind.OPENING)
    return openings.filter(month__gte=month.first).exists()


@dataclass(frozen=True)
class ReversalTry:
    """What taking a payment back would do, on every contract it concerns."""

    amount: Decimal
    shares: list[Share] = field(default_factory=list)
    papers: list[TermPaper] = field(default_factory=list)

    @property
    def reopened(self) -> Decimal:
        """What would be owed again."""
        return -sum((share.amount for share in self.shares), ZERO)


def try_reversal(entry: Entry) -> ReversalTry:
    """Return which terms a reversal would reopen, and which papers it would cancel."""
    lines = Posting.objects.filter(entry=entry, account__kind__in=MONEY_FROM_PAYERS)
    contracts = list(lines.values_list("account__contract", flat=True).distinct())
    now = allocations(contracts)
    then = allocations(contracts, without=[entry.pk])
    lost: dict[int, tuple[Decimal, Decimal]] = {}
    received: dict[int, Decimal] = {}
    for contract in contracts:
        for key, paid in then[contract].paid.items():
            change = paid - now[contract].paid.get(key, ZERO)
            if change < 0:
                lost[key] = (change, paid)
                received[key] = paid - then[contract].adjusted[key]
    terms = Term.objects.select_related("contract").in_bulk(lost)
    shares = [
        Share(terms[key], change, terms[key].amount - paid) for key, (change, paid) in lost.items()
    ]
    return ReversalTry(
        amount=-sum(lines.values_list("amount", flat=True), ZERO),
        shares=sorted(shares, key=lambda share: share.term.due_on),
        papers=_papers_lost(received),
    )


def _papers_lost(received: dict[int, Decimal]) -> list[TermPaper]:
    papers = TermPaper.objects.filter(term__in=received, cancelled_by=None).select_related(
        "document", "term__contract"
    )
    return [
        paper
        for paper in papers.order_by("document__number")
        if paper.kind == PaperKind.QUITTANCE
        or (paper.kind == PaperKind.RECU and paper.paid_amount > received[paper.term_id])
    ]


def balance_of(contract: Contract, kind: AccountKind = AccountKind.RECEIVABLE) -> Decimal:
    """Return the balance of a contract's account: by default, what the resident owes now."""
    account = Account.objects.filter(contract=contract, kind=kind).first()
    return account.balance if account else ZERO
