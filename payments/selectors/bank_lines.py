"""Bank lines as the team reads them: those one sees, their counts, what is proposed for each."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from caracol.accounts.models import User
from caracol.core.money import ZERO
from payments.enums import OPEN_LINES, AccountKind, BankLineState
from payments.models import (
    Account,
    BankLine,
    CafLine,
    CafTie,
    CalledOffTransfer,
    Debit,
    Reconciliation,
    ReconciliationPart,
    Refund,
    Term,
)
from payments.selectors.labels import Label, contract_labels
from payments.selectors.returns import RETURNED_BY
from residents.models import Contract

STATES = {
    "a-rapprocher": ("À rapprocher", Q(state=BankLineState.TO_SETTLE)),
    "fortes": (
        "Propositions fortes",
        Q(state=BankLineState.TO_SETTLE, proposal__is_strong=True),
    ),
    "en-attente": ("En attente", Q(state=BankLineState.SUSPENSE)),
    "retenues": ("Retenues", Q(state=BankLineState.HELD)),
    "rapprochees": ("Rapprochées", Q(state=BankLineState.SETTLED)),
    "hors-gestion": ("Hors gestion", Q(state=BankLineState.SET_ASIDE)),
    "ecartees": ("Écartées", Q(state__in=[BankLineState.DISCARDED, BankLineState.ANNOUNCED])),
    "retirees": ("Retirées", Q(state=BankLineState.WITHDRAWN)),
}
FIRST_STATE = "a-rapprocher"


def lines_seen(user: User, roles: Any) -> QuerySet[BankLine]:
    """Return the lines that one may see: those of nobody known yet, and of one's own territories.

    A line decided or proposed for contracts of other territories only is not seen, whether it was
    shared between them or is a debit, a refund or an aid of theirs.
    """
    rows: QuerySet[BankLine] = BankLine.objects.all()
    seen = Contract.objects.visible_to(user, roles)
    if Contract.objects.all().visible_condition(user, roles) is None:
        return rows
    somebodys, own = Q(), Q()
    for those in _paying():
        somebodys |= Q(Exists(those))
        own |= Q(Exists(those.filter(contract__in=seen.values("pk"))))
    return rows.filter(~somebodys | own).filter(
        Q(proposal=None)
        | ~Q(state__in=OPEN_LINES)
        | Q(proposal__contract=None)
        | Q(proposal__contract__in=seen.values("pk"))
    )


def _paying() -> list[QuerySet[Any]]:
    """Return all by which a line may be of contracts, each as a subquery on the line."""
    of_line = {"bank_line": OuterRef("pk")}
    line_itself = Concat(Value(RETURNED_BY), Cast(OuterRef("pk"), CharField()))
    tied = CafTie.objects.filter(undone=False, **of_line)
    return [
        ReconciliationPart.objects.filter(
            reconciliation__line=OuterRef("pk"),
            reconciliation__undone_at=None,
            contract__isnull=False,
        ),
        Debit.objects.filter(**of_line),
        Debit.objects.filter(return_source=line_itself),
        Refund.objects.filter(**of_line),
        CalledOffTransfer.objects.filter(**of_line).annotate(contract=F("refund__contract")),
        CafLine.objects.filter(statement__in=tied.values("statement"), contract__isnull=False),
    ]


def filtered(rows: QuerySet[BankLine], state: str, words: str) -> QuerySet[BankLine]:
    """Keep the lines of a state that hold the words: text, payer, reference or amount."""
    rows = rows.filter(STATES.get(state, STATES[FIRST_STATE])[1])
    for word in words.split():
        found = Q(text__icontains=word) | Q(payer__icontains=word) | Q(bank_ref__iexact=word)
        amount = word.replace(",", ".")
        if amount.replace(".", "", 1).lstrip("-").isdigit():
            found |= Q(amount__in=[Decimal(amount), -Decimal(amount)])
        rows = rows.filter(found)
    return rows.order_by("booked_on", "pk")


def counts(rows: QuerySet[BankLine]) -> dict[str, int]:
    """Return how many lines each state holds, in one reading."""
    found: dict[str, int] = rows.aggregate(
        **{
            key.replace("-", "_"): Count("pk", filter=condition)
            for key, (_label, condition) in STATES.items()
        }
    )
    return {key: found[key.replace("-", "_")] for key in STATES}


@dataclass
class Choice:
    """A contract that a line may be for, with what it owes."""

    contract: Contract
    label: Label
    amount: Decimal
    balance: Decimal
    terms: list[Term] = field(default_factory=list)
    why: str = ""
    key: str = ""
    is_part: bool = False

    @property
    def after(self) -> Decimal:
        """What the account would owe then."""
        return self.balance - self.amount


def choices(contracts: list[Contract], amounts: dict[str, Decimal], on: date) -> list[Choice]:
    """Return contracts as choices for a line, in the order given, in constant queries."""
    ids = [contract.pk for contract in contracts]
    labels = contract_labels(ids, on)
    balances = dict(
        Account.objects.filter(contract__in=ids, kind=AccountKind.RECEIVABLE).values_list(
            "contract", "balance"
        )
    )
    terms: dict[int, list[Term]] = {}
    rows = Term.objects.filter(contract__in=ids, paid_amount__lt=F("amount"))
    for term in rows.order_by("due_on", "month"):
        terms.setdefault(term.contract_id, []).append(term)
    return [
        Choice(
            contract=contract,
            label=labels[contract.pk],
            amount=amounts.get(contract.number, ZERO),
            balance=balances.get(contract.pk, ZERO),
            terms=terms.get(contract.pk, []),
        )
        for contract in contracts
    ]


@dataclass(frozen=True)
class LineRow:
    """A line of the list: what the bank says, and what is proposed or was decided."""

    line: BankLine
    who: str
    reason: str
    tone: str
    state: str


_TONES = {
    BankLineState.TO_SETTLE: "info",
    BankLineState.SUSPENSE: "warning",
    BankLineState.HELD: "warning",
    BankLineState.SETTLED: "success",
}


def line_rows(lines: list[BankLine], user: User, roles: Any, on: date) -> list[LineRow]:
    """Return a page of lines as rows, in a constant number of queries."""
    living = {
        row.line_id: row
        for row in Reconciliation.objects.filter(line__in=lines, undone_at=None).prefetch_related(
            "parts"
        )
    }
    named = {line.pk: _contracts_of(line, living.get(line.pk)) for line in lines}
    seen = Contract.objects.visible_to(user, roles)
    ids = {pk for found in named.values() for pk in found}
    labels = contract_labels(seen.filter(pk__in=ids).values_list("pk", flat=True), on)
    return [_row(line, living.get(line.pk), named[line.pk], labels) for line in lines]


def _contracts_of(line: BankLine, row: Reconciliation | None) -> list[int]:
    if row is not None:
        return [part.contract_id for part in row.parts.all() if part.contract_id]
    found = getattr(line, "proposal", None)
    return [found.contract_id] if found is not None and found.contract_id else []


def _row(
    line: BankLine, row: Reconciliation | None, named: list[int], labels: dict[int, Label]
) -> LineRow:
    shown = [labels[pk] for pk in dict.fromkeys(named) if pk in labels]
    who = ", ".join(f"{label.people} ({label.number})" for label in shown[:2])
    if len(shown) > 2:
        who += f" et {len(shown) - 2} autres"
    proposal = getattr(line, "proposal", None)
    if row is not None:
        reason = row.follow_up or row.reason
    else:
        reason = line.note or (proposal.reason if proposal is not None else "")
    strong = row is None and proposal is not None and proposal.is_strong
    state = "proposition forte" if strong else str(line.get_state_display())
    tone = _TONES.get(BankLineState(line.state), "neutral")
    return LineRow(line, who, reason, tone, state)
