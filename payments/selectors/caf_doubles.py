"""Aid that the same CAF has paid already to the same recipient, by another statement.

The right of a month is paid once: what comes again waits for a person. A rappel may well come on a
month already paid: it is posted, and only one that says exactly what was paid is to be looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from caracol.core.money import ZERO, euros
from payments.calculations.caf import allocataire_key
from payments.enums import CafNature, CafState
from payments.models import CafLine, CafOffice

IS_DOUBLE = Q(contract=None, double_of__isnull=False, statement__state=CafState.POSTED)
_OF_THE_MONTH = (CafNature.CURRENT, CafNature.CANCELLATION, CafNature.RECOVERY)
_GIVES = (CafNature.CURRENT, CafNature.BACKPAY)


@dataclass(frozen=True)
class Double:
    """What a line may pay a second time: the line that paid first, and what to say."""

    of: CafLine
    why: str
    waits: bool


def doubles(lines: Sequence[CafLine], office: CafOffice) -> dict[int, Double]:
    """Return the lines of one statement that pay what was paid, in a constant number of queries."""
    asked = [line for line in lines if line.nature in _GIVES and line.amount > 0]
    if not asked:
        return {}
    paid = _paid(asked, office)
    found = {}
    for line in asked:
        others = [one for one in paid[allocataire_key(line.number)] if _meet(one, line)]
        double = _of_month(line, others) or _alike(line, others)
        if double is not None:
            found[line.pk] = double
    return found


def _paid(lines: Sequence[CafLine], office: CafOffice) -> dict[str, list[CafLine]]:
    """Return what other statements of the CAF posted on these months, by recipient."""
    rows = CafLine.objects.filter(
        statement__office=office,
        statement__state=CafState.POSTED,
        month_to__gte=min(line.month_from for line in lines),
        month_from__lte=max(line.month_to for line in lines),
    ).exclude(statement__in={line.statement_id for line in lines})
    keys = {allocataire_key(line.number) for line in lines}
    found: dict[str, list[CafLine]] = defaultdict(list)
    for row in rows.exclude(IS_DOUBLE).select_related("statement").order_by("pk"):
        if (key := allocataire_key(row.number)) in keys:
            found[key].append(row)
    return found


def _meet(one: CafLine, other: CafLine) -> bool:
    return one.month_from <= other.month_to and other.month_from <= one.month_to


def _of_month(line: CafLine, others: Iterable[CafLine]) -> Double | None:
    """Return the right of the month that was paid, and not wholly taken back since."""
    same = [one for one in others if one.nature in _OF_THE_MONTH]
    rights = [one for one in same if one.nature == CafNature.CURRENT and one.amount > 0]
    if line.nature != CafNature.CURRENT or not rights:
        return None
    if sum((one.amount for one in same), ZERO) <= 0:
        return None
    return Double(rights[-1], f"Mois déjà payé : {_said(rights[-1])}.", waits=True)


def _alike(line: CafLine, others: Iterable[CafLine]) -> Double | None:
    """Return the line that gave exactly as much for exactly these months."""
    facts = (line.month_from, line.month_to, line.amount)
    for one in others:
        if one.nature in _GIVES and (one.month_from, one.month_to, one.amount) == facts:
            why = f"Même somme pour les mêmes mois : {_said(one)}. Vérifiez qu'elle est due."
            return Double(one, why, waits=False)
    return None


def _said(one: CafLine) -> str:
    statement = one.statement
    return (
        f"{euros(one.amount)} par le bordereau {statement.reference} du "
        f"{statement.paid_on:%d/%m/%Y}"
    )


def doubles_words(count: int) -> str:
    """Say how many lines wait because their month is paid."""
    if count == 1:
        return "1 ligne attend votre décision : son mois est déjà payé par un autre bordereau."
    return (
        f"{count} lignes attendent votre décision : leur mois est déjà payé par un autre bordereau."
    )
