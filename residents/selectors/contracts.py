"""Contracts: the rule of their type, how far they may go, which ones end or lack something."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery

from caracol.accounts.enums import Role
from caracol.accounts.models import Territory
from caracol.core.periods import end_of_duration
from colocations.models import OwnerAgreement
from residents.enums import LIVING
from residents.models import Contract, ContractTerms, ContractTypeRule
from residents.selectors.rules import bound_on

SOON_DAYS = 90


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


def ends_soon(contract: Contract, day: date) -> bool:
    """Whether it is time to think of renewing a contract."""
    return contract.ends_on <= day + timedelta(days=SOON_DAYS)


def longest_ends(contracts: Sequence[tuple[Contract, Sequence[Any], Any]]) -> dict[int, Any]:
    """Return the last day each contract may be extended to, in two queries whatever their number.

    Each comes with its amendments and the terms that say where it is.
    """
    if not contracts:
        return {}
    rules = list(ContractTypeRule.objects.order_by("valid_from"))
    sites = {place.room.colocation.site_id for _contract, _acts, place in contracts if place}
    ends = dict(
        OwnerAgreement.objects.filter(site__in=sites)
        .values_list("site")
        .annotate(last=Max("ends_on"))
    )
    found = {}
    for contract, acts, place in contracts:
        day = bound_on(contract, acts)
        rule = next((r for r in rules if r.kind == contract.kind and r.holds_on(day)), None)
        owner_end = ends.get(place.room.colocation.site_id) if place else None
        limit = rule.max_total_months if rule else None
        found[contract.pk] = longest_end(contract, limit, owner_end)
    return found


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


def territories_seen(user: Any, roles: frozenset[Role]) -> QuerySet[Territory]:
    """Return the territories of the contracts that one sees, by name: what lists filter by."""
    seen = Contract.objects.visible_to(user, roles)
    return Territory.objects.filter(pk__in=seen.values("territory")).order_by("name")
