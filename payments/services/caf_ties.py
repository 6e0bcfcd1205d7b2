"""Tie CAF statements to the bank's credits, one to one or many to many, to the cent."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.money import ZERO, euros
from caracol.lists.services import acting
from payments.enums import OPEN_LINES, CafState
from payments.models import BankLine, CafStatement, CafTie, Reconciliation
from payments.services.caf_settler import CafSettler, TieRefused
from payments.services.reconciling import tie_line, undo_line

TIED = history.label("payments.caf-tied", "Crédit de la CAF rapproché")
UNTIED = history.label("payments.caf-untied", "Crédit de la CAF détaché")


@transaction.atomic
def tie(
    *,
    statements: Sequence[CafStatement],
    credits: Iterable[BankLine],
    today: date,
    actor: User,
    is_automatic: bool = False,
) -> None:
    """Tie statements that are posted to the credits that pay them.

    Raises TieRefused when the sums differ, or something is tied or settled already; LineTaken.
    """
    with history.act(TIED, actor=actor):
        lines = lock_credits(credits)
        _check(statements, lines)
        if len(statements) > 1 and len(lines) > 1:
            raise TieRefused("Choisissez un seul crédit pour plusieurs bordereaux, ou l'inverse.")
        names = ", ".join(statement.reference for statement in statements)
        with acting.row_by_row():
            for line in lines:
                tie_line(
                    line=line,
                    settler=CafSettler.key,
                    ref=",".join(str(statement.pk) for statement in statements),
                    actor=actor,
                    today=today,
                    reason=f"Bordereau CAF {names}, au centime près.",
                    is_automatic=is_automatic,
                )


def lock_credits(credits: Iterable[BankLine]) -> list[BankLine]:
    """Lock bank lines in their order: before the accounts of contracts, as reconciling does."""
    locked = BankLine.objects.select_for_update(no_key=True, of=("self",))
    return list(locked.filter(pk__in={line.pk for line in credits}).order_by("pk"))


def _check(statements: Sequence[CafStatement], lines: Sequence[BankLine]) -> None:
    if any(statement.state != CafState.POSTED for statement in statements):
        raise TieRefused("Ce bordereau n'est pas inscrit : inscrivez-le d'abord.")
    if CafTie.objects.filter(statement__in=statements, undone=False).exists():
        raise TieRefused("Ce bordereau a déjà son crédit.")
    if not lines or any(line.state not in OPEN_LINES or line.entry_id is None for line in lines):
        raise TieRefused("Cette ligne de relevé n'est plus à rapprocher : rechargez la page.")
    asked = sum((statement.total for statement in statements), ZERO)
    paid = sum((line.amount for line in lines), ZERO)
    if asked != paid:
        raise TieRefused(
            f"Les crédits choisis font {euros(paid)} et les bordereaux {euros(asked)} : écart de "
            f"{euros(paid - asked)}. Rien n'a été rapproché."
        )


@transaction.atomic
def untie(*, statement: CafStatement, today: date, reason: str, actor: User) -> int:
    """Detach a statement from its credits; their lines are to be settled again.

    A credit that pays other statements too is detached from all of them.
    """
    with history.act(UNTIED, actor=actor, reason=reason):
        own = CafTie.objects.filter(statement=statement, undone=False)
        living = Reconciliation.objects.filter(
            line__in=own.values("bank_line"), undone_at=None, settler=CafSettler.key
        )
        found = list(living.order_by("line_id"))
        with acting.row_by_row():
            for one in found:
                undo_line(reconciliation=one, actor=actor, today=today, reason=reason)
    return len(found)
