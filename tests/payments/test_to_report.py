"""Which debts are to be reported, since when: the vectors of RULEBOOK 3.5, then accounts."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import Month
from payments.calculations.caf_arrears import (
    AMOUNT_OR_MONTHS,
    TIMES_OR_MONTHS,
    TWO_TIMES,
    Billed,
    Move,
    Regime,
    Threshold,
    default_of,
    is_to_report,
    own_moves,
)
from payments.deadlines import debts_for_ccapex, debts_to_report
from payments.enums import PaymentMeans
from payments.selectors.to_report import defaults_of_aided
from payments.services.closing import close_month
from payments.services.receiving import record_payment
from residents.enums import AidEligibility, ContractKind
from tests import factories

D = Decimal
CAF = Threshold(times=2, amount=D(450), months=3)
REGIMES = [Regime(date(2016, 9, 1), TWO_TIMES), Regime(date(2027, 1, 1), AMOUNT_OR_MONTHS)]
LONG_AGO = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("rule", "debt", "base", "first_on", "on", "expected"),
    [
        # RULEBOOK 3.5: paid to the manager, net 120; paid to the resident, gross 200.
        (TWO_TIMES, "240", "120", LONG_AGO, date(2026, 12, 15), True),
        (TWO_TIMES, "240", "200", LONG_AGO, date(2026, 12, 15), False),
        (TWO_TIMES, "240", "0", LONG_AGO, date(2026, 12, 15), False),
        (AMOUNT_OR_MONTHS, "450.00", "120", date(2026, 12, 5), date(2027, 1, 15), False),
        (AMOUNT_OR_MONTHS, "450.01", "120", date(2026, 12, 5), date(2027, 1, 15), True),
        (AMOUNT_OR_MONTHS, "5.00", "120", date(2026, 10, 5), date(2027, 1, 15), True),
        (AMOUNT_OR_MONTHS, "0.00", "120", date(2026, 10, 5), date(2027, 1, 15), False),
        # The CCAPEX: a sum or months (here three), never an amount.
        (TIMES_OR_MONTHS, "500", "300", date(2026, 12, 5), date(2027, 1, 15), False),
        (TIMES_OR_MONTHS, "600", "300", date(2026, 12, 5), date(2027, 1, 15), True),
        (TIMES_OR_MONTHS, "5", "300", date(2026, 10, 15), date(2027, 1, 15), True),
    ],
)
def test_the_test_of_each_regime(rule, debt, base, first_on, on, expected):
    found = is_to_report(CAF, rule, debt=D(debt), base=D(base), first_on=first_on, on=on)
    assert found is expected


@pytest.mark.parametrize(
    ("moves", "on", "first_on", "since"),
    [
        # Two terms of 120 unpaid: the second makes twice the net expense.
        ("10-05 120, 11-05 120", date(2026, 11, 20), date(2026, 10, 5), date(2026, 11, 5)),
        # Paid in part since: it was constituted, and is until paid in full.
        (
            "10-05 120, 11-05 120, 11-20 -100",
            date(2026, 11, 25),
            date(2026, 10, 5),
            date(2026, 11, 5),
        ),
        # Paid in full, then unpaid again: another run.
        ("10-05 240, 11-01 -240, 12-05 120", date(2026, 12, 20), date(2026, 12, 5), None),
        # Paid ahead: the credit comes first.
        ("10-01 -200, 10-05 120, 11-05 120", date(2026, 11, 20), date(2026, 11, 5), None),
        # Little, for long: nothing in 2026, three months after the first default in 2027.
        ("11-05 10", date(2026, 12, 31), date(2026, 11, 5), None),
        ("11-05 10", date(2027, 2, 4), date(2026, 11, 5), None),
        ("11-05 10", date(2027, 2, 5), date(2026, 11, 5), date(2027, 2, 5)),
        # Older than three months when the rule changes: constituted that day.
        ("09-05 10", date(2027, 1, 2), date(2026, 9, 5), date(2027, 1, 1)),
    ],
)
def test_since_when_a_debt_counts(moves, on, first_on, since):
    parts = [move.split() for move in moves.split(", ")]
    dated = [Move(date.fromisoformat(f"2026-{day}"), D(amount)) for day, amount in parts]
    found = default_of(dated, base=D(120), threshold=CAF, regimes=REGIMES, on=on)
    assert (found.first_on, found.since) == (first_on, since)


def test_a_debt_paid_in_full_is_no_default():
    moves = [Move(date(2026, 10, 5), D(120)), Move(date(2026, 11, 1), D(-120))]
    found = default_of(moves, base=D(60), threshold=CAF, regimes=REGIMES, on=date(2026, 12, 1))
    assert found is None


@pytest.mark.parametrize(
    ("aid", "expected"),
    [
        # September: 200, of which 80 of aid awaited until the end of November.
        ("", "09-05 120, 12-01 80"),
        ("10-25 -80", "09-05 120"),
        ("10-25 -50", "09-05 120, 12-01 30"),
        ("10-25 -90", "09-05 120, 10-25 -10"),
        ("10-25 -300", "09-05 120, 10-25 -120"),
        # Paid once given up: its debt lasted that long.
        ("12-10 -80", "09-05 120, 12-01 80, 12-10 -80"),
        # Taken back: awaited again while it may be, then the resident's from that day.
        ("10-25 -80, 11-20 80", "09-05 120, 12-01 80"),
        ("10-25 -80, 12-20 80", "09-05 120, 12-20 80"),
    ],
)
def test_aid_is_the_residents_debt_from_the_day_it_is_given_up(aid, expected):
    def read(text):
        parts = [move.split() for move in text.split(", ") if move]
        return [Move(date.fromisoformat(f"2026-{day}"), D(amount)) for day, amount in parts]

    billed = [Billed(date(2026, 9, 5), D(200), D(80))]
    assert own_moves(billed, read(aid), date(2026, 12, 1)) == read(expected)


def test_a_debt_paid_on_the_day_the_next_term_falls_due_is_another_run():
    moves = [Move(date(2026, 9, 5), D(50)), Move(date(2026, 10, 5), D(120))]
    moves.append(Move(date(2026, 10, 5), D(-50)))
    found = default_of(moves, base=D(120), threshold=CAF, regimes=REGIMES, on=date(2026, 10, 6))
    assert (found.first_on, found.debt) == (date(2026, 10, 5), D(120))


FIRST = date(2026, 7, 1)
AMOUNTS = st.sampled_from([D(-120), D(-80), D(-40), D(-10), D(30), D(80)])
NEWS = st.lists(st.tuples(st.integers(0, 240), AMOUNTS), max_size=6)


@given(
    aids=st.lists(NEWS, min_size=6, max_size=6),
    paid=NEWS,
    aid=st.sampled_from([D(0), D(80), D(200)]),
)
def test_a_day_more_never_rewrites_a_default(aids, paid, aid):
    """A new default is born today or on the due day of yesterday; one that lasts never ages."""
    bills = [Billed(Month(2026, number).first, D(200), aid) for number in range(7, 13)]
    news = [[Move(FIRST + timedelta(days), much) for days, much in some] for some in (*aids, paid)]

    def on_day(day):
        moves = [move for move in news[-1] if move.on <= day]
        for bill, some in zip(bills, news, strict=False):
            known = [bill] if bill.due_on < day else []
            heard = [move for move in some if move.on <= day]
            moves += own_moves(known, heard, Month.of(bill.due_on).plus(3).first)
        return default_of(moves, base=D(200) - aid, threshold=CAF, regimes=REGIMES, on=day)

    days = [FIRST + timedelta(number) for number in range(250)]
    found = {day: on_day(day) for day in days}
    for before, day in pairwise(days):
        old, new = found[before], found[day]
        if new is None:
            continue
        if old is None:
            assert new.first_on >= before
        else:
            assert new.first_on >= old.first_on
        if new.since is not None:
            assert new.since >= (old.since if old and old.since else before)


@pytest.fixture
def actor(association):
    return factories.make_user()


def unpaid(actor, **fields):
    """A contract of 2026 billed from July to November, and nothing paid."""
    contract = factories.make_contract(
        starts_on=date(2026, 7, 1), ends_on=date(2027, 6, 30), fee="200.00", **fields
    )
    for number in range(7, 12):
        close_month(month=Month(2026, number), actor=actor)
    return contract


def pay(contract, amount, day, actor):
    record_payment(
        key=f"{contract.pk}/{day}",
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=day,
        today=date(2026, 11, 25),
        actor=actor,
    )


DAY = date(2026, 11, 25)


def test_the_caf_is_told_two_months_after_the_debt_counts(actor):
    aided = unpaid(actor, expected_aid="80.00", aid_eligible=AidEligibility.YES)
    found = list(debts_to_report(DAY))
    assert [fact.contract_id for fact in found] == [aided.pk]
    # Two terms of 120 make twice the net expense; the aid that never came is no debt then.
    due = sorted(aided.bills.values_list("due_on", flat=True))
    assert found[0].due_on == date(due[1].year, due[1].month + 2, due[1].day)
    assert list(debts_for_ccapex(DAY)) == []
    pay(aided, "1000.00", date(2026, 11, 24), actor)
    assert list(debts_to_report(DAY)) == []


def test_aid_given_up_makes_no_debt_of_long_ago(actor):
    aided = unpaid(actor, expected_aid="80.00", aid_eligible=AidEligibility.YES)
    pay(aided, "600.00", date(2026, 11, 5), actor)
    pay(aided, "160.00", date(2026, 11, 20), actor)
    # The aid of July and August was given up, and paid for; that of September will be.
    assert list(defaults_of_aided(date(2026, 11, 30))) == []
    ((row, found),) = defaults_of_aided(date(2026, 12, 1))
    assert (row["pk"], found.first_on, found.since) == (aided.pk, date(2026, 12, 1), None)
    assert found.debt == D(80)


def test_the_ccapex_is_told_where_no_caf_is_with_words_by_type_of_contract(actor):
    crt = unpaid(actor, kind=ContractKind.CRT)
    lease = unpaid(actor, kind=ContractKind.LEASE_89_FURN)
    found = {fact.contract_id: fact for fact in debts_for_ccapex(DAY)}
    assert set(found) == {crt.pk, lease.pk}
    assert "aucune loi ne l'exige" in found[crt.pk].why
    assert "art. 24 II" in found[lease.pk].why
    assert list(debts_to_report(DAY)) == []


def test_reading_debts_takes_as_many_queries_for_one_and_for_many(
    actor, django_assert_max_num_queries
):
    for _ in range(4):
        unpaid(actor, aid_eligible=AidEligibility.YES)
    with django_assert_max_num_queries(10):
        assert len(list(debts_to_report(DAY))) == 4
