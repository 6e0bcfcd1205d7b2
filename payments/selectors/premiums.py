"""The twelfths of premiums of insurances taken on behalf (loi 89-462, art. 7 g; RULEBOOK 5.1)."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Q

from caracol.core.money import ZERO
from caracol.core.periods import Month
from caracol.parameters.selectors import values_over
from payments.enums import LineKind
from payments.models import TermLine
from residents.enums import InsuranceStepKind
from residents.models import Contract, InsuranceStep

MONTHS = "insurance.premium_months"


def premium_shares(month: Month) -> dict[int, Decimal]:
    """Return what each contract owes of a premium with a month: the twelve after it was taken.

    As many as the rule of the day it was taken says.
    """
    steps = InsuranceStep.objects.standing().filter(
        _still_shared(month),
        kind=InsuranceStepKind.BEHALF_TAKEN,
        monthly_share__isnull=False,
        done_on__lt=month.first,
    )
    shares: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for contract, share in steps.values_list("case__contract", "monthly_share"):
        shares[contract] += share or ZERO
    return dict(shares)


def _still_shared(month: Month) -> Q:
    found = Q(pk__in=[])
    for first, last, months in values_over(MONTHS):
        taken = Q(done_on__gte=max(first, month.plus(-int(months)).first))
        found |= taken & Q(done_on__lte=last) if last else taken
    return found


def premiums_billed(contract: Contract) -> dict[int, Decimal]:
    """Return what was billed of premiums, by term: months billed keep what they bore."""
    lines = TermLine.objects.filter(term__contract=contract, kind=LineKind.INSURANCE)
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for term, amount in lines.values_list("term", "amount"):
        found[term] += amount
    return dict(found)
