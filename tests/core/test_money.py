"""Cents: rounding, splitting, writing."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.money import euros, round_half_up, split


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (Fraction(1, 200), "0.01"),
        (Fraction(-1, 200), "-0.01"),
        (Fraction(12667, 100), "126.67"),
        (Decimal("404.6087"), "404.61"),
        (Decimal("0.004"), "0.00"),
    ],
)
def test_a_half_cent_rounds_away_from_zero(exact, rounded):
    assert round_half_up(exact) == Decimal(rounded)


def test_one_cent_in_two_parts_stays_one_cent():
    assert split(Decimal("0.01"), [1, 1]) == [Decimal("0.01"), Decimal("0.00")]


def test_shares_without_weight_are_refused():
    with pytest.raises(ValueError, match="weights"):
        split(Decimal(1), [0, 0])


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=36).filter(any),
)
def test_parts_add_up_to_the_whole_and_stay_within_a_cent(cents, weights):
    total = Decimal(cents).scaleb(-2)
    parts = split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(total) * weight / sum(weights)) < Fraction(1, 100)


def test_euros_are_written_as_in_french():
    assert euros(Decimal("1234.5")) == "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}€"
