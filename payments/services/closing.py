"""Close a month: post what each contract owes for it, once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from itertools import groupby
from operator import itemgetter

from django.db import connection, transaction
from django.db.models import Count, Sum

from caracol.accounts.models import Territory, User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.calculations.prorata import Bill, Conditions, bill_month, with_premium
from payments.enums import AccountKind, TermKind
from payments.guards import CONTRACT_LOCKS
from payments.models import Account, MonthClosing, Term
from payments.selectors.premiums import premium_shares
from payments.services import copying
from payments.services.accounts import open_accounts
from payments.services.allocating import contracts_with_credit, reallocate
from payments.services.withdrawing import withdraw_papers
from residents.enums import BINDING
from residents.models import Contract, ContractTerms, ContractTypeRule

CLOSING_LOCKS = 716
CHUNK = 1000

MONTH_CLOSED = history.label("payments.month-closed", "Mois clôturé")


class MonthBeforeTakeover(Refused):
    """The month lies before the books were taken over: its balance came with the workbook."""


@dataclass(frozen=True)
class TermDraft:
    """What closing will post for one contract; `labels` name the fee and the charges."""

    contract: int
    number: str
    territory: int
    kind: str
    due_on: date
    expected_aid: Decimal
    aid_payee: str
    bill: Bill
    labels: tuple[str, str]


@dataclass
class Closing:
    """The outcome: terms of the month in all and their total; what this run posted."""

    month: Month
    terms: int = 0
    new: int = 0
    total: Decimal = ZERO
    new_total: Decimal = ZERO
    territories: dict[int, tuple[int, Decimal]] = field(default_factory=dict)


def preview_month(month: Month, territory: Territory | None = None) -> list[TermDraft]:
    """Return what closing would post now, writing nothing. Raises MonthBeforeTakeover."""
    _refuse_before_takeover(month, territory)
    return list(_drafts(month, territory))


@transaction.atomic
def close_month(*, month: Month, actor: User, territory: Territory | None = None) -> Closing:
    """Post the month's terms of every contract that lives in it and has none; again = no change.

    All or nothing; two closings of one month wait for each other. Money in advance is
    allocated to the new terms. Raises MonthBeforeTakeover, MonthLocked.
    """
    _refuse_before_takeover(month, territory)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)",
            [CLOSING_LOCKS, month.year * 100 + month.number],
        )
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [CONTRACT_LOCKS])
    result = Closing(month)
    with history.act(MONTH_CLOSED, actor=actor):
        for chunk in _chunks(_drafts(month, territory), CHUNK):
            _post_chunk(month, chunk, actor, result)
        for territory_id, (count, total) in sorted(result.territories.items()):
            MonthClosing.objects.create(
                month=month.first,
                territory_id=territory_id,
                closed_by=actor,
                terms=count,
                total=total,
            )
    _count(result, territory)
    return result


def _post_chunk(month: Month, drafts: list[TermDraft], actor: User, result: Closing) -> None:
    ids = [draft.contract for draft in drafts]
    open_accounts(ids)
    # In the contracts' order, as everybody: no act waits for this one while this one waits for it.
    receivables = dict(
        Account.objects.filter(contract__in=ids, kind=AccountKind.RECEIVABLE)
        .order_by("contract_id")
        .select_for_update(no_key=True)
        .values_list("contract", "pk")
    )
    copying.copy_terms(month, drafts, receivables, actor)
    moved = contracts_with_credit(ids, month)
    reallocate(moved)
    withdraw_papers(
        contract_ids=moved,
        reason=f"L'échéance {month.of_label}, plus ancienne, a été émise : elle passe d'abord.",
        on=clock.today(),
        actor=actor,
    )
    for draft in drafts:
        count, total = result.territories.get(draft.territory, (0, ZERO))
        result.territories[draft.territory] = (count + 1, total + draft.bill.amount)
        result.new += 1
        result.new_total += draft.bill.amount


def _count(result: Closing, territory: Territory | None) -> None:
    terms = Term.objects.filter(month=result.month.first, kind=TermKind.MONTHLY)
    if territory is not None:
        terms = terms.filter(contract__territory=territory)
    found = terms.aggregate(terms=Count("pk"), total=Sum("amount", default=ZERO))
    result.terms, result.total = found["terms"], found["total"]


def _refuse_before_takeover(month: Month, territory: Territory | None) -> None:
    openings = Term.objects.filter(kind=TermKind.OPENING, month__gte=month.first)
    if territory is not None:
        openings = openings.filter(contract__territory=territory)
    if openings.exists():
        raise MonthBeforeTakeover(
            f"{month.label.capitalize()} précède la reprise des comptes : ce qui en restait dû "
            "est déjà dans les soldes repris."
        )


def _drafts(month: Month, territory: Territory | None) -> Iterator[TermDraft]:
    """Yield what each contract without a term for the month owes, in the contracts' order.

    Contracts and conditions are read apart, in the same order: the database has no join to plan
    wrongly on tables that have just been filled.
    """
    contracts = Contract.objects.filter(status__in=BINDING)
    if territory is not None:
        contracts = contracts.filter(territory=territory)
    known = {
        row[0]: row[1:]
        for row in contracts.values_list("pk", "number", "territory_id", "kind", "due_day")
    }
    billed = set(Term.objects.filter(month=month.first).values_list("contract", flat=True))
    conditions = (
        ContractTerms.objects.filter(starts_on__lte=month.last, ends_on__gte=month.first)
        .order_by("contract_id", "starts_on")
        .values_list(
            "contract_id", "starts_on", "ends_on", "fee", "charges", "expected_aid", "aid_payee"
        )
        .iterator(chunk_size=2000)
    )
    all_in = _all_in_kinds(month.first)
    premiums = premium_shares(month)
    # Many contracts cost the same: their bill is reckoned once.
    bill_of = lru_cache(maxsize=4096)(partial(bill_month, month))
    for contract, group in groupby(conditions, key=itemgetter(0)):
        if contract in billed or contract not in known:
            continue
        rows = list(group)
        bill = bill_of(
            tuple(
                Conditions(max(first, month.first), min(last, month.last), fee, charges)
                for _contract, first, last, fee, charges, *_aid in rows
            )
        )
        if bill is not None:
            bill = with_premium(bill, premiums.get(contract, ZERO))
            number, territory_id, kind, due_day = known[contract]
            due_on = max(month.day(due_day), bill.span.first)
            aid = rows[-1][5] if bill.span.days == month.days else ZERO
            fee_label = "Redevance (charges comprises)" if kind in all_in else "Redevance"
            labels = (fee_label, "Charges")
            payee = rows[-1][6]
            yield TermDraft(contract, number, territory_id, kind, due_on, aid, payee, bill, labels)


def _all_in_kinds(on: date) -> set[str]:
    """Return the contract types whose fee includes charges on a day."""
    rules = ContractTypeRule.objects.on(on).filter(charges_mode="ALL_IN")
    return set(rules.values_list("kind", flat=True))


def _chunks(drafts: Iterator[TermDraft], size: int) -> Iterator[list[TermDraft]]:
    chunk: list[TermDraft] = []
    for draft in drafts:
        chunk.append(draft)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
