"""The twelfths of premiums of insurances taken on behalf (loi 89-462, art. 7 g; RULEBOOK 5.1)."""

from collections import defaultdict
from decimal import Decimal

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import LineKind
from payments.models import TermLine
from residents.enums import InsuranceStepKind
from residents.models import Contract, InsuranceStep

MONTHS = 12


def premium_shares(month: Month) -> dict[int, Decimal]:
    """Return what each contract owes of a premium with a month: the twelve after it was taken."""
    steps = InsuranceStep.objects.standing().filter(
        kind=InsuranceStepKind.BEHALF_TAKEN,
        monthly_share__isnull=False,
        done_on__gte=month.plus(-MONTHS).first,
        done_on__lt=month.first,
    )
    shares: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for contract, share in steps.values_list("case__contract", "monthly_share"):
        shares[contract] += share or ZERO
    return dict(shares)


def premiums_billed(contract: Contract) -> dict[int, Decimal]:
    """Return what was billed of premiums, by term: months billed keep what they bore."""
    lines = TermLine.objects.filter(term__contract=contract, kind=LineKind.INSURANCE)
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for term, amount in lines.values_list("term", "amount"):
        found[term] += amount
    return dict(found)
