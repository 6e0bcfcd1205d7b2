"""A contract's account as a person reads it: terms and money side by side, at any date."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Prefetch

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.calculations.allocation import ADJUSTED, DESIGNATED, EARMARKED, OLDEST, Allocation
from payments.enums import AccountKind, EntryKind, Payer, TermKind
from payments.models import Posting, Term, TermLine, TermPaper
from payments.selectors.allocations import allocations
from payments.selectors.owing import aid_awaited
from payments.selectors.wording import (
    describe,
    is_adjustment,
    is_debt_taken_over,
    is_term,
    means_label,
)
from residents.models import Contract

RULES = {
    ADJUSTED: ("facturé en trop, régularisé", "C. civ. art. 1302"),
    EARMARKED: ("aide affectée à son mois", "CCH art. L832-2 et L842-1"),
    DESIGNATED: ("mois indiqué par qui a payé", "C. civ. art. 1342-10"),
    OLDEST: ("échéance la plus ancienne d'abord", "C. civ. art. 1342-10"),
}


@dataclass(frozen=True)
class Part:
    """A share of some money on a term, seen from either side."""

    posting: Posting
    term: Term
    amount: Decimal
    rule: str

    @property
    def why(self) -> str:
        """The rule, in French."""
        return RULES[self.rule][0]

    @property
    def article(self) -> str:
        """The article the rule comes from."""
        return RULES[self.rule][1]

    @property
    def lowering(self) -> Decimal:
        """The share as a line that lowers the term."""
        return -self.amount

    @property
    def words(self) -> str:
        """What money it is, in French."""
        if self.is_aid:
            return "Aide au logement (CAF)"
        return means_label(self.posting).capitalize()

    @property
    def is_aid(self) -> bool:
        """Whether it is housing aid for its month."""
        return self.posting.payer == Payer.CAF and self.posting.entitlement_month is not None


@dataclass
class TermRow:
    """A term with its two books: the aid's part and the resident's part."""

    term: Term
    on: date
    paid: Decimal
    aid_received: Decimal
    aid_awaited: Decimal
    parts: list[Part] = field(default_factory=list)

    @property
    def adjustments(self) -> list[Part]:
        """What lowered it since it was billed."""
        return [part for part in self.parts if part.rule == ADJUSTED]

    @property
    def receipts(self) -> list[Part]:
        """What was received on it."""
        return [part for part in self.parts if part.rule != ADJUSTED]

    @property
    def adjusted(self) -> Decimal:
        """By how much it was lowered."""
        return sum((part.amount for part in self.adjustments), ZERO)

    @property
    def called(self) -> Decimal:
        """What it comes to."""
        return self.term.amount - self.adjusted

    @property
    def aid_paid(self) -> Decimal:
        """The aid set on this term."""
        return sum((part.amount for part in self.parts if part.is_aid), ZERO)

    @property
    def resident_part(self) -> Decimal:
        """What the resident is to pay."""
        return self.called - self.aid_paid - self.aid_awaited

    @property
    def resident_paid(self) -> Decimal:
        """What came from the resident, or from others for them."""
        return self.paid - self.adjusted - self.aid_paid

    @property
    def resident_left(self) -> Decimal:
        """What the resident still owes on it."""
        return self.resident_part - self.resident_paid

    @property
    def has_aid(self) -> bool:
        """Whether aid is expected or came."""
        return bool(self.term.expected_aid or self.aid_received)

    @property
    def is_late(self) -> bool:
        """Whether the resident owes something on it past its due date."""
        return self.resident_left > 0 and self.term.due_on < self.on

    @property
    def is_opening(self) -> bool:
        """Whether it is the balance taken over."""
        return self.term.kind == TermKind.OPENING

    @property
    def title(self) -> str:
        """The month, or the takeover."""
        if self.is_opening:
            return "Reprise des comptes"
        name = Month.of(self.term.month).label.capitalize()
        return f"{name}, complément" if self.term.kind == TermKind.ADJUSTMENT else name

    @property
    def state(self) -> tuple[str, str]:
        """Its state in words, and the tone of the badge."""
        if not self.called:
            return "rien à payer", "neutral"
        if self.paid == self.term.amount:
            return "payée", "success"
        if not self.resident_left:
            return "aide attendue", "info"
        if self.is_late:
            return "en retard", "danger"
        part = self.paid - self.adjusted
        return ("en partie", "warning") if part else ("à payer", "neutral")


@dataclass
class MoneyRow:
    """Money received: what it settled, what is left of it, and whether it was taken back."""

    posting: Posting
    parts: list[Part] = field(default_factory=list)
    left: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """Received is positive, taken back negative."""
        return -self.posting.amount

    @property
    def means(self) -> str:
        """How it came, in French."""
        return means_label(self.posting)

    @property
    def payer(self) -> str:
        """Who paid, in French."""
        return str(Payer(self.posting.payer or Payer.RESIDENT).label)

    @property
    def note(self) -> str:
        """What was written with it."""
        return str(self.posting.entry.source.get("note", ""))

    @property
    def reversal(self) -> Any:
        """The entry that took it back, or None."""
        return getattr(self.posting.entry, "reversed_by", None)

    @property
    def is_reversal(self) -> bool:
        """Whether it takes another back."""
        return self.posting.entry.reverses_id is not None

    @property
    def may_be_reversed(self) -> bool:
        """Whether it is a payment that stands."""
        kind = self.posting.entry.kind
        return kind in (EntryKind.PAYMENT, EntryKind.AID) and self.reversal is None


@dataclass(frozen=True)
class Movement:
    """A line of the account with the balance after it."""

    posting: Posting
    label: str
    detail: str
    amount: Decimal
    balance: Decimal
    is_to_come: bool = False

    @property
    def on(self) -> date:
        """Its date."""
        return self.posting.entry.date

    @property
    def debit(self) -> Decimal | None:
        """What is called."""
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        """What is received."""
        return -self.amount if self.amount < 0 else None


class AccountSheet:
    """All that a contract's account says on a day; without `until`, what is known now.

    A constant number of queries, whatever the number of months.
    """

    def __init__(self, contract: Contract, *, today: date, until: date | None = None) -> None:
        self.contract = contract
        self.until = until
        self.on = until or today
        self.today = today

    @cached_property
    def _postings(self) -> list[Posting]:
        rows = Posting.objects.filter(account__contract=self.contract)
        if self.until:
            rows = rows.filter(entry__date__lte=self.until)
        related = (
            *("account", "entry__author", "entry__reversed_by"),
            *("entry__reverses", "entry__term"),
        )
        return list(rows.select_related(*related).order_by("entry__date", "entry_id", "pk"))

    def _of(self, kind: AccountKind) -> list[Posting]:
        return [posting for posting in self._postings if posting.account.kind == kind]

    def _sum(self, kind: AccountKind) -> Decimal:
        return sum((posting.amount for posting in self._of(kind)), ZERO)

    @cached_property
    def balance(self) -> Decimal:
        """What is owed: positive by the resident, negative in advance."""
        return self._sum(AccountKind.RECEIVABLE)

    @cached_property
    def deposit(self) -> Decimal:
        """The deposit held."""
        return -self._sum(AccountKind.DEPOSIT_HELD)

    @cached_property
    def refund_due(self) -> Decimal:
        """What is to be paid back."""
        return -self._sum(AccountKind.REFUND_DUE)

    @cached_property
    def aid_at_takeover(self) -> Decimal:
        """Aid awaited for a month before the takeover."""
        return self._sum(AccountKind.AID_AT_TAKEOVER)

    @cached_property
    def allocation(self) -> Allocation:
        """Which money settles which term."""
        return allocations([self.contract.pk], until=self.until)[self.contract.pk]

    @cached_property
    def terms(self) -> list[TermRow]:
        """The terms, latest first, each with its two books."""
        papers = TermPaper.objects.select_related("document", "cancelled_by").order_by("pk")
        rows = (
            Term.objects.filter(pk__in=self.allocation.paid.keys())
            .prefetch_related(
                Prefetch("lines", TermLine.objects.order_by("position")),
                Prefetch("papers", papers),
            )
            .order_by("-due_on", "-month")
        )
        aid = self._aid_by_month
        return [
            self._row(term, aid.get(term.month, ZERO), self.allocation.paid[term.pk])
            for term in rows
        ]

    def _row(self, term: Term, aid: Decimal, paid: Decimal) -> TermRow:
        parts = [
            Part(self._by_key[part.money], term, part.amount, part.rule)
            for part in self.allocation.parts
            if part.due == term.pk
        ]
        awaited = aid_awaited(self.contract, term, on=self.on, received=aid, paid=paid)
        return TermRow(term, self.on, paid, aid, awaited, parts)

    @cached_property
    def _by_key(self) -> dict[int, Posting]:
        return {posting.pk: posting for posting in self._of(AccountKind.RECEIVABLE)}

    @cached_property
    def _aid_by_month(self) -> dict[date, Decimal]:
        months: dict[date, Decimal] = {}
        for posting in self._of(AccountKind.RECEIVABLE):
            month = posting.entitlement_month
            if posting.payer == Payer.CAF and month is not None:
                months[month] = months.get(month, ZERO) - posting.amount
        return months

    @cached_property
    def money(self) -> list[MoneyRow]:
        """Money received and taken back, latest first, with what it settled."""
        rows = {
            posting.pk: MoneyRow(posting, left=self.allocation.left.get(posting.pk, ZERO))
            for posting in self._of(AccountKind.RECEIVABLE)
            if not (is_term(posting) or is_debt_taken_over(posting) or is_adjustment(posting))
        }
        for row in self.terms:
            for part in row.parts:
                if part.posting.pk in rows:
                    rows[part.posting.pk].parts.append(part)
        for money in rows.values():
            money.parts.sort(key=lambda part: part.term.due_on)
        return list(rows.values())[::-1]

    @cached_property
    def movements(self) -> list[Movement]:
        """Every line of the account in order, with the running balance."""
        balance = ZERO
        rows = []
        for posting in self._of(AccountKind.RECEIVABLE):
            balance += posting.amount
            label, detail = describe(posting)
            rows.append(
                Movement(
                    posting, label, detail, posting.amount, balance, posting.entry.date > self.today
                )
            )
        return rows

    @cached_property
    def credit(self) -> Decimal:
        """Money in hand that no term has used."""
        return sum(self.allocation.left.values(), ZERO)

    @cached_property
    def aid_awaited(self) -> Decimal:
        """Aid still expected from the CAF, the takeover's included."""
        return sum((row.aid_awaited for row in self.terms), ZERO)

    @cached_property
    def late(self) -> list[TermRow]:
        """Terms the resident owes something on past their due date, oldest first."""
        return [row for row in self.terms if row.is_late][::-1]

    @cached_property
    def overdue(self) -> Decimal:
        """What the resident owes past due."""
        return sum((row.resident_left for row in self.late), ZERO)

    @cached_property
    def to_come(self) -> Decimal:
        """What the resident owes that is not due yet."""
        rows = (row for row in self.terms if not row.is_late and row.resident_left > 0)
        return sum((row.resident_left for row in rows), ZERO)

    @property
    def opening(self) -> TermRow | None:
        """The balance taken over, if the contract came with the books."""
        return next((row for row in self.terms if row.is_opening), None)
