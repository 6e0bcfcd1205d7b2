"""What comes by itself in the life of contracts: drafts that wait, renewals, legal ends."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from caracol.core.periods import add_months
from residents.calculations.type_rule import TypeRule
from residents.enums import ContractStatus
from residents.models import Notice
from residents.selectors.contracts import living

RENEWAL_DAYS = 45


def drafts(contracts: Any) -> Any:
    """Keep the drafts."""
    return contracts.filter(status=ContractStatus.DRAFT)


def renewing(contracts: Any, day: date, rules: Mapping[str, TypeRule]) -> Any:
    """Keep the contracts that renew themselves soon, and that one may still warn against."""
    alive = Notice.objects.filter(contract=OuterRef("pk"), withdrawn_on=None)
    soon = _any(
        Q(kind=rule.kind, ends_on__lte=_warned_by(rule, day))
        for rule in rules.values()
        if rule.is_tacitly_renewed and rule.is_renewable
    )
    return contracts.filter(
        soon, ~Exists(alive), status=ContractStatus.IN_FORCE, is_tacitly_renewed=True
    )


def _warned_by(rule: TypeRule, day: date) -> date:
    """The last term whose warning must be given within the days to come."""
    return add_months(day + timedelta(days=RENEWAL_DAYS), rule.manager_notice_months or 0)


def nearing_legal_end(contracts: Any, day: date, rules: Mapping[str, TypeRule]) -> Any:
    """Keep the living contracts past the first month in which to prepare their legal end."""
    late = _any(
        Q(kind=rule.kind, starts_on__lte=add_months(day, -min(rule.alarm_months)))
        for rule in rules.values()
        if rule.alarm_months
    )
    return living(contracts).filter(late)


def _any(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found
