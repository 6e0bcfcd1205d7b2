"""The aid of one person: expected and received month by month, and what waits for somebody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F

from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.parameters.selectors import value
from payments.calculations.caf import allocataire_key
from payments.enums import MONEY_FROM_PAYERS, AccountKind, CafNature, EntryKind, Payer, TermKind
from payments.models import Account, CafLine, Posting, Term
from payments.selectors.caf_expected import SURPLUS_KEY, AidState, rule_of
from payments.selectors.caf_statements import TO_NAME
from residents.enums import AidEligibility, AidPayee
from residents.models import Contract, ContractTerms, Person

_TAKEN_BACK = (CafNature.RECOVERY, CafNature.CANCELLATION)


@dataclass(frozen=True)
class AidPart:
    """What one line of a statement does to a month; `line` is None for what came without one."""

    amount: Decimal
    line: CafLine | None = None

    @property
    def words(self) -> str:
        """What it is."""
        return self.line.get_nature_display() if self.line else "hors bordereau"

    @property
    def contest(self) -> str:
        """What the letter that contests it is called."""
        return f"caf-indu-{self.line.pk}" if self.line else ""

    @property
    def state(self) -> tuple[str, str] | None:
        """What of the line waits for somebody; None when nothing does."""
        if self.line is None or not self.line.review or self.line.reviewed_at is not None:
            return None
        return "à vérifier", "warning"


@dataclass(frozen=True, kw_only=True)
class AidMonth(AidState):
    """The aid of a contract for a month. `left`: what the month still lacks of all payers."""

    contract: Contract
    month: Month
    parts: list[AidPart]
    surplus: Decimal = ZERO
    left: Decimal = ZERO

    @property
    def taken_back(self) -> list[AidPart]:
        """What the CAF took back of it."""
        return [
            part
            for part in self.parts
            if part.line is not None and part.line.nature in _TAKEN_BACK and part.amount < 0
        ]


@dataclass(frozen=True)
class PersonAid:
    """All that is known of a person's aid."""

    contract: Contract | None
    terms: ContractTerms | None
    months: list[AidMonth]
    waiting: list[CafLine] = field(default_factory=list)
    to_give_back: Decimal = ZERO
    since: Month | None = None
    ends: CafLine | None = None

    @property
    def gaps(self) -> list[AidMonth]:
        """The months that somebody should look at."""
        return [one for one in self.months if one.is_gap]

    @property
    def missing(self) -> Decimal:
        """What the CAF has not paid of what was expected by now."""
        return sum((-one.gap for one in self.gaps if one.gap < 0), ZERO)

    @property
    def received(self) -> Decimal:
        """All that came."""
        return sum((one.received for one in self.months), ZERO)

    @property
    def waiting_total(self) -> Decimal:
        """What waits in suspense under the person's number."""
        return sum((line.amount for line in self.waiting), ZERO)

    @property
    def surpluses(self) -> list[AidMonth]:
        """The months of which some aid is the resident's."""
        return [one for one in self.months if one.surplus]

    @property
    def taken_back(self) -> list[tuple[AidMonth, AidPart]]:
        """What the CAF took back, with the month that it reopened."""
        return [(one, part) for one in self.months for part in one.taken_back]

    @property
    def opens_right(self) -> bool:
        """Whether the contract opens a right that the association is paid."""
        return self.contract is not None and self.contract.aid_eligible == AidEligibility.YES

    @property
    def earliest(self) -> Month | None:
        """The first month that may have a right: the one after the entry (CCH R823-10)."""
        return Month.of(self.contract.starts_on).next() if self.contract else None


def person_aid(person: Person, contracts: Sequence[Contract], today: date) -> PersonAid:
    """Return the aid of a person on these contracts, latest month first; constant queries."""
    lines = _lines(contracts)
    first = [one.month_from for one in lines if one.nature == CafNature.CURRENT and one.amount > 0]
    ends = [one for one in lines if one.nature == CafNature.END]
    contract = contracts[0] if contracts else None
    months = _months(contracts, lines, today)
    return PersonAid(
        contract=contract,
        terms=_terms(contract, today),
        months=months,
        waiting=_waiting(person),
        to_give_back=_to_give_back(contracts, months),
        since=Month.of(min(first)) if first else None,
        ends=max(ends, key=lambda one: (one.month_from, one.pk)) if ends else None,
    )


def _lines(contracts: Sequence[Contract]) -> list[CafLine]:
    rows = CafLine.objects.filter(contract__in=contracts, statement__state="POSTED")
    return list(
        rows.select_related("statement__office").order_by("statement__paid_on", "position", "pk")
    )


