"""Why the bank and the books differ: reasons that add up to the cent, whatever happened."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from payments.calculations.bank_gap import Facts, Stated, Waiting, Why, chain_of, explain

D = Decimal
START = date(2026, 1, 1)
cents = st.integers(-50_000, 50_000).map(lambda n: D(n) / 100)
days = st.integers(0, 120).map(lambda n: START + timedelta(days=n))


@st.composite
def statements(draw):
    """Statements as they may come: overlapping, with holes, that do not tie, without opening."""
    found = []
    for key in range(1, draw(st.integers(1, 6)) + 1):
        first = draw(days)
        found.append(
            Stated(
                key=key,
                closing=draw(cents),
                closing_on=first + timedelta(days=draw(st.integers(0, 31))),
                net=draw(cents),
                attached=draw(cents),
                opening=draw(st.none() | cents),
                opening_on=draw(st.none() | st.just(first)),
            )
        )
    return found


@given(
    statements(),
    st.lists(st.tuples(days, cents), max_size=6),
    st.lists(st.tuples(days, cents), max_size=8),
    cents,
    cents,
    cents,
    cents,
)
def test_the_reasons_add_up_to_the_difference(
    stated, waits, loose_lines, start, opening_posted, later, without
):
    """Bank less books, to the cent: every line held, loose, late or missing is told once."""
    chain = chain_of(stated)
    waiting = [Waiting(n, on, amount) for n, (on, amount) in enumerate(waits)]
    loose: Counter[date] = Counter()
    for on, amount in loose_lines:
        loose[on] += amount
    facts = Facts(
        chain=chain,
        start=start,
        start_on=chain[0].begins_on,
        opening_posted=opening_posted,
        waiting=waiting,
        posted_later=later,
        loose=loose,
        twins=Counter(loose_lines),
        without_line=without,
    )
    own = sum(one.attached for one in chain) - sum(one.amount for one in waiting) - later
    books = opening_posted + own + sum(amount for _on, amount in loose_lines) + without
    total = sum(reason.amount for reason in explain(facts))
    assert total == chain[-1].closing - books


def month(key, number, opening, closing, net=None, attached=None):
    """A statement of a month of thirty days."""
    moved = D(closing) - D(opening) if net is None else D(net)
    return Stated(
        key=key,
        closing=D(closing),
        closing_on=date(2026, number, 28),
        net=moved,
        attached=moved if attached is None else D(attached),
        opening=D(opening),
        opening_on=date(2026, number, 1),
    )


def reasons(**facts):
    return [(one.why, one.amount) for one in explain(Facts(**facts))]


def test_nothing_is_told_of_books_that_equal_the_bank():
    chain = chain_of([month(1, 1, 100, 150), month(2, 2, 150, 120)])
    facts = {"start": D(100), "opening_posted": D(100)}
    assert reasons(chain=chain, **facts) == []


def test_a_day_inside_its_month_is_not_counted_twice():
    """Nor a second file of the same month; the next of the same day goes on."""
    inside = Stated(3, D(130), date(2026, 1, 9), D(30), D(0), D(100), date(2026, 1, 9))
    again = month(2, 1, 100, 150, attached=0)
    assert chain_of([again, month(1, 1, 100, 150), inside])[0].key == 1
    assert len(chain_of([again, month(1, 1, 100, 150), inside])) == 1
    morning = Stated(1, D(5), START, D(5), D(5), D(0), START)
    evening = Stated(2, D(9), START, D(4), D(4), D(5), START)
    assert [one.key for one in chain_of([evening, morning])] == [1, 2]


def test_a_held_twin_of_a_line_in_the_books_explains_nothing():
    """A CSV put it in the books; the statement's own line waits: the same money."""
    on = date(2026, 1, 5)
    facts = {
        "chain": [month(1, 1, 100, 150)],
        "start": D(100),
        "opening_posted": D(100),
        "waiting": [Waiting(7, on, D(50))],
        "loose": {on: D(50)},
    }
    assert reasons(**facts, twins={(on, D(50)): 1}) == []
    alone = facts | {"loose": {}}
    assert reasons(**alone) == [(Why.WAITING, D(50))]


def test_a_month_that_a_file_without_balances_brought_is_no_hole():
    chain = [month(1, 1, 0, 10), month(2, 3, 70, 90)]
    assert reasons(chain=chain, loose={date(2026, 2, 9): D(60)}) == []
    assert reasons(chain=chain) == [(Why.MISSING, D(60))]
