"""Which bank credits pay which CAF statements: by their number, else by the CAF and the amount."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from caracol.core.money import ZERO, euros
from caracol.core.text import sort_key
from caracol.parameters.selectors import dated_values
from payments.enums import OPEN_LINES, CafState
from payments.models import BankLine, BankStatement, CafStatement

_BEFORE, _AFTER = "caf.credit_before_days", "caf.credit_after_days"
# Once the bank's books reach that far past the day of payment, a credit missing is missing.
_MISSING = "caf.credit_missing_days"


class Windows:
    """The days about a payment among which its credit is looked for, as in force on its day."""

    def __init__(self) -> None:
        self._values = dated_values(_BEFORE, _AFTER, _MISSING)

    def around(self, paid_on: date) -> tuple[date, date]:
        """Return the first and the last day."""
        return paid_on - self._days(_BEFORE, paid_on), paid_on + self._days(_AFTER, paid_on)

    def sure_by(self, paid_on: date) -> date:
        """Return the day that the bank's books must reach before a credit is said to miss."""
        return paid_on + self._days(_MISSING, paid_on)

    def is_near(self, line: BankLine, statement: CafStatement) -> bool:
        """Whether a line is booked about the day of payment."""
        first, last = self.around(statement.paid_on)
        return first <= line.booked_on <= last

    def _days(self, key: str, on: date) -> timedelta:
        return timedelta(days=int(self._values.on(key, on)))


@dataclass(frozen=True)
class BankSays:
    """What the bank shows of a statement: the credits that pay it, or why they do not.

    `together`: the other statements of its number that one credit pays with it. `is_silent`: the
    bank's files do not reach that day yet.
    """

    credits: list[BankLine] = field(default_factory=list)
    together: list[CafStatement] = field(default_factory=list)
    why_not: str = ""
    is_silent: bool = False


def untied(statements: Iterable[CafStatement]) -> list[CafStatement]:
    """Return the statements that wait for their credit, or for a part of it, with `missing`."""
    found: list[CafStatement] = []
    ids = [statement.pk for statement in statements]
    rows = CafStatement.objects.filter(pk__in=ids).exclude(state=CafState.REVERSED)
    tied = rows.annotate(tied=Sum("ties__amount", filter=Q(ties__undone=False), default=ZERO))
    for row in tied.select_related("office").order_by("pk"):
        row.missing = row.total - row.tied  # type: ignore[attr-defined]
        if row.missing:  # type: ignore[attr-defined]
            found.append(row)
    return found


def waiting_statements() -> list[CafStatement]:
    """Return every statement that waits for its credit."""
    return untied(CafStatement.objects.exclude(state=CafState.REVERSED))


def bank_says(statement: CafStatement) -> BankSays:
    """Return the credits that make a statement's total exactly, or why none do."""
    windows = Windows()
    near = _near(statement, windows)
    named = [line for line in near if names(line, statement)]
    if named:
        return _by_name(named, statement)
    unnamed = like_it(statement, near, windows)
    if len(unnamed) == 1:
        return BankSays(unnamed)
    if unnamed:
        return BankSays(why_not="Plusieurs crédits de la CAF ont ce montant : choisissez le bon.")
    if not _is_covered(statement.paid_on, windows.sure_by(statement.paid_on)):
        return BankSays(is_silent=True)
    return BankSays(
        why_not=f"Le relevé de banque ne montre aucun crédit de la CAF de "
        f"{euros(statement.total)} autour du {statement.paid_on:%d/%m/%Y}."
    )


def like_it(statement: CafStatement, lines: Iterable[BankLine], windows: Windows) -> list[BankLine]:
    """Return the open lines that come from that CAF, of that amount, about that day."""
    return [
        line
        for line in lines
        if line.amount == statement.total
        and line.state in OPEN_LINES
        and windows.is_near(line, statement)
        and is_of_caf(line, statement)
    ]


def _by_name(named: list[BankLine], statement: CafStatement) -> BankSays:
    """Judge the credits that bear the statement's number."""
    free = [line for line in named if line.state in OPEN_LINES]
    for credits in (*([line] for line in free), free):
        if credits and sum((line.amount for line in credits), ZERO) == statement.total:
            return BankSays(list(credits))
    together = _of_same_number(statement) if free else []
    if together:
        owed = sum((one.total for one in together), statement.total)
        whole = [line for line in free if line.amount == owed]
        if whole:
            return BankSays(whole[:1], together)
    return BankSays(why_not=_differs(named, statement) if free else _taken(named))


def _of_same_number(statement: CafStatement) -> list[CafStatement]:
    """Return the statements of that number that are posted and wait for all of their credit."""
    rows = CafStatement.objects.filter(
        office=statement.office, reference__iexact=statement.reference, state=CafState.POSTED
    ).exclude(pk=statement.pk)
    return list(rows.exclude(ties__undone=False).order_by("pk"))


def candidates(statement: CafStatement) -> list[BankLine]:
    """Return the open lines that a person may choose among."""
    return [line for line in _near(statement, Windows()) if line.state in OPEN_LINES]


def _near(statement: CafStatement, windows: Windows) -> list[BankLine]:
    days = windows.around(statement.paid_on)
    lines = BankLine.objects.filter(booked_on__range=days, entry__isnull=False)
    lines = lines.filter(amount__lt=0) if statement.total < 0 else lines.filter(amount__gt=0)
    is_caf = Q(text__icontains="caf") | Q(payer__icontains="caf")
    is_caf |= Q(text__icontains="allocations") | Q(payer__icontains="allocations")
    is_caf |= Q(text__icontains=statement.reference) | Q(amount=statement.total)
    return list(lines.filter(is_caf).order_by("booked_on", "pk")[:500])


def names(line: BankLine, statement: CafStatement) -> bool:
    """Whether a line bears the statement's number, whole."""
    reference = _joined(statement.reference)
    digits = sum(letter.isdigit() for letter in reference)
    if len(reference) < 6 or digits < 4:
        return False
    found = re.search(rf"{reference}(?!\d)", _joined(f"{line.text} {line.end_to_end_id}"))
    return found is not None


def _joined(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def is_of_caf(line: BankLine, statement: CafStatement) -> bool:
    """Whether a line says that it comes from a CAF, and from no other than this one."""
    words = sort_key(f"{line.text} {line.payer}").split()
    if "caf" not in words and "allocations" not in words:
        return False
    others = [word for word in words if re.fullmatch(r"\d{2,3}", word)]
    return not others or statement.office.department in {word[:2] for word in others} | {*others}


def _taken(named: Sequence[BankLine]) -> str:
    line = named[0]
    return (
        f"Le crédit de {euros(line.amount)} du {line.booked_on:%d/%m/%Y} est déjà rapproché : "
        "défaites ce rapprochement, sinon cette aide compterait deux fois."
    )


def _differs(named: Sequence[BankLine], statement: CafStatement) -> str:
    credited = sum((line.amount for line in named), Decimal(0))
    return (
        f"La banque a reçu {euros(credited)} le {named[0].booked_on:%d/%m/%Y} pour ce bordereau, "
        f"qui fait {euros(statement.total)} : écart de {euros(credited - statement.total)}. "
        "Demandez à la CAF le bordereau corrigé."
    )


def _is_covered(paid_on: date, until: date) -> bool:
    statements = BankStatement.objects.filter(bank_account__isnull=False, file__withdrawn_at=None)
    return statements.filter(
        Q(opening_on__lte=paid_on) | Q(opening_on=None), closing_on__gte=until
    ).exists()