def _terms(contract: Contract | None, today: date) -> ContractTerms | None:
    """Return the terms in force today, else the nearest."""
    rows = list(ContractTerms.objects.filter(contract=contract).order_by("starts_on"))
    past = [one for one in rows if one.starts_on <= today]
    if past:
        return past[-1]
    return rows[0] if rows else None


def _waiting(person: Person) -> list[CafLine]:
    """Return the lines under the person's number that are on no contract."""
    key = allocataire_key(person.caf_number)
    if not key:
        return []
    rows = CafLine.objects.filter(
        TO_NAME, number__icontains=key, statement__office__department=person.caf_department
    ).select_related("statement", "double_of__statement")
    return [one for one in rows.order_by("-month_from", "pk") if allocataire_key(one.number) == key]


def _to_give_back(contracts: Sequence[Contract], months: Iterable[AidMonth]) -> Decimal:
    """Return the surplus that was not paid out: what else is due, such as a deposit, is no aid."""
    surplus: dict[int, Decimal] = defaultdict(Decimal)
    for one in months:
        surplus[one.contract.pk] += one.surplus
    rows = Account.objects.filter(contract__in=contracts, kind=AccountKind.REFUND_DUE)
    return sum(
        (
            max(min(-balance, surplus[number or 0]), ZERO)
            for number, balance in rows.values_list("contract", "balance")
        ),
        ZERO,
    )


@dataclass
class _Money:
    """What a month received, what of it was surplus, and by which entries."""

    received: Decimal = ZERO
    surplus: Decimal = ZERO
    by_entry: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def _money(contracts: Sequence[Contract]) -> dict[tuple[int, date], _Money]:
    rows = Posting.objects.filter(
        account__contract__in=contracts,
        account__kind__in=MONEY_FROM_PAYERS,
        payer=Payer.CAF,
        entitlement_month__isnull=False,
    ).exclude(entry__kind=EntryKind.OPENING)
    found: dict[tuple[int, date], _Money] = defaultdict(_Money)
    for contract, month, amount, entry, key in rows.values_list(
        "account__contract", "entitlement_month", "amount", "entry", F("entry__key")
    ):
        one = found[contract or 0, month or date.min]
        if key.startswith(SURPLUS_KEY):
            one.surplus += amount
        else:
            one.received -= amount
            one.by_entry[entry] -= amount
    return found


def _months(contracts: Sequence[Contract], lines: Iterable[CafLine], today: date) -> list[AidMonth]:
    of_entry = {pk: one for one in lines for pk in (one.entry_id, one.moved_id) if pk}
    signs = defaultdict(list)  # an end of right brings no money
    for line in lines:
        if not line.amount:
            signs[line.contract_id or 0, line.month_from].append(AidPart(ZERO, line))
    money, billed = _money(contracts), _billed(contracts)
    by_pk = {one.pk: one for one in contracts}
    paid_by = int(value("caf.paid_by_day", today))
    found = []
    for pk, first in {*billed, *money, *signs}:
        month, got = Month.of(first), money[pk, first]
        term = billed.get((pk, first))
        expected = _expected(term, by_pk[pk])
        parts = [*_parts(got, of_entry), *signs[pk, first]]
        if not (expected or parts or got.surplus):
            continue
        due = today >= month.next().day(paid_by)
        found.append(
            AidMonth(
                expected=expected,
                received=got.received,
                rule=rule_of(expected, got.received, due=due),
                contract=by_pk[pk],
                month=month,
                parts=parts,
                surplus=got.surplus,
                left=term.left if term else ZERO,
            )
        )
    return sorted(found, key=lambda one: (one.month.first, one.contract.pk), reverse=True)


def _billed(contracts: Sequence[Contract]) -> dict[tuple[int, date], Term]:
    rows = Term.objects.filter(contract__in=contracts, kind=TermKind.MONTHLY)
    return {(one.contract_id, one.month): one for one in rows.defer("explanation")}


def _expected(term: Term | None, contract: Contract) -> Decimal:
    if term is None or term.aid_payee != AidPayee.MANAGER:
        return ZERO
    return term.expected_aid if contract.aid_eligible == AidEligibility.YES else ZERO


def _parts(got: _Money, of_entry: dict[int, CafLine]) -> list[AidPart]:
    """Return what made the month: lines of statements, then what came otherwise, in one."""
    by_line: dict[int, Decimal] = defaultdict(Decimal)
    lines: dict[int, CafLine] = {}
    for entry, amount in got.by_entry.items():
        if entry in of_entry:
            line = of_entry[entry]
            lines[line.pk] = line
            by_line[line.pk] += amount
    parts = [AidPart(amount, lines[pk]) for pk, amount in sorted(by_line.items()) if amount]
    other = got.received - sum((part.amount for part in parts), ZERO)
    return [*parts, AidPart(other)] if other else parts
