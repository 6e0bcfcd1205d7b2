"""The revision by the IRL (RULEBOOK 2.4)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.calculations.indexation import (
    IndexPair,
    RevisionCase,
    anniversary_before,
    check_revision,
    reference_year,
    revised,
)
from tests.residents.calculations.rules import BARE, COP, CRT, FURNISHED, MOBILITY

D = Decimal

Q2_2026 = IndexPair(2, 2026, D("148.37"), D("146.68"))
START = date(2025, 3, 1)


def case(**fields):
    day = fields.pop("on", date(2026, 3, 10))
    base = {"starts_on": START, "quarter": 2, "requested_on": day, "effective_on": day}
    return RevisionCase(**{**base, "dpe_class": "C", "banned_dpe": "FG", **fields})


def codes(rule, **fields):
    return {v.code for v in check_revision(rule, case(**fields))} - {"revision"}


@pytest.mark.parametrize(
    ("current", "pair", "new"),
    [
        ("400.00", Q2_2026, "404.61"),
        ("185.00", Q2_2026, "187.13"),
        ("310.00", IndexPair(1, 2026, D("146.60"), D("145.47")), "312.41"),
        ("500.00", IndexPair(4, 2025, D("145.78"), D("144.64")), "503.94"),
        ("400.00", IndexPair(2, 2020, D("130.57"), D("129.72")), "402.62"),
        ("400.00", IndexPair(3, 2025, D("145.77"), D("144.51")), "403.49"),
    ],
)
def test_a_fee_is_multiplied_by_the_ratio_of_the_index(current, pair, new):
    assert revised(BARE, D(current), D(0), pair).fee == D(new)


def test_a_crt_stays_under_its_ceiling():
    result = revised(CRT, D("199.00"), D(0), Q2_2026)
    assert (result.fee, result.capped) == (D(200), True)
    assert "plafond de 200,00" in result.sentence
    low = revised(CRT, D("75.00"), D(0), Q2_2026, distress_rate=True)
    assert (low.fee, low.capped) == (D(75), True)


def test_a_fixed_charge_follows_the_fee_and_a_provision_does_not():
    assert revised(FURNISHED, D(400), D(50), Q2_2026, with_charges=True).charges == D("50.58")
    assert revised(FURNISHED, D(400), D(50), Q2_2026).charges == D(50)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, set()),
        ({"quarter": None}, {"no-clause"}),
        ({"on": date(2026, 2, 28)}, {"too-early"}),
        ({"on": date(2026, 3, 1)}, set()),
        ({"revised_on": (date(2026, 3, 1),)}, {"once-a-year"}),
        ({"on": date(2027, 3, 1), "revised_on": (date(2026, 3, 1),)}, set()),
        ({"on": date(2027, 3, 1), "claimed_on": date(2026, 3, 1)}, set()),
        ({"on": date(2027, 3, 2), "claimed_on": date(2026, 3, 1)}, {"time-barred"}),
        ({"effective_on": date(2026, 3, 9)}, {"no-catch-up"}),
        ({"effective_on": date(2026, 4, 1)}, set()),
        ({"dpe_class": "F"}, {"dpe"}),
        ({"dpe_class": "G"}, {"dpe"}),
        ({"dpe_class": ""}, {"dpe-unknown"}),
        ({"dpe_class": "G", "banned_dpe": ""}, set()),
    ],
)
def test_a_revision_needs_a_clause_a_year_and_a_decent_home(fields, found):
    assert codes(CRT, **fields) == found


def test_a_mobility_lease_is_never_revised():
    assert codes(MOBILITY) == {"no-revision"}


def test_a_precarious_contract_is_revised_when_it_says_so():
    assert codes(COP) == set()
    assert codes(COP, quarter=None) == {"no-clause"}


@pytest.mark.parametrize(
    ("anniversary", "quarter", "year"),
    [
        (date(2026, 3, 1), 4, 2025),
        (date(2026, 1, 14), 4, 2024),
        (date(2026, 1, 15), 4, 2025),
        (date(2026, 4, 14), 1, 2025),
        (date(2026, 4, 15), 1, 2026),
        (date(2026, 11, 24), 3, 2026),
    ],
)
def test_the_index_is_the_last_one_published_for_the_quarter(anniversary, quarter, year):
    assert reference_year(anniversary, quarter) == year


@given(
    start=st.dates(date(2015, 1, 1), date(2026, 1, 1)),
    day=st.dates(date(2015, 1, 1), date(2036, 1, 1)),
)
def test_the_last_yearly_date_is_the_nearest_before(start, day):
    found = anniversary_before(start, day)
    if found is None:
        assert day < start.replace(year=start.year + 1, day=min(start.day, 28)) or start.day > 28
    else:
        assert found <= day
        assert (day - found).days <= 366


@given(fee=st.decimals(0, 1000, places=2), percent=st.integers(900, 1100))
def test_a_revision_is_within_half_a_cent_of_the_exact_amount(fee, percent):
    pair = IndexPair(1, 2026, D(percent) / 10, D(100))
    exact = fee * D(percent) / 1000
    assert abs(revised(BARE, fee, D(0), pair).fee - exact) <= D("0.005")
