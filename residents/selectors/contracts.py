"""Contracts: the rule of their type, how far they may go, which ones end or lack something."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Subquery

from caracol.core.periods import end_of_duration
from colocations.models import OwnerAgreement
from residents.enums import LIVING
from residents.models import Contract, ContractTerms, ContractTypeRule
from residents.selectors.rules import bound_on


def rule_of(contract: Contract) -> ContractTypeRule | None:
    """Return what the type allowed when the contract was signed or last renewed: its law."""
    found: ContractTypeRule | None = (
        ContractTypeRule.objects.on(bound_on(contract)).filter(kind=contract.kind).first()
    )
    return found


def newer_rule(
    contract: Contract, rule: ContractTypeRule | None, day: date
) -> ContractTypeRule | None:
    """Return the rule that has replaced, since then, the one that binds a contract; or None.

    The contract keeps its own until it is renewed.
    """
    current = ContractTypeRule.objects.on(day).filter(kind=contract.kind).first()
    if current is None or rule is None or current.pk == rule.pk or day < bound_on(contract):
        return None
    found: ContractTypeRule = current
    return found


def upstream_end(site_id: int) -> date | None:
    """Return the last day the owner lets the association use a site."""
    last = OwnerAgreement.objects.filter(site=site_id).order_by("-ends_on").first()
    return last.ends_on if last else None


def longest_end(contract: Any, max_months: int | None, owner_end: date | None) -> date | None:
    """Return the last day a contract may be extended to: its type's limit, the owner's end."""
    limits = [owner_end] if owner_end else []
    if max_months:
        limits.append(end_of_duration(contract.starts_on, max_months))
    return min(limits, default=None)


def with_place(contracts: Any) -> Any:
    """Annotate contracts with the room and home of their last terms, and the owner's end."""
    terms = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-starts_on")
    ends = OwnerAgreement.objects.filter(
        site__colocations__rooms__terms__contract=OuterRef("pk")
    ).order_by("-ends_on")
    return contracts.annotate(
        room_number=Subquery(terms.values("room__number")[:1]),
        home_name=Subquery(terms.values("room__colocation__name")[:1]),
        owner_end=Subquery(ends.values("ends_on")[:1]),
    )


def living(contracts: Any) -> Any:
    """Keep the contracts that are signed, in force, or under notice."""
    return contracts.filter(status__in=LIVING)


def ending(contracts: Any, until: date) -> Any:
    """Keep the living contracts whose last day comes before a day, or has passed."""
    return living(contracts).filter(ends_on__lte=until)


def ground_lacking(contracts: Any, day: date) -> Any:
    """Keep the living contracts whose type asks for a ground of precarity that nobody wrote."""
    kinds = ContractTypeRule.objects.on(day).filter(needs_precarity_ground=True)
    return living(contracts).filter(kind__in=kinds.values("kind"), precarity_ground="")


def arriving(contracts: Any, first: date, last: date) -> Any:
    """Keep the contracts that begin between two days."""
    return living(contracts).filter(starts_on__gte=first, starts_on__lte=last)
