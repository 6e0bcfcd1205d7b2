"""What matching needs to know of contracts, payers and money recorded, in constant queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL

from caracol.core.money import ZERO
from payments.calculations.match_facts import Claim
from payments.calculations.matching import Book, open_book
from payments.calculations.naming import Household
from payments.enums import AccountKind
from payments.models import Account, KnownPayer, Mandate, Posting, Term, TermPaper
from payments.selectors.candidates import Candidates
from payments.selectors.owing import with_aid_awaited
from residents.enums import BINDING, ContractStatus
from residents.models import Contract, ContractHolder, ContractTerms

RECORDED_DAYS = 12
"""How far apart a payment recorded by hand and its line of the statement may be."""


@dataclass(frozen=True)
class Recorded:
    """Money recorded by hand that no line of a statement shows yet."""

    entry: int
    amount: Decimal
    on: date
    label: str
    means: str
    contract: str


def contracts_by_number() -> dict[str, Contract]:
    """Return the contracts that bind, by number."""
    return {row.number: row for row in Contract.objects.filter(status__in=BINDING)}


def matching_book(on: date, only: Candidates | None = None) -> Book:
    """Return every contract indexed by what a line may say of it; or what one line may be for."""
    among = only.contracts if only else None
    # Of a contract that only a name leads to, references and payers are not those of the line.
    signed = only.signed if only else None
    accounts, payers = _known_payers(signed)
    names = only.names if only else None
    return open_book(_claims(on, among, signed), accounts, payers, names)


def _of(rows: QuerySet[Any], among: Collection[int] | None, path: str = "contract") -> Any:
    """Keep the rows of some contracts; all of them when none is named."""
    if among is None:
        return rows
    # One array: thousands of parameters take longer to write than to read by.
    wanted = RawSQL("SELECT unnest(%s::bigint[])", [sorted(among)])
    return rows.filter(**{f"{path}__in": wanted})


def _known_payers(
    among: Collection[int] | None,
) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    accounts: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    rows = _of(KnownPayer.objects.alive(), among)
    for index, name, contract in rows.values_list("iban_index", "name_key", "contract__number"):
        if index:
            accounts[index].add(contract)
        if name:
            names[name].add(contract)
    return _frozen(accounts), _frozen(names)


def _frozen(found: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(numbers) for key, numbers in found.items()}


def _claims(
    on: date, among: Collection[int] | None, signed: Collection[int] | None
) -> Iterable[Claim]:
    households = _households(among)
    rooms = _rooms(on, among)
    mandates = _grouped(_of(Mandate.objects.all(), signed).values_list("contract", "reference"))
    alive = _of(TermPaper.objects.filter(cancelled_by=None), signed, "term__contract")
    papers = _grouped(alive.values_list("term__contract", "document__number"))
    amounts = _open_amounts(on, among)
    receivables = _of(Account.objects.filter(kind=AccountKind.RECEIVABLE), among)
    balances = dict(receivables.values_list("contract", "balance"))
    contracts = _of(Contract.objects.filter(status__in=BINDING), among, "pk").values_list(
        "pk", "number", "starts_on", "ends_on", "status"
    )
    for pk, number, first, last, status in contracts.iterator(chunk_size=5000):
        home, room, monthly = rooms.get(pk, ("", "", ()))
        due = balances.get(pk, ZERO)
        open_amounts = {*amounts.get(pk, ()), *monthly, due} - {ZERO}
        yield Claim(
            contract=number,
            households=tuple(households.get(pk, ())),
            first=first,
            last=last,
            home=home,
            room=room,
            mandates=tuple(mandates.get(pk, ())),
            documents=tuple(papers.get(pk, ())),
            due=due,
            open_amounts=tuple(sorted(open_amounts)),
            is_closed=status == ContractStatus.CLOSED,
        )


def _grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _households(among: Collection[int] | None) -> dict[int, list[Household]]:
    found: dict[int, list[Household]] = defaultdict(list)
    rows = _of(ContractHolder.objects.filter(contract__status__in=BINDING), among)
    for contract, last, first in rows.order_by("-is_main", "pk").values_list(
        "contract", "person__last_name", "person__first_name"
    ):
        found[contract].append(Household(last, first))
    return found


def _rooms(
    on: date, among: Collection[int] | None
) -> dict[int, tuple[str, str, tuple[Decimal, ...]]]:
    """Return each contract's home, room, and monthly amounts: whole, and without the aid."""
    rows = _of(ContractTerms.objects.filter(contract__status__in=BINDING), among)
    found: dict[int, tuple[str, str, tuple[Decimal, ...]]] = {}
    for contract, starts_on, home, room, fee, charges, aid in rows.order_by(
        "starts_on"
    ).values_list(
        "contract",
        "starts_on",
        "room__colocation__code",
        "room__number",
        "fee",
        "charges",
        "expected_aid",
    ):
        if contract not in found or starts_on <= on:
            found[contract] = (home, room, (fee + charges, max(fee + charges - aid, ZERO)))
    return found


