"""Allocation: RULEBOOK 2.2, cases and properties."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import Month
from payments.calculations.allocation import Due, Money, allocate

D = Decimal
M = [Month(2026, n).first for n in range(1, 13)]


def due(n, amount="200"):
    return Due(n, M[n - 1], M[n - 1].replace(day=5), D(amount))


def test_a_payment_goes_to_the_oldest_term_first():
    result = allocate([due(2), due(1)], [Money(1, date(2026, 2, 10), D(300))])
    assert result.paid == {1: D(200), 2: D(100)}
    assert result.left == {}


def test_what_the_payer_names_comes_before_the_oldest():
    result = allocate([due(1), due(2)], [Money(1, date(2026, 2, 10), D(200), month=M[1])])
    assert result.paid == {1: D(0), 2: D(200)}


def test_what_exceeds_the_named_month_goes_to_the_oldest():
    result = allocate([due(1), due(2)], [Money(1, date(2026, 2, 10), D(250), month=M[1])])
    assert result.paid == {1: D(50), 2: D(200)}


def test_aid_settles_its_own_month_only():
    aid = Money(1, date(2026, 3, 5), D(150), payer="CAF", month=M[1])
    result = allocate([due(1), due(2)], [aid])
    assert result.paid == {1: D(0), 2: D(150)}


def test_aid_above_its_month_waits_for_a_refund():
    aid = Money(1, date(2026, 3, 5), D(250), payer="CAF", month=M[1])
    result = allocate([due(1), due(2)], [aid])
    assert (result.paid, result.left) == ({1: D(0), 2: D(200)}, {1: D(50)})


def test_aid_that_comes_after_the_resident_paid_frees_the_residents_money():
    terms = [due(1), due(2)]
    paid = Money(1, date(2026, 1, 5), D(200))
    aid = Money(2, date(2026, 2, 5), D(120), payer="CAF", month=M[0])
    result = allocate(terms, [paid, aid])
    assert result.paid == {1: D(200), 2: D(120)}


def test_aid_for_a_month_not_billed_waits():
    aid = Money(1, date(2026, 2, 5), D(120), payer="CAF", month=M[4])
    assert allocate([due(1)], [aid]).left == {1: D(120)}


def test_a_reversed_payment_settles_nothing():
    money = [
        Money(1, date(2026, 1, 5), D(200)),
        Money(2, date(2026, 1, 9), D(-200), reverses=1),
        Money(3, date(2026, 1, 20), D(50)),
    ]
    assert allocate([due(1)], money).paid == {1: D(50)}


def test_a_refund_takes_the_newest_credit_and_reopens_nothing():
    money = [Money(1, date(2026, 1, 5), D(300)), Money(2, date(2026, 1, 9), D(-100))]
    result = allocate([due(1)], money)
    assert (result.paid, result.left, result.reopened) == ({1: D(200)}, {}, {})


def test_a_recovery_by_the_caf_reopens_its_month():
    money = [
        Money(1, date(2026, 2, 5), D(150), payer="CAF", month=M[0]),
        Money(2, date(2026, 1, 5), D(50)),
        Money(3, date(2026, 5, 5), D(-60), payer="CAF", month=M[0]),
    ]
    result = allocate([due(1)], money)
    assert (result.paid, result.reopened) == ({1: D(140)}, {})


def test_a_recovery_beyond_the_aid_received_is_owed_again():
    money = [Money(1, date(2026, 5, 5), D(-60), payer="CAF", month=M[0])]
    result = allocate([due(1)], money)
    assert (result.paid, result.reopened) == ({1: D(0)}, {M[0]: D(60)})


amounts = st.integers(1, 50_000).map(lambda cents: Decimal(cents).scaleb(-2))


@st.composite
def books(draw):
    terms = [due(n, draw(amounts)) for n in draw(st.sets(st.integers(1, 12)))]
    money = []
    for key in range(draw(st.integers(0, 8))):
        on = draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
        payer = draw(st.sampled_from(["RESIDENT", "CAF", "OTHER"]))
        month = draw(st.sampled_from([None, *M]))
        sign = draw(st.sampled_from([1, 1, 1, -1]))
        if sign < 0 and money and draw(st.booleans()):
            target = draw(st.sampled_from(money))
            if target.amount > 0 and not any(m.reverses == target.key for m in money):
                money.append(Money(key, on, -target.amount, target.payer, target.month, target.key))
                continue
        money.append(Money(key, on, sign * draw(amounts), payer, month))
    return terms, money


@given(books())
def test_no_cent_appears_or_disappears(books):
    terms, money = books
    result = allocate(terms, money)
    came = sum((m.amount for m in money), D(0))
    settled = sum(result.paid.values()) + sum(result.left.values())
    assert came == settled - sum(result.reopened.values())
    assert sum((p.amount for p in result.parts), D(0)) == sum(result.paid.values())


@given(books())
def test_a_term_receives_between_nothing_and_its_amount(books):
    terms, money = books
    result = allocate(terms, money)
    assert all(0 <= result.paid[t.key] <= t.amount for t in terms)
    assert all(amount > 0 for amount in result.left.values())
    for key in {p.money for p in result.parts}:
        given_out = sum(p.amount for p in result.parts if p.money == key)
        assert given_out + result.left.get(key, 0) <= next(m.amount for m in money if m.key == key)


@given(books(), st.randoms())
def test_the_order_of_writing_changes_nothing(books, random):
    terms, money = books
    before = allocate(terms, money)
    random.shuffle(terms)
    random.shuffle(money)
    after = allocate(terms, money)
    assert (before.paid, before.left, before.reopened) == (after.paid, after.left, after.reopened)


@given(books(), amounts)
def test_one_more_payment_never_unpays_a_term(books, amount):
    terms, money = books
    before = allocate(terms, money).paid
    more = allocate(terms, [*money, Money(99, date(2026, 12, 31), amount)]).paid
    assert all(more[key] >= paid for key, paid in before.items())
