"""Read what a contract's terms say of each month beside what was billed: the gap to put right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Q

from caracol.core.money import ZERO, euros
from caracol.core.periods import Month
from payments.calculations.adjustment import Billed, Parts, difference, next_due
from payments.calculations.prorata import FEE, Bill, Conditions, bill_month, with_premium
from payments.enums import AccountKind, EntryKind, TermKind
from payments.models import Posting, Term
from payments.selectors.premiums import premiums_billed
from residents.enums import BINDING, AidPayee
from residents.models import Contract, ContractTerms

BY_TERMS, BY_HAND = "terms", "hand"
BILLING = (EntryKind.TERM, EntryKind.ADJUSTMENT)


class Priced(Protocol):
    """The terms of a contract over some days: written, or only thought of."""

    @property
    def starts_on(self) -> date:
        """The first day."""

    @property
    def ends_on(self) -> date:
        """The last day."""

    @property
    def fee(self) -> Decimal:
        """Monthly, in euros."""

    @property
    def charges(self) -> Decimal:
        """Monthly, in euros."""

    @property
    def expected_aid(self) -> Decimal:
        """Monthly, in euros."""

    @property
    def aid_payee(self) -> str:
        """An `AidPayee`."""


@dataclass(frozen=True)
class MonthBill:
    """What a contract's terms make of a month; `bill` is None when they do not cover it."""

    month: Month
    bill: Bill | None = None
    expected_aid: Decimal = ZERO
    aid_payee: str = AidPayee.MANAGER

    @property
    def parts(self) -> Parts:
        """Its fee and its charges."""
        if self.bill is None:
            return Parts()
        fee = sum((line.amount for line in self.bill.lines if line.kind == FEE), ZERO)
        return Parts(fee, self.bill.amount - fee)

    @property
    def days(self) -> int:
        """The days it is for."""
        return self.bill.span.days if self.bill else 0

    def due_on(self, due_day: int) -> date:
        """The day it is due: the contract's, but never before it is lived in."""
        due = self.month.day(due_day)
        return max(due, self.bill.span.first) if self.bill else due


@dataclass(frozen=True)
class MonthGap:
    """A month billed, what it was billed, and what now puts it right."""

    term: Term
    billed: Billed
    bill: MonthBill
    change: Parts
    on: date
    due_on: date
    by_hand: bool = False

    @property
    def month(self) -> Month:
        """The month billed."""
        return self.bill.month

    @property
    def explanation(self) -> dict[str, Any]:
        """The tree that says why, in French."""
        children = [_node(f"Facturé jusqu'ici : {euros(self.billed.net.total)}.")]
        if self.billed.by_hand.total:
            corrected = euros(self.billed.by_hand.total)
            children.append(_node(f"Dont corrigé à la main : {corrected}, qui reste acquis."))
        if self.by_hand:
            now = euros(self.billed.net.total + self.change.total)
            children.append(_node(f"Corrigé à la main : le mois vaut désormais {now}."))
        elif self.bill.bill is None:
            children.append(_node("Le contrat ne couvre plus ce mois : plus rien n'est dû."))
        else:
            now = euros(self.bill.parts.total)
            children.append(_node(f"D'après le contrat, le mois vaut désormais {now}."))
            children.extend(self.bill.bill.explanation.get("children", []))
        return {
            "label": f"Régularisation {self.month.of_label}",
            "amount": str(self.change.total),
            "detail": "",
            "children": children,
        }


@dataclass
class Reading:
    """The months of a contract: those billed with their gap, those only to come."""

    gaps: list[MonthGap] = field(default_factory=list)
    taken_over: Month | None = None

    @property
    def changes(self) -> list[MonthGap]:
        """The months to put right."""
        return [gap for gap in self.gaps if gap.change.total]


def bill_of(month: Month, versions: Iterable[Priced], premium: Decimal = ZERO) -> MonthBill:
    """Return what these versions make of a month, as closing it would (RULEBOOK 2.3).

    `premium`: the share of an insurance taken on behalf that goes with it.
    """
    rows = sorted(
        (v for v in versions if v.starts_on <= month.last and v.ends_on >= month.first),
        key=lambda version: version.starts_on,
    )
    bill = bill_month(month, [Conditions(v.starts_on, v.ends_on, v.fee, v.charges) for v in rows])
    if bill is None:
        return MonthBill(month)
    bill = with_premium(bill, premium)
    aid = rows[-1].expected_aid if bill.span.days == month.days else ZERO
    return MonthBill(month, bill, aid, rows[-1].aid_payee)


def written_versions(contract: Contract) -> list[ContractTerms]:
    """Return the terms as they are written; none for a contract that binds nobody."""
    if contract.status not in BINDING:
        return []
    return list(ContractTerms.objects.filter(contract=contract).order_by("starts_on"))


def read_months(contract: Contract, versions: Sequence[Priced], today: date) -> Reading:
    """Return each month billed with what would bring it to what these versions say."""
    terms = Term.objects.filter(contract=contract).exclude(kind=TermKind.ADJUSTMENT)
    reading = Reading()
    billed, premiums = billed_months(contract), premiums_billed(contract)
    for term in terms.select_related("entry").order_by("month"):
        month = Month.of(term.month)
        if term.kind == TermKind.OPENING:
            reading.taken_over = month
            continue
        bill = bill_of(month, versions, premiums.get(term.pk, ZERO))
        found = billed.get(term.month, Billed())
        posted_on = term.entry.date if term.entry else term.starts_on
        on = max(today, posted_on)
        reading.gaps.append(
            MonthGap(
                term=term,
                billed=found,
                bill=bill,
                change=difference(found, bill.parts),
                on=on,
                due_on=next_due(contract.due_day, on),
            )
        )
    return reading


def billed_months(contract: Contract) -> dict[date, Billed]:
    """Return what each month of a contract was billed so far, adjustments included."""
    billing = Posting.objects.filter(
        Q(entry__kind__in=BILLING) | Q(entry__reverses__kind__in=BILLING),
        account__contract=contract,
        account__kind=AccountKind.RECEIVABLE,
    )
    months: dict[int, tuple[date, bool]] = {}
    for entry, month, kind, cause in billing.values_list(
        "entry", "entitlement_month", "entry__kind", "entry__source__cause"
    ):
        if month is not None:
            by_hand = kind == EntryKind.REVERSAL or cause == BY_HAND
            months[entry] = (month, by_hand)
    found: dict[date, Billed] = {}
    income = Posting.objects.filter(
        entry__in=months, account__kind__in=[AccountKind.FEES, AccountKind.CHARGES]
    )
    for entry, kind, amount in income.values_list("entry", "account__kind", "amount"):
        month, by_hand = months[entry]
        parts = Parts(-amount) if kind == AccountKind.FEES else Parts(ZERO, -amount)
        before = found.get(month, Billed())
        if by_hand:
            found[month] = Billed(before.by_terms, before.by_hand + parts)
        else:
            found[month] = Billed(before.by_terms + parts, before.by_hand)
    return found


def _node(label: str) -> dict[str, Any]:
    return {"label": label, "amount": "", "detail": ""}
