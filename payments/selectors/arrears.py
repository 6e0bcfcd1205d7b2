"""Who owes what past due, by age: the first list of arrears."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum

from caracol.core.money import ZERO
from payments.models.terms import TermQuerySet
from payments.selectors.owing import overdue_terms

# Days late, both ends included; the last has no end.
AGES = (
    ("a30", "0–30 jours", 0, 30),
    ("a60", "31–60 jours", 31, 60),
    ("a90", "61–90 jours", 61, 90),
    ("older", "Plus de 90 jours", 91, None),
)
AGE_LABELS = {code: label for code, label, _, _ in AGES}


def arrears(terms: TermQuerySet, on: date) -> Any:
    """Return one row per contract overdue among these terms: total, count, since, by age.

    Rows are dicts of `contract`, `contract__number`, `overdue`, `count`, `since` and each age.
    """
    late = overdue_terms(on).filter(pk__in=terms.values("pk")).order_by()
    sums = {
        code: Sum("owed", filter=_aged(on, low, high), default=ZERO) for code, _, low, high in AGES
    }
    return late.values("contract", "contract__number", "contract__territory__name").annotate(
        overdue=Sum("owed"), count=Count("pk"), since=Min("due_on"), **sums
    )


def overdue_sum(terms: TermQuerySet, on: date) -> tuple[Decimal, int]:
    """Return what is overdue among these terms, and in how many contracts."""
    late = overdue_terms(on).filter(pk__in=terms.values("pk")).order_by()
    found = late.aggregate(
        overdue=Sum("owed", default=ZERO), contracts=Count("contract", distinct=True)
    )
    return found["overdue"], found["contracts"]


def _aged(on: date, low: int, high: int | None) -> Q:
    aged = Q(due_on__lte=on - timedelta(days=low))
    return aged if high is None else aged & Q(due_on__gte=on - timedelta(days=high))


def totals(rows: Any) -> dict[str, Decimal]:
    """Return the sums of a list of arrears: all, and by age."""
    names = ["overdue", *AGE_LABELS]
    found: dict[str, Decimal] = dict.fromkeys(names, ZERO)
    count = 0
    for row in rows.values_list(*names):
        count += 1
        for name, amount in zip(names, row, strict=True):
            found[name] += amount
    return {**found, "count": Decimal(count)}
