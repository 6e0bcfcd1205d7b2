"""Contracts that go on after their building must be empty (RULEBOOK 1.1)."""

from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Subquery
from django.db.models.functions import Least

from colocations.models import OwnerAgreement
from residents.enums import LIVING
from residents.models import ContractTerms


def outlasting(contracts: Any) -> Any:
    """Keep the living contracts that outlast the owner's agreement, the home or the room.

    Annotates `must_end`, the first of these ends. Each cause is looked for alone: joined by OR,
    they would have the database compute the ends of every contract there is.
    """
    ends = [_last_agreement("ends_on"), _of_room("colocation__closes_on"), _of_room("closes_on")]
    # PostgreSQL's LEAST leaves out what is unknown.
    return contracts.filter(pk__in=_too_long()).annotate(must_end=Least(*ends))


def _too_long() -> Any:
    """Return the contracts whose last terms go on after one of their ends."""
    last = ContractTerms.objects.filter(
        contract__status__in=LIVING, ends_on=F("contract__ends_on")
    ).order_by()
    agreements = OwnerAgreement.objects.filter(site=OuterRef("room__colocation__site"))
    by_owner = last.filter(
        ~Exists(agreements.filter(ends_on__gte=OuterRef("ends_on"))), Exists(agreements)
    )
    by_home = last.filter(room__colocation__closes_on__lt=F("ends_on"))
    by_room = last.filter(room__closes_on__lt=F("ends_on"))
    found = [terms.values("contract") for terms in (by_owner, by_home, by_room)]
    return found[0].union(*found[1:])


def _last_agreement(field: str) -> Subquery:
    site = ContractTerms.objects.filter(contract=OuterRef(OuterRef("pk")))
    last = OwnerAgreement.objects.filter(site__in=site.values("room__colocation__site"))
    return Subquery(last.order_by("-ends_on").values(field)[:1], output_field=DateField())


def _of_room(field: str) -> Subquery:
    last = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-starts_on")
    return Subquery(last.values(f"room__{field}")[:1], output_field=DateField())
