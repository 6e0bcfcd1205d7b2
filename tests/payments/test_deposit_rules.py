"""The clock of a deposit and its shares: the vectors of RULEBOOK 1.6."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import add_months
from payments.calculations.deposit import (
    ReturnRule,
    TooMuchKept,
    months_begun,
    return_clock,
    settle_deposit,
)

D = Decimal
LAW = ReturnRule(1, 2, D(10))
KEYS = date(2026, 9, 10)


def clock(on, *, conforms=True, rule=LAW, rent="400.00", has_new_address=True, keys=KEYS):
    return return_clock(
        rule,
        keys_returned_on=keys,
        conforms=conforms,
        rent=D(rent),
        on=on,
        has_new_address=has_new_address,
    )


@pytest.mark.parametrize(
    ("conforms", "due_on"),
    [(True, date(2026, 10, 10)), (None, date(2026, 10, 10)), (False, date(2026, 11, 10))],
)
def test_the_clock_runs_from_the_keys(conforms, due_on):
    assert clock(KEYS, conforms=conforms).due_on == due_on


@pytest.mark.parametrize(
    ("on", "months", "penalty"),
    [
        (date(2026, 10, 10), 0, "0"),
        (date(2026, 10, 11), 1, "40"),
        (date(2026, 11, 10), 1, "40"),
        (date(2026, 12, 13), 3, "120.00"),  # two months and three days late
    ],
)
def test_each_month_begun_late_adds_ten_percent_of_the_rent(on, months, penalty):
    found = clock(on)
    assert (found.months_late, found.penalty) == (months, D(penalty))


def test_no_penalty_without_a_new_address_nor_where_the_law_says_nothing():
    late = date(2026, 12, 13)
    assert clock(late, has_new_address=False).penalty == 0
    assert clock(late, rule=ReturnRule(1, 2, D(10), by_law=False)).penalty == 0


def test_without_the_keys_no_clock_runs():
    found = clock(date(2026, 12, 13), keys=None)
    assert (found.due_on, found.penalty) == (None, 0)


def test_the_last_day_of_a_month_is_the_last_of_a_shorter_one():
    assert clock(KEYS, keys=date(2027, 1, 31)).due_on == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("held", "taken", "returned"),
    [
        ({"RESIDENT": 400}, {}, {"RESIDENT": 400}),
        ({"RESIDENT": 400}, {"kept": 150, "set_off": 100}, {"RESIDENT": 150}),
        ({"RESIDENT": 400}, {"kept": 400}, {}),
        ({"RESIDENT": 400}, {"kept": 400, "penalty": 40}, {}),  # nothing late, nothing added
        ({"RESIDENT": 400}, {"penalty": 40}, {"RESIDENT": 440}),
        ({"FSL": 400}, {}, {"FSL": 400}),
        ({"FSL": 300, "RESIDENT": 100}, {"kept": 150}, {"FSL": 250}),
        ({"FSL": 300, "RESIDENT": 100}, {"kept": 50}, {"FSL": 300, "RESIDENT": 50}),
        ({"OTHER": 200, "FSL": 200}, {"kept": 100}, {"FSL": 200, "OTHER": 100}),
        ({}, {"credit": 30}, {"RESIDENT": 30}),
    ],
)
def test_a_deposit_goes_back_to_who_paid_it(held, taken, returned):
    held = {payer: D(amount) for payer, amount in held.items()}
    found = settle_deposit(held, **{name: D(amount) for name, amount in taken.items()})
    assert found.returned == {payer: D(amount) for payer, amount in returned.items()}


def test_more_than_what_is_held_is_not_kept():
    with pytest.raises(TooMuchKept):
        settle_deposit({"RESIDENT": D(100)}, kept=D(60), set_off=D(41))


cents = st.integers(0, 100_000).map(lambda n: D(n).scaleb(-2))


@given(
    held=st.dictionaries(st.sampled_from(["RESIDENT", "FSL", "OTHER"]), cents),
    kept=cents,
    set_off=cents,
    penalty=cents,
    credit=cents,
)
def test_no_cent_appears_or_disappears(held, kept, set_off, penalty, credit):
    total = sum(held.values(), D(0))
    kept = min(kept, total)
    set_off = min(set_off, total - kept)
    found = settle_deposit(held, kept=kept, set_off=set_off, penalty=penalty, credit=credit)
    assert found.total == total - kept - set_off + found.penalty + credit
    for payer, share in found.returned.items():
        assert share > 0
        assert payer == "RESIDENT" or share <= held[payer]


@given(due=st.dates(date(2024, 1, 1), date(2028, 12, 31)), late=st.integers(0, 800))
def test_months_begun_are_the_fewest_that_reach_the_day(due, late):
    on = due + timedelta(days=late)
    months = months_begun(due, on)
    assert add_months(due, months) >= on
    assert not months or add_months(due, months - 1) < on
