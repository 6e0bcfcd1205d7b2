"""Prorata: RULEBOOK 2.3, table and properties."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import Month, Span
from payments.calculations.prorata import Conditions, bill_month

D = Decimal


@pytest.mark.parametrize(
    ("month", "first", "last", "monthly", "expected"),
    [
        ("2026-11", date(2026, 11, 12), date(2028, 1, 1), "200.00", "126.67"),
        ("2027-02", date(2026, 1, 1), date(2027, 2, 10), "200.00", "71.43"),
        ("2026-10", date(2026, 10, 5), date(2026, 10, 20), "310.00", "160.00"),
        ("2026-11", date(2026, 11, 12), date(2028, 4, 30), "75.00", "47.50"),
        ("2026-11", date(2026, 1, 1), date(2027, 1, 1), "412.00", "412.00"),
        ("2026-11", date(2026, 11, 30), date(2027, 1, 1), "200.00", "6.67"),
    ],
)
def test_a_month_costs_its_exact_days(month, first, last, monthly, expected):
    bill = bill_month(Month.parse(month), [Conditions(first, last, D(monthly))])
    assert bill.amount == D(expected)


def test_a_month_without_a_lived_day_has_no_bill():
    conditions = [Conditions(date(2026, 1, 1), date(2026, 10, 31), D(200))]
    assert bill_month(Month.parse("2026-11"), conditions) is None


def test_fee_and_charges_of_a_partial_month_add_up_to_the_total():
    conditions = [Conditions(date(2026, 11, 12), date(2027, 11, 1), D("390.00"), D("45.00"))]
    bill = bill_month(Month.parse("2026-11"), conditions)
    assert bill.amount == D("275.50")
    assert [line.amount for line in bill.lines] == [D("247.00"), D("28.50")]
    assert bill.lines[0].detail == "19 jours sur 30"


def test_a_change_of_room_at_the_same_price_changes_nothing():
    conditions = [
        Conditions(date(2026, 1, 1), date(2026, 11, 10), D("100.01")),
        Conditions(date(2026, 11, 11), date(2027, 1, 1), D("100.01")),
    ]
    bill = bill_month(Month.parse("2026-11"), conditions)
    assert (bill.amount, len(bill.lines)) == (D("100.01"), 1)


def test_a_change_of_price_in_the_month_is_shared_by_days():
    conditions = [
        Conditions(date(2026, 1, 1), date(2026, 11, 15), D("150.00")),
        Conditions(date(2026, 11, 16), date(2027, 1, 1), D("180.00")),
    ]
    bill = bill_month(Month.parse("2026-11"), conditions)
    assert [line.amount for line in bill.lines] == [D("75.00"), D("90.00")]
    assert bill.amount == D("165.00")


def test_the_explanation_says_days_and_sum():
    bill = bill_month(
        Month.parse("2026-11"), [Conditions(date(2026, 11, 12), date(2028, 1, 1), D("200.00"))]
    )
    [piece] = bill.explanation["children"]
    assert "19 jours sur 30" in piece["label"]
    assert piece["detail"].endswith("= 126,67\N{NO-BREAK SPACE}€")


def test_a_share_that_the_whole_has_rounded_says_so():
    conditions = [
        Conditions(date(2026, 1, 1), date(2026, 11, 15), D("200.01")),
        Conditions(date(2026, 11, 16), date(2027, 1, 1), D("200.03")),
    ]
    bill = bill_month(Month.parse("2026-11"), conditions)
    details = [node["detail"] for node in bill.explanation["children"]]
    assert bill.amount == D("200.02")
    assert sum("arrondi une seule fois" in detail for detail in details) == 1


money = st.decimals(min_value=0, max_value=2000, places=2)
starts = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@given(start=starts, cuts=st.lists(st.integers(1, 40), min_size=1, max_size=4), data=st.data())
def test_lines_always_add_up_and_stay_close_to_the_exact_sum(start, cuts, data):
    conditions, first = [], start
    for length in cuts:
        last = first + timedelta(days=length - 1)
        conditions.append(Conditions(first, last, data.draw(money), data.draw(money)))
        first = last + timedelta(days=1)
    month = Month.of(start)
    bill = bill_month(month, conditions)
    assert sum(line.amount for line in bill.lines) == bill.amount
    exact = sum(
        c.monthly * common.days
        for c in conditions
        if (common := Span(c.first, c.last).within(Span(month.first, month.last)))
    )
    assert abs(bill.amount * month.days - exact) <= D("0.005") * month.days
