"""Read what closing a month would post, and how it differs from the month before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import TermKind
from payments.models import Term
from payments.selectors.labels import Label, contract_labels

CHANGES = {
    "new": ("Première échéance", "info"),
    "prorata": ("Au prorata", "accent"),
    "changed": ("Montant différent", "warning"),
    "nil": ("Montant nul", "warning"),
}


@dataclass(frozen=True)
class DraftLine:
    """One term to post, as the preview shows it. `before`: what the month before billed."""

    label: Label
    amount: Decimal
    days: int
    month_days: int
    due_on: Any
    before: Decimal | None
    explanation: dict[str, Any] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether the whole month is billed."""
        return self.days == self.month_days

    @property
    def change(self) -> str:
        """What a person should look at: a key of CHANGES, or nothing."""
        if not self.amount:
            return "nil"
        if not self.is_whole:
            return "prorata"
        if self.before is None:
            return "new"
        return "changed" if self.before != self.amount else ""

    @property
    def formula(self) -> str:
        """The computation in one line, when there is one to tell."""
        parts = [node.get("detail", "") for node in self.explanation.get("children", [])]
        return " ; ".join(part for part in parts if part)


@dataclass(frozen=True)
class Preview:
    """The terms to post, their total, and how many deserve a look."""

    month: Month
    lines: Sequence[DraftLine]

    @property
    def total(self) -> Decimal:
        """The sum of the terms."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def changes(self) -> dict[str, int]:
        """How many lines of each change."""
        counts = dict.fromkeys(CHANGES, 0)
        for line in self.lines:
            if line.change:
                counts[line.change] += 1
        return counts

    def kept(self, *, words: str = "", home: str = "", change: str = "") -> list[DraftLine]:
        """Return the lines that the filters keep."""
        return [
            line
            for line in self.lines
            if (not words or line.label.matches(words))
            and (not home or str(line.label.home_id) == home)
            and (not change or line.change == change)
        ]


def preview_lines(month: Month, drafts: Iterable[Any], *, with_places: bool) -> Preview:
    """Name the drafts of a closing and compare them with the month before."""
    drafts = list(drafts)
    ids = [draft.contract for draft in drafts]
    labels = contract_labels(ids, month.last, with_places=with_places)
    before = dict(
        Term.objects.filter(
            contract__in=ids, month=month.previous().first, kind=TermKind.MONTHLY
        ).values_list("contract", "amount")
    )
    lines = [
        DraftLine(
            label=labels[draft.contract],
            amount=draft.bill.amount,
            days=_days(draft.bill),
            month_days=month.days,
            due_on=draft.due_on,
            before=before.get(draft.contract),
            explanation=draft.bill.explanation,
        )
        for draft in drafts
    ]
    return Preview(
        month, sorted(lines, key=lambda line: (line.label.sort_place, line.label.people))
    )


def _days(bill: Any) -> int:
    return int(bill.span.days)
