"""Post the lines of a CAF statement: each to its entitlement month, or in suspense.

Aid for a month of before the takeover settles what was awaited then; a rappel or a retenue on such
a month goes to the pre-takeover term and waits for a person (DESIGN section 7).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from caracol.accounts.models import User
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month
from payments.calculations.caf import spread
from payments.enums import (
    MONEY_FROM_PAYERS,
    AccountKind,
    CafNature,
    CafState,
    EntryKind,
    Payer,
    TermKind,
)
from payments.models import Account, CafLine, CafStatement, Entry, Posting, Term
from payments.selectors.caf_doubles import doubles
from payments.selectors.caf_people import Found, resolve
from payments.services.accounts import open_accounts, shared_accounts
from payments.services.allocating import reallocate
from payments.services.caf_surplus import settle_surplus
from payments.services.copying import reserve
from payments.services.open_days import open_day
from payments.services.posting import Line
from payments.services.withdrawing import withdraw_papers
from residents.enums import ContractStatus
from residents.models import Contract, ContractTerms


@dataclass
class Books:
    """What the books say of some contracts, kept in step while lines are posted.

    `opening`: the month of the takeover; `awaited`: the aid still expected from before it;
    `expected`: by month lived in, the aid that the contract's terms expect.
    """

    opening: dict[int, date] = field(default_factory=dict)
    awaited: dict[int, Decimal] = field(default_factory=dict)
    expected: dict[int, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    receivables: dict[int, Account] = field(default_factory=dict)
    at_takeover: dict[int, Account] = field(default_factory=dict)
    closed: dict[int, str] = field(default_factory=dict)


def read_books(contracts: Iterable[Contract]) -> Books:
    """Lock contracts in the order of their numbers and read what their aid settles."""
    books = Books()
    every = {contract.pk: contract for contract in contracts}
    open_accounts(sorted(every))
    locked = Account.objects.select_for_update(no_key=True, of=("self",)).filter(
        contract__in=every, kind__in=MONEY_FROM_PAYERS
    )
    accounts = list(locked.order_by("contract_id", "kind"))
    closed = Contract.objects.filter(pk__in=every, status=ContractStatus.CLOSED)
    for pk, number in closed.values_list("pk", "number"):
        books.closed[pk] = f"Le contrat {number} est clos : rouvrez-le pour y inscrire cette aide."
    for account in accounts:
        pk = account.contract_id or 0
        if pk in books.closed:
            continue
        if account.kind == AccountKind.RECEIVABLE:
            books.receivables[pk] = account
        else:
            books.at_takeover[pk], books.awaited[pk] = account, account.balance
    ids = sorted(books.receivables)
    openings = Term.objects.filter(contract__in=ids, kind=TermKind.OPENING)
    books.opening = dict(openings.values_list("contract", "month"))
    _read_expected(books, ids)
    return books


def _read_expected(books: Books, ids: Sequence[int]) -> None:
    rows = ContractTerms.objects.filter(contract__in=ids).order_by("starts_on")
    for pk, start, end, aid in rows.values_list("contract", "starts_on", "ends_on", "expected_aid"):
        for month in Month.of(start).until(Month.of(end)):
            books.expected[pk][month.first] = aid


@dataclass(frozen=True)
class Share:
    """What a line does to one account of a contract, and why to look at it."""

    account: Account
    amount: Decimal
    month: date


def shares_of(line: CafLine, contract: Contract, books: Books) -> tuple[list[Share], str]:
    """Return how a line is shared over the months of a contract, and why to look at it."""
    months = [month.first for month in Month.of(line.month_from).until(Month.of(line.month_to))]
    opening = books.opening.get(contract.pk)
    before = [month for month in months if opening is not None and month <= opening]
    if before and len(before) == len(months):
        return _before_takeover(line, contract, books, opening or months[0])
    receivable = books.receivables[contract.pk]
    parts: dict[date, Decimal] = {}
    for month, amount in spread(line.amount, months, books.expected[contract.pk]):
        kept = max(month, opening) if opening else month
        parts[kept] = parts.get(kept, ZERO) + amount
    review = "Une partie de ces mois vient avant la reprise des comptes." if before else ""
    return [Share(receivable, amount, month) for month, amount in parts.items()], review


def _before_takeover(
    line: CafLine, contract: Contract, books: Books, opening: date
) -> tuple[list[Share], str]:
    receivable = books.receivables[contract.pk]
    awaited = max(books.awaited.get(contract.pk, ZERO), ZERO)
    taken = min(line.amount, awaited) if line.nature == CafNature.CURRENT else ZERO
    taken = max(taken, ZERO)
    shares = []
    if taken:
        books.awaited[contract.pk] = awaited - taken
        shares.append(Share(books.at_takeover[contract.pk], taken, line.month_from))
    rest = line.amount - taken
    if not rest:
        return shares, ""
    shares.append(Share(receivable, rest, opening))
    if line.nature == CafNature.CURRENT:
        return shares, f"{euros(rest)} dépassent l'aide attendue à la reprise des comptes."
    what = "Rappel" if rest > 0 else "Retenue"
    return shares, f"{what} sur des mois d'avant la reprise, inscrit·e au solde repris."


def review_of(line: CafLine, *reasons: str) -> str:
    """Return why a person should look at a line, in one text."""
    said = [reason for reason in reasons if reason]
    if line.withheld and line.nature == CafNature.CURRENT:
        said.append(f"La CAF a retenu {euros(line.withheld)} sur cette aide.")
    if line.nature == CafNature.RECOVERY and line.amount < 0:
        said.append(f"La CAF reprend {euros(-line.amount)} : le mois se rouvre.")
    if line.nature == CafNature.END:
        said.append("Fin de droit : la part du résident augmente, revoyez l'aide du contrat.")
    return " ".join(said)[:300]


def aid_lines(shares: Sequence[Share]) -> list[Line]:
    """Return the lines that credit contracts with their aid, or debit what is taken back."""
    return [Line(share.account, -share.amount, Payer.CAF, share.month) for share in shares]


def post_lines(*, statement: CafStatement, today: date, actor: User) -> int:
    """Post every line of a statement; return how many are in suspense.

    To be called in the transaction that decides the statement is posted.
    """
    lines = list(statement.lines.order_by("position"))
    found = resolve(lines, statement.office.department)
    contracts = Contract.objects.in_bulk({one.contract for one in found if one.contract})
    books = read_books(contracts.values())
    # Once the accounts are locked: another statement of the same person is posted, or waits.
    paid = doubles(lines, statement.office)
    shared = shared_accounts(AccountKind.IN_TRANSIT, AccountKind.SUSPENSE)
    drafts: list[tuple[CafLine, list[Line]]] = []
    for line, whose in zip(lines, found, strict=True):
        line.statement = statement
        contract, why_not = _open_contract(whose, contracts, books)
        double = paid.get(line.pk)
        said = double.why if double else ""
        if double is not None and double.waits:
            contract, line.double_of = None, double.of
        if contract is None:
            line.review = review_of(line, said, why_not, whose.review)
            credited = [Line(shared[AccountKind.SUSPENSE], -line.amount)]
        else:
            shares, why = shares_of(line, contract, books)
            line.contract, line.review = contract, review_of(line, whose.review, why, said)
            credited = aid_lines(shares)
        if line.amount:
            debit = Line(shared[AccountKind.IN_TRANSIT], line.amount)
            drafts.append((line, [debit, *credited]))
    _post(drafts, open_day(statement.paid_on), actor)
    CafLine.objects.bulk_update(lines, ["contract", "entry", "double_of", "review"], batch_size=500)
    settle_aid(
        list(books.receivables),
        reason=f"Le bordereau {statement.reference} de la CAF a changé l'aide de ce mois.",
        today=today,
        actor=actor,
    )
    return sum(line.contract_id is None for line in lines)


def _open_contract(
    whose: Found, contracts: dict[int, Contract], books: Books
) -> tuple[Contract | None, str]:
    """Return the contract that takes a line, or why none does."""
    if whose.contract is None:
        return None, whose.why
    if whose.contract in books.closed:
        return None, books.closed[whose.contract]
    return contracts[whose.contract], ""


def _post(drafts: Sequence[tuple[CafLine, list[Line]]], on: date, actor: User) -> None:
    """Write the entries of lines together. The statement is locked: none is posted yet."""
    entries, postings = [], []
    for number, (line, lines) in zip(
        reserve("payments_entry_id_seq", len(drafts)), drafts, strict=True
    ):
        entry = Entry(
            pk=number,
            key=f"caf:{line.statement_id}:{line.position}",
            kind=EntryKind.AID,
            date=on,
            label=label_of(line)[:200],
            source=source_of(line),
            author=actor,
        )
        line.entry = entry
        entries.append(entry)
        postings += [
            Posting(
                entry=entry,
                account=one.account,
                amount=one.amount,
                payer=one.payer,
                entitlement_month=one.month,
            )
            for one in lines
            if one.amount
        ]
    Entry.objects.bulk_create(entries, batch_size=1000)
    Posting.objects.bulk_create(postings)  # in one statement: it must balance


def label_of(line: CafLine) -> str:
    """Return the words of a line in the books: no name, the number is enough."""
    what = CafNature(line.nature).label.capitalize()
    return f"{what} {months_words(line)}, allocataire {line.number}"


def months_words(line: CafLine) -> str:
    """Return the months of a line: "octobre 2026", "juillet à septembre 2026"."""
    first, last = Month.of(line.month_from), Month.of(line.month_to)
    if first == last:
        return first.label
    start = first.label.split()[0] if first.year == last.year else first.label
    return f"{start} à {last.label}"


def source_of(line: CafLine) -> dict[str, str]:
    """Return where an entry comes from; the day of payment as the CAF says it."""
    return {
        "payer": Payer.CAF,
        "note": f"bordereau {line.statement.reference}",
        "paid_on": line.statement.paid_on.isoformat(),
    }


def settle_aid(contract_ids: Sequence[int], *, reason: str, today: date, actor: User) -> None:
    """Give terms what they have now, move surplus aid to what is due, withdraw untrue papers."""
    reallocate(contract_ids)
    if settle_surplus(contract_ids=contract_ids, today=today, actor=actor):
        reallocate(contract_ids)
    withdraw_papers(contract_ids=contract_ids, reason=reason, on=today, actor=actor)


def post_held(*, statement: CafStatement, note: str, today: date, actor: User) -> int:
    """Post a statement that was held, its lines with it; return how many are in suspense."""
    statement.state, statement.note = CafState.POSTED, note[:400]
    statement.posted_on = open_day(statement.paid_on)
    statement.save(update_fields=["state", "note", "posted_on"])
    return post_lines(statement=statement, today=today, actor=actor)
