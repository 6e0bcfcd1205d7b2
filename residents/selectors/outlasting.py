"""Contracts that go on after their building must be empty (RULEBOOK 1.1)."""

from typing import Any

from django.db.models import DateField, F, OuterRef, Q, Subquery
from django.db.models.functions import Least

from colocations.models import OwnerAgreement
from residents.enums import LIVING
from residents.models import ContractTerms


def outlasting(contracts: Any) -> Any:
    """Keep the living contracts that outlast the owner's agreement, the home or the room.

    Annotates `must_end`, the first of these ends.
    """
    last = ContractTerms.objects.filter(contract=OuterRef("pk")).order_by("-starts_on")
    agreement = OwnerAgreement.objects.filter(
        site__colocations__rooms__terms__contract=OuterRef("pk")
    ).order_by("-ends_on")
    ends = [
        Subquery(agreement.values("ends_on")[:1], output_field=DateField()),
        Subquery(last.values("room__colocation__closes_on")[:1], output_field=DateField()),
        Subquery(last.values("room__closes_on")[:1], output_field=DateField()),
    ]
    # PostgreSQL's LEAST leaves out what is unknown.
    return (
        contracts.filter(status__in=LIVING)
        .annotate(must_end=Least(*ends))
        .filter(Q(must_end__isnull=False), ends_on__gt=F("must_end"))
    )