def _open_amounts(on: date, among: Collection[int] | None) -> dict[int, list[Decimal]]:
    """Return what a payment would settle exactly: each open term, the same without its aid."""
    found: dict[int, list[Decimal]] = defaultdict(list)
    rows = with_aid_awaited(_of(Term.objects.filter(paid_amount__lt=F("amount")), among), on)
    for row in rows.only("contract", "amount", "paid_amount").iterator(chunk_size=5000):
        awaited: Decimal = row.aid_awaited  # type: ignore[attr-defined]
        found[row.contract_id] += [row.left, row.left - awaited]
    return found


def recorded_waiting(amount: Decimal | None = None, about: date | None = None) -> list[Recorded]:
    """Return the payments, deposits and refunds recorded by hand that no bank line shows yet.

    One that was taken back before the bank saw it is left out, with what took it back. `amount`
    keeps those of that amount, `about` those that `near` may find around that day.
    """
    seen = Q(entry__cleared_by__isnull=False, entry__cleared_by__reconciliation__undone_at=None)
    by_hand = Q(entry__source__has_key="means") | Q(entry__reverses__source__has_key="means")
    rows = (
        Posting.objects.filter(by_hand, account__kind=AccountKind.IN_TRANSIT)
        .exclude(pk__in=Posting.objects.filter(seen).values("pk"))
        .exclude(entry__reconciliation__isnull=False)
        .exclude(entry__reverses__reconciliation__isnull=False)
        .select_related("entry")
        .order_by("entry__date", "pk")
    )
    if amount is not None:
        rows = rows.filter(amount__in=(amount, -amount))
    if about is not None:
        days = (about - timedelta(days=RECORDED_DAYS), about + timedelta(days=RECORDED_DAYS))
        # With what took them back, or what they take back, on whatever day.
        rows = rows.filter(
            Q(entry__date__range=days)
            | Q(entry__reverses__date__range=days)
            | Q(entry__reversed_by__date__range=days)
        )
    waiting = {row.entry_id: row for row in rows}
    back = {row.entry.reverses_id for row in waiting.values() if row.entry.reverses_id}
    contracts = dict(
        Posting.objects.filter(entry__in=waiting, account__contract__isnull=False).values_list(
            "entry", "account__contract__number"
        )
    )
    return [
        Recorded(
            entry=row.entry_id,
            amount=row.amount,
            on=row.entry.date,
            label=row.entry.label,
            means=str(row.entry.source.get("means", "")),
            contract=contracts.get(row.entry_id, ""),
        )
        for row in waiting.values()
        if row.entry_id not in back and row.entry.reverses_id not in waiting
    ]


def near(recorded: Sequence[Recorded], amount: Decimal, on: date) -> list[Recorded]:
    """Return what was recorded by hand for that very amount around that day, nearest first."""
    span = timedelta(days=RECORDED_DAYS)
    found = [one for one in recorded if one.amount == amount and abs(one.on - on) <= span]
    return sorted(found, key=lambda one: (abs(one.on - on), one.entry))
