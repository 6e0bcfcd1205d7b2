"""Days on which banks settle, characters they take, identifiers they check."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.calculations.sepa import (
    ALLOWED,
    is_creditor_id,
    is_reference,
    is_sepa_text,
    sepa_text,
)
from payments.calculations.target import (
    easter,
    is_target_day,
    next_target_day,
    target_days_after,
    target_days_between,
)
from payments.services.collecting import CollectRefused, check_day

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25))],
)
def test_easter(year, day):
    assert easter(year) == date(year, *day)


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-12-25", "2026-12-28"),  # Friday, then 26 a Saturday
        ("2027-01-01", "2027-01-04"),
        ("2027-03-26", "2027-03-30"),  # Good Friday, Easter Monday
        ("2026-05-01", "2026-05-04"),
        ("2026-12-05", "2026-12-07"),
        ("2026-12-07", "2026-12-07"),
        ("2026-07-14", "2026-07-14"),  # a French holiday on which banks settle
    ],
)
def test_the_next_day_banks_settle(day, following):
    assert next_target_day(date.fromisoformat(day)) == date.fromisoformat(following)


@given(DAYS)
def test_the_next_day_is_one_and_the_nearest(day):
    found = next_target_day(day)
    assert is_target_day(found)
    assert not any(is_target_day(day + timedelta(n)) for n in range((found - day).days))


@given(DAYS, st.integers(0, 12))
def test_days_counted_forth_and_back_agree(day, count):
    assert target_days_between(day, target_days_after(day, count)) == count


@given(st.text(max_size=200), st.integers(1, 140))
def test_any_text_becomes_one_that_banks_take(text, most):
    found = sepa_text(text, most)
    assert len(found) <= most
    assert not ALLOWED.search(found)
    assert sepa_text(found, most) == found


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Aïssata N'Diaye & fils", "Aissata N'Diaye + fils"),
        ("Œuvre « Élan » n° 3", "OEuvre ' Elan ' no 3"),
        ("Łukasz Öztürk", "Lukasz Ozturk"),
        ("<b>", "b"),
    ],
)
def test_names_are_kept_readable(text, written):
    assert sepa_text(text, 70) == written


@pytest.mark.parametrize("text", ["", "/A", "A/", "A//B", "é", "A" * 36, " A"])
def test_references_that_banks_refuse(text):
    assert not is_reference(text)
    assert not is_sepa_text("", 35)


@pytest.mark.parametrize(
    ("text", "right"),
    [("FR72ZZZ123456", True), ("FR73ZZZ123456", False), ("NOPE", False), ("", False)],
)
def test_the_creditor_identifier_has_its_key(text, right):
    assert is_creditor_id(text) is right


@pytest.mark.django_db
def test_a_day_more_than_a_year_ahead_is_a_slip_of_the_year():
    with pytest.raises(CollectRefused, match="à plus d'un an"):
        check_day(date(9999, 12, 31), date(2026, 11, 25))
    assert check_day(date(2027, 11, 25), date(2026, 11, 25)) == ""
    assert "trop" in check_day(date(2026, 11, 26), date(2026, 11, 25))
    assert check_day(date(2026, 11, 27), date(2026, 11, 25)) == ""
