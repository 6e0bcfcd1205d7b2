"""The premium of an insurance taken on behalf goes by twelfths with each rent (RULEBOOK 5.1)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import Month
from payments.calculations.prorata import Conditions, bill_month, with_premium
from payments.enums import AccountKind, LineKind, PaperKind
from payments.models import Term, TermPaper
from payments.services.accounts import account_of
from payments.services.adjusting import adjust_months
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices
from residents.enums import InsuranceStepKind
from residents.models import InsuranceCase, InsuranceStep
from tests import factories

D = Decimal


@pytest.fixture
def actor(association):
    yield factories.make_user()
    report = check_ledger()
    assert report.ok, report.failures


def insured_contract(done_on=date(2026, 9, 20), **fields):
    """A contract insured on behalf: 120 € a year, raised by a tenth."""
    dates = {"starts_on": date(2026, 3, 1), "ends_on": date(2027, 10, 31)}
    contract = factories.make_contract(fee="200.00", **dates | fields)
    case = InsuranceCase.objects.create(contract=contract, opened_on=date(2026, 8, 1))
    step = InsuranceStep.objects.create(
        case=case,
        kind=InsuranceStepKind.BEHALF_TAKEN,
        done_on=done_on,
        yearly_premium=D("120.00"),
        increase_percent=D(10),
        monthly_share=D("11.00"),
    )
    return contract, step


@given(
    st.decimals(min_value=1, max_value=900, places=2),
    st.decimals(min_value=0, max_value=99, places=2),
    st.integers(min_value=1, max_value=30),
)
def test_the_lines_of_a_bill_with_a_premium_sum_to_its_amount(fee, share, day):
    month = Month(2026, 11)
    bill = bill_month(month, [Conditions(month.day(day), month.last, fee)])
    found = with_premium(bill, share)
    assert sum(line.amount for line in found.lines) == found.amount == bill.amount + share
    assert D(found.explanation["amount"]) == found.amount


def test_twelve_months_bear_a_twelfth_and_no_other(actor):
    contract, _step = insured_contract()
    plain = factories.make_contract(
        fee="200.00", starts_on=date(2026, 3, 1), ends_on=date(2027, 10, 31)
    )
    for month in Month(2026, 8).until(Month(2027, 10)):
        close_month(month=month, actor=actor)
    amounts = dict(Term.objects.filter(contract=contract).values_list("month", "amount"))
    bearing = sorted(month for month, amount in amounts.items() if amount == D("211.00"))
    assert (bearing[0], bearing[-1], len(bearing)) == (date(2026, 10, 1), date(2027, 9, 1), 12)
    assert set(Term.objects.filter(contract=plain).values_list("amount", flat=True)) == {D("200")}
    owed = account_of(contract, AccountKind.RECEIVABLE).balance
    assert owed == 15 * D("200.00") + 12 * D("11.00")


def test_a_step_written_by_mistake_bills_nothing_more_and_takes_nothing_back(actor):
    contract, step = insured_contract()
    close_month(month=Month(2026, 11), actor=actor)
    InsuranceStep.objects.filter(pk=step.pk).update(cancelled_on=date(2026, 11, 25))
    close_month(month=Month(2026, 12), actor=actor)
    amounts = list(Term.objects.filter(contract=contract).order_by("month"))
    assert [term.amount for term in amounts] == [D("211.00"), D("200.00")]


def test_putting_a_month_right_keeps_the_premium_it_bore(actor):
    """An amendment changes the fee, not the share of the premium already billed."""
    contract, _step = insured_contract()
    close_month(month=Month(2026, 11), actor=actor)
    contract.terms.update(fee=D("180.00"))
    done = adjust_months(
        contract=contract, actor=actor, today=date(2026, 11, 25), reason="erreur", key="fee"
    )
    assert done.adjustment == D("-20.00")
    assert account_of(contract, AccountKind.RECEIVABLE).balance == D("191.00")


def test_the_due_notice_shows_it_on_its_own_line(actor):
    contract, _step = insured_contract()
    close_month(month=Month(2026, 11), actor=actor)
    issue_due_notices(month=Month(2026, 11), on=date(2026, 11, 2), actor=actor)
    term = Term.objects.get(contract=contract)
    line = term.lines.get(kind=LineKind.INSURANCE)
    assert (line.label, line.amount) == ("Assurance pour compte", D("11.00"))
    paper = TermPaper.objects.get(term=term, kind=PaperKind.DUE_NOTICE)
    assert "Assurance pour compte" in str(paper.document.data)
    assert "douzième de la prime" in str(paper.document.data)
