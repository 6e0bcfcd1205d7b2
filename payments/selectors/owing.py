"""What residents owe, aid awaited set apart: an unpaid aid is not a resident's debt."""

from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from caracol.core.money import ZERO
from caracol.core.periods import Month
from payments.enums import AccountKind, Payer, TermKind
from payments.models import Posting, Term
from residents.enums import AidEligibility, AidPayee
from residents.models import Contract

# The CAF pays in arrears (R823-8), sometimes a month late: beyond, the gap is to be looked into
# and the term shows as unpaid.
AID_AWAITED_MONTHS = 2

_MONEY: "DecimalField[Decimal, Decimal]" = DecimalField(max_digits=12, decimal_places=2)

# A term once lowered by what was billed too much, and the money received on it.
NET_AMOUNT = F("amount") - F("adjusted_amount")
NET_PAID = F("paid_amount") - F("adjusted_amount")


def with_aid_awaited(terms: QuerySet[Term], on: date) -> QuerySet[Term]:
    """Annotate `aid_received` for the term's month and `aid_awaited`.

    The latter is the part of what is left that the CAF is still expected to pay, on a day.
    """
    received = (
        Posting.objects.filter(
            account__contract=OuterRef("contract"),
            account__kind=AccountKind.RECEIVABLE,
            payer=Payer.CAF,
            entitlement_month=OuterRef("month"),
        )
        .values("account__contract")
        .annotate(total=-Sum("amount"))
        .values("total")
    )
    missing = ExpressionWrapper(F("expected_aid") - F("aid_received"), output_field=_MONEY)
    left = ExpressionWrapper(F("amount") - F("paid_amount"), output_field=_MONEY)
    awaited = Case(
        When(
            kind=TermKind.MONTHLY,
            month__gte=Month.of(on).plus(-AID_AWAITED_MONTHS).first,
            aid_payee=AidPayee.MANAGER,
            contract__aid_eligible=AidEligibility.YES,
            then=Least(left, Greatest(missing, Value(ZERO))),
        ),
        default=Value(ZERO),
        output_field=_MONEY,
    )
    return terms.annotate(
        aid_received=Coalesce(Subquery(received, output_field=_MONEY), Value(ZERO))
    ).annotate(aid_awaited=awaited)


def overdue_terms(on: date) -> QuerySet[Term]:
    """Return the terms past due that a resident still owes something on, with `owed`."""
    late = Term.objects.filter(due_on__lt=on, paid_amount__lt=F("amount"))
    owed = ExpressionWrapper(F("amount") - F("paid_amount") - F("aid_awaited"), output_field=_MONEY)
    return with_aid_awaited(late, on).annotate(owed=owed).filter(owed__gt=0)


def with_overdue(contracts: QuerySet[Contract], on: date) -> QuerySet[Contract]:
    """Annotate contracts with `overdue` (euros), `overdue_terms` and `overdue_since`.

    A contract up to date has 0, 0 and None.
    """
    late = overdue_terms(on).filter(contract=OuterRef("pk")).order_by().values("contract")
    return contracts.annotate(
        overdue=Coalesce(
            Subquery(late.annotate(total=Sum("owed")).values("total"), output_field=_MONEY),
            Value(ZERO),
        ),
        overdue_terms=Coalesce(Subquery(late.annotate(n=Count("pk")).values("n")), Value(0)),
        overdue_since=Subquery(late.annotate(first=Min("due_on")).values("first")),
    )


def aid_awaited(
    contract: Contract, term: Term, *, on: date, received: Decimal, paid: Decimal
) -> Decimal:
    """Return the aid still expected on a term: the rule of `with_aid_awaited`, on any day."""
    oldest = Month.of(on).plus(-AID_AWAITED_MONTHS).first
    if (
        term.kind != TermKind.MONTHLY
        or term.month < oldest
        or term.aid_payee != AidPayee.MANAGER
        or contract.aid_eligible != AidEligibility.YES
    ):
        return ZERO
    return min(term.amount - paid, max(term.expected_aid - received, ZERO))
