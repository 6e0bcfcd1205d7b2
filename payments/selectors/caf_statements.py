"""Statements of the CAFs as pages show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse

from caracol.core.money import ZERO
from payments.enums import CafNature, CafState, Payer
from payments.models import BankLine, CafLine, CafStatement, CafTie, Posting
from payments.selectors.caf_credits import bank_says, candidates
from payments.selectors.caf_people import Suggestion, suggestions
from payments.selectors.labels import Label, contract_labels

# Lines that somebody has to name, or to look at.
TO_NAME = Q(contract=None, statement__state=CafState.POSTED) & ~Q(amount=0)
TO_REVIEW = Q(reviewed_at=None, statement__state=CafState.POSTED) & ~Q(review="")


def with_counts(statements: Any) -> Any:
    """Annotate statements with their lines, those to name and to look at, and what is tied."""
    lines = Count("lines", distinct=True)
    to_name = Count("lines", distinct=True, filter=Q(lines__contract=None) & ~Q(lines__amount=0))
    to_review = Count(
        "lines",
        distinct=True,
        filter=Q(lines__reviewed_at=None, lines__contract__isnull=False) & ~Q(lines__review=""),
    )
    return statements.select_related("office").annotate(
        count=lines, to_name=to_name, to_review=to_review
    )


def state_of(statement: CafStatement, tied: Decimal) -> tuple[str, str]:
    """Say where a statement stands: words and tone."""
    if statement.state == CafState.REVERSED:
        return "annulé", "neutral"
    if statement.state == CafState.HELD:
        return "retenu", "danger"
    if tied == statement.total:
        return "inscrit, vu en banque", "success"
    return "inscrit, crédit attendu", "warning"


@dataclass(frozen=True)
class StatementLine:
    """A statement of the list."""

    statement: Any
    state: tuple[str, str]


def statement_lines(statements: Iterable[CafStatement]) -> list[StatementLine]:
    """Return the statements of a page with their states, in a constant number of queries."""
    rows = list(statements)
    tied = tied_amounts(rows)
    return [StatementLine(row, state_of(row, tied.get(row.pk, ZERO))) for row in rows]


def tied_amounts(statements: Sequence[CafStatement]) -> dict[int, Decimal]:
    """Return what the bank has paid of each statement."""
    ties = CafTie.objects.filter(statement__in=statements, undone=False)
    return dict(ties.values_list("statement").annotate(total=Sum("amount")))


@dataclass(frozen=True)
class ShownLine:
    """A line of a statement, with whose it is, or may be."""

    line: CafLine
    label: Label | None
    state: tuple[str, str]
    suggestions: list[Suggestion] = field(default_factory=list)
    may_name: bool = False
    shares: list[tuple[date, Decimal]] = field(default_factory=list)

    @property
    def contest(self) -> str:
        """Where the money taken back is contested by a letter; "" when there is nothing to."""
        taken = self.line.nature == CafNature.RECOVERY and self.line.amount < 0
        posted = self.line.statement.state == CafState.POSTED
        if not (taken and posted and self.label and self.line.contract_id):
            return ""
        what = f"caf-indu-{self.line.pk}"
        return reverse("residents:document-issue", args=[self.line.contract_id, what])

    @property
    def to_review(self) -> bool:
        """Whether somebody has to look at it."""
        return bool(self.line.review) and self.line.reviewed_at is None


@dataclass(frozen=True)
class ShownStatement:
    """A statement's page."""

    statement: CafStatement
    state: tuple[str, str]
    lines: list[ShownLine]
    ties: list[CafTie]
    credits: list[BankLine]
    why_not: str
    namesakes: list[StatementLine] = field(default_factory=list)

    @property
    def to_name(self) -> list[ShownLine]:
        """The lines whose person is not known."""
        return [one for one in self.lines if one.line.contract_id is None and one.line.amount]

    @property
    def to_review(self) -> list[ShownLine]:
        """The lines to look at."""
        return [one for one in self.lines if one.to_review and one.line.contract_id]

    @property
    def is_posted(self) -> bool:
        """Whether it is in the books."""
        return self.statement.state == CafState.POSTED

    @property
    def is_held(self) -> bool:
        """Whether it posts nothing."""
        return self.statement.state == CafState.HELD

    @property
    def needs_credit(self) -> bool:
        """Whether its credit is still to be tied."""
        return self.statement.state != CafState.REVERSED and not self.ties


def show_statement(statement: CafStatement, contracts: Any) -> ShownStatement:
    """Return a statement's page; people are named only on `contracts`, those the reader sees."""
    rows = statement.lines.select_related("reviewed_by", "double_of__statement")
    lines = list(rows.order_by("position"))
    seen = set(
        contracts.filter(pk__in=[one.contract_id for one in lines if one.contract_id]).values_list(
            "pk", flat=True
        )
    )
    labels = contract_labels(seen, statement.paid_on, with_places=False)
    posted = statement.state == CafState.POSTED
    proposed = suggestions(lines, contracts) if posted else {}
    shares = shares_by_month(lines) if posted else {}
    ties = list(
        CafTie.objects.filter(statement=statement, undone=False).select_related("bank_line")
    )
    tied = sum((one.amount for one in ties), ZERO)
    wants = statement.state != CafState.REVERSED and not ties and bool(statement.total)
    said = bank_says(statement) if wants else None
    return ShownStatement(
        statement=statement,
        state=state_of(statement, tied),
        lines=[
            ShownLine(
                one,
                labels.get(one.contract_id or 0),
                _line_state(one, posted=posted),
                proposed.get(one.pk, []),
                posted and bool(one.amount),
                shares.get(one.pk, []),
            )
            for one in lines
        ],
        ties=ties,
        credits=candidates(statement) if wants else [],
        why_not=said.why_not if said else "",
        namesakes=_namesakes(statement),
    )


def _namesakes(statement: CafStatement) -> list[StatementLine]:
    """Return the other statements of that CAF and number: before a correction, or completed."""
    rows = CafStatement.objects.filter(
        office=statement.office, reference__iexact=statement.reference
    )
    return statement_lines(rows.exclude(pk=statement.pk).order_by("pk"))


def shares_by_month(lines: Iterable[CafLine]) -> dict[int, list[tuple[date, Decimal]]]:
    """Return how each line of several months stands on them, for those that stand on a contract."""
    of_entry = {
        one.moved_id or one.entry_id: one
        for one in lines
        if one.month_from != one.month_to and one.contract_id
    }
    found: dict[int, list[tuple[date, Decimal]]] = {}
    rows = Posting.objects.filter(entry__in=[pk for pk in of_entry if pk], payer=Payer.CAF)
    kept = rows.filter(entitlement_month__isnull=False).order_by("entitlement_month", "pk")
    for entry, contract, month, amount in kept.values_list(
        "entry", "account__contract", "entitlement_month", "amount"
    ):
        line = of_entry[entry]
        if contract == line.contract_id and month is not None:
            found.setdefault(line.pk, []).append((month, -amount))
    return found


def _line_state(line: CafLine, *, posted: bool) -> tuple[str, str]:
    if not line.amount:
        return "sans argent", "neutral"
    if not posted:
        return "non inscrite", "neutral"
    if line.contract_id is None:
        return ("mois déjà payé" if line.double_of_id else "à attribuer"), "danger"
    if line.review and line.reviewed_at is None:
        return "à vérifier", "warning"
    return "inscrite", "success"
