"""When a notice takes effect: the vectors of RULEBOOK 1.2, 1.3, 1.5 and 4.3."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from residents.calculations.departure import owed_until
from residents.calculations.notices import (
    AT_TERM,
    AWAITED,
    BAILIFF,
    BREACH,
    HAND,
    MANAGER,
    NON_RENEWAL,
    OBJECTIVE_CAUSE,
    ORDINARY,
    REFUSED,
    RESIDENT,
    UNCLAIMED,
    Clauses,
    Delay,
    Letter,
    answer,
    bases_of,
)
from tests.residents.calculations.rules import ALL, BARE, COP, CRT, FURNISHED, MOBILITY, SUBLET

CAUSES = "retrait de l'agrément"


def clauses(**facts):
    known = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31)}
    return Clauses(**{**known, "objective_causes": CAUSES, **facts})


def by_resident(received_on, **facts):
    return Letter(RESIDENT, received_on=received_on, **facts)


def by_manager(received_on, basis=OBJECTIVE_CAUSE, **facts):
    return Letter(MANAGER, basis, received_on=received_on, **{"reason": "motif", **facts})


def codes(found):
    return {verdict.code: verdict.level.value for verdict in found.verdicts}


@pytest.mark.parametrize(
    ("rule", "letter", "effective"),
    [
        # CRT: 15 days for the resident, at any time; one month from receipt for the association.
        (CRT, by_resident(date(2026, 11, 10)), date(2026, 11, 25)),
        (CRT, by_resident(date(2026, 1, 2)), date(2026, 1, 17)),
        (CRT, by_manager(date(2026, 11, 10)), date(2026, 12, 10)),
        (CRT, by_manager(date(2026, 11, 10), BREACH), date(2026, 12, 10)),
        (CRT, by_manager(date(2027, 1, 31)), date(2027, 2, 28)),
        (CRT, by_manager(date(2027, 11, 30), NON_RENEWAL), date(2027, 12, 31)),
        # Leases: three months or one for a bare one, one for a furnished one, at term for the rest.
        (BARE, by_resident(date(2026, 11, 30)), date(2027, 2, 28)),
        (BARE, by_resident(date(2026, 11, 30), reduced_reason="zone tendue"), date(2026, 12, 30)),
        (FURNISHED, by_resident(date(2026, 12, 31)), date(2027, 1, 31)),
        (FURNISHED, by_manager(date(2027, 9, 30), AT_TERM), date(2027, 12, 31)),
        (BARE, by_manager(date(2027, 6, 30), AT_TERM), date(2027, 12, 31)),
        (MOBILITY, by_resident(date(2026, 11, 10)), date(2026, 12, 10)),
        # What the contract says where its type leaves it to the parties.
        (COP, by_resident(date(2026, 11, 10)), date(2026, 12, 10)),
        (SUBLET, by_manager(date(2026, 11, 10), ORDINARY), date(2027, 2, 10)),
    ],
)
def test_a_notice_takes_effect(rule, letter, effective):
    found = answer(rule, clauses(), letter)
    assert found.effective_on == effective
    assert "REFUSED" not in codes(found).values()
    assert found.article == rule.source
    assert str(effective.day) in " ".join(found.sentences)


@pytest.mark.parametrize(
    ("facts", "letter", "effective"),
    [
        ({"resident_days": 10}, by_resident(date(2026, 11, 10)), date(2026, 11, 20)),
        ({"resident_months": 2}, by_resident(date(2026, 11, 10)), date(2027, 1, 10)),
        ({"manager_months": 2}, by_manager(date(2026, 11, 10)), date(2027, 1, 10)),
    ],
)
def test_a_precarious_agreement_says_its_own_notice(facts, letter, effective):
    found = answer(COP, clauses(**facts), letter)
    assert (found.effective_on, codes(found)) == (effective, {})


def test_a_crt_does_not_read_the_delays_of_the_contract():
    letter = by_resident(date(2026, 11, 10))
    found = answer(CRT, clauses(resident_months=3), letter)
    assert found.effective_on == date(2026, 11, 25)


@pytest.mark.parametrize("day", [date(2026, 11, 14), date(2026, 12, 25), date(2027, 5, 1)])
def test_a_notice_does_not_move_on_a_sunday_or_a_holiday(day):
    found = answer(CRT, clauses(), by_resident(day - timedelta(days=15)))
    assert found.effective_on == day


def test_a_notice_never_goes_beyond_the_term():
    found = answer(CRT, clauses(ends_on=date(2026, 11, 20)), by_resident(date(2026, 11, 10)))
    assert found.effective_on == date(2026, 11, 20)
    assert "finit avant" in found.sentences[-1]


# --- Not received -------------------------------------------------------------------------------
def test_a_letter_awaited_decides_nothing_and_says_until_when_it_may_be_received():
    letter = Letter(MANAGER, NON_RENEWAL, outcome=AWAITED, sent_on=date(2027, 11, 1))
    found = answer(CRT, clauses(), letter)
    assert (found.effective_on, found.latest_receipt) == (None, date(2027, 11, 30))
    assert "30 novembre 2027" in found.sentences[0]


@pytest.mark.parametrize("outcome", [REFUSED, UNCLAIMED])
def test_a_letter_refused_or_unclaimed_must_be_served(outcome):
    found = answer(CRT, clauses(), by_manager(None, outcome=outcome))
    assert (found.effective_on, found.must_be_served) == (None, True)
    assert "commissaire de justice" in found.sentences[0]


# --- Refused and doubtful -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "letter", "code", "level"),
    [
        # Within the first two months nothing but a breach, and that is not settled.
        (CRT, by_manager(date(2026, 2, 28)), "too-early", "REFUSED"),
        (CRT, by_manager(date(2026, 2, 28), BREACH), "too-early", "DOUBTFUL"),
        (CRT, by_manager(date(2026, 3, 1), reason=" "), "reason-missing", "REFUSED"),
        (CRT, by_manager(date(2026, 11, 10), ORDINARY), "basis", "REFUSED"),
        (CRT, by_manager(date(2026, 11, 10), delivery=HAND), "hand-delivery", "REFUSED"),
        (CRT, by_resident(date(2026, 11, 10), delivery=HAND), "hand-delivery", "DOUBTFUL"),
        (CRT, by_resident(date(2026, 11, 10), reduced_reason="emploi"), "not-reduced", "REFUSED"),
        (CRT, by_resident(None), "receipt-missing", "REFUSED"),
        (CRT, by_resident(date(2028, 1, 1)), "after-the-end", "REFUSED"),
        (CRT, by_resident(date(2025, 12, 31)), "before-the-start", "REFUSED"),
        (
            CRT,
            by_resident(date(2026, 11, 10), sent_on=date(2026, 11, 11)),
            "received-before-sent",
            "REFUSED",
        ),
        (FURNISHED, by_manager(date(2026, 11, 10)), "basis", "REFUSED"),
        (FURNISHED, by_manager(date(2027, 10, 1), AT_TERM), "too-late", "REFUSED"),
        (BARE, by_manager(date(2027, 7, 1), AT_TERM), "too-late", "REFUSED"),
        (MOBILITY, by_manager(date(2026, 11, 10)), "no-notice", "REFUSED"),
        (COP, by_resident(date(2026, 11, 10)), "notice-unsaid", "DOUBTFUL"),
    ],
)
def test_what_the_law_forbids_and_what_is_doubtful(rule, letter, code, level):
    assert codes(answer(rule, clauses(), letter))[code] == level


def test_a_non_renewal_too_late_is_void_when_the_contract_renews_itself():
    late = by_manager(date(2027, 12, 1), NON_RENEWAL)
    assert codes(answer(CRT, clauses(renews_itself=True), late)) == {"too-late": "REFUSED"}
    assert codes(answer(CRT, clauses(), late)) == {"too-late": "DOUBTFUL"}


def test_a_cause_that_the_contract_does_not_write_is_doubtful():
    found = answer(CRT, clauses(objective_causes=""), by_manager(date(2026, 11, 10)))
    assert codes(found) == {"cause-unwritten": "DOUBTFUL"}


def test_an_act_of_a_commissaire_counts_from_its_service():
    letter = by_manager(date(2026, 11, 10), delivery=BAILIFF)
    assert answer(CRT, clauses(), letter).effective_on == date(2026, 12, 10)


@pytest.mark.parametrize("rule", ALL)
def test_every_type_says_on_what_grounds_notice_is_given(rule):
    assert bases_of(rule, RESIDENT) == (ORDINARY,)
    assert bool(bases_of(rule, MANAGER)) == (rule is not MOBILITY)


# --- Any date -----------------------------------------------------------------------------------
days = st.dates(date(2024, 1, 1), date(2029, 12, 31))
delays = st.builds(Delay, st.integers(0, 7), st.integers(0, 40))


@given(delay=delays, end=days)
def test_the_latest_receipt_is_in_time_and_the_next_day_is_not(delay, end):
    latest = delay.latest_start(end)
    assert delay.after(latest) <= end < delay.after(latest + timedelta(days=1))


@given(
    rule=st.sampled_from(ALL),
    start=days,
    length=st.integers(60, 900),
    received=st.integers(0, 900),
)
def test_a_notice_ends_the_contract_within_its_days_and_after_receipt(
    rule, start, length, received
):
    assume(received <= length)
    facts = clauses(starts_on=start, ends_on=start + timedelta(days=length))
    day = start + timedelta(days=received)
    found = answer(rule, facts, by_resident(day))
    assert day <= found.effective_on <= facts.ends_on
    assert len(found.rule) <= 300


# --- Until when the resident owes ---------------------------------------------------------------
END = date(2026, 12, 10)


@pytest.mark.parametrize(
    ("rule", "kind", "left_on", "relet_on", "until"),
    [
        (CRT, "MANAGER_NOTICE", date(2026, 11, 20), None, date(2026, 11, 20)),
        (CRT, "RESIDENT_NOTICE", date(2026, 11, 20), None, END),
        (BARE, "RESIDENT_NOTICE", date(2026, 11, 20), None, END),
        (BARE, "RESIDENT_NOTICE", date(2026, 11, 20), date(2026, 12, 1), date(2026, 11, 30)),
        (BARE, "RESIDENT_NOTICE", date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 20)),
        (BARE, "MANAGER_NOTICE", date(2026, 11, 20), None, END),
        (CRT, "TERM", END, None, END),
        (CRT, "TERM", date(2026, 11, 20), None, END),
        (CRT, "AGREEMENT", date(2026, 11, 20), None, date(2026, 11, 20)),
        (CRT, "DEATH", date(2026, 11, 20), None, date(2026, 11, 20)),
        (CRT, "RESIDENT_NOTICE", date(2026, 12, 14), None, END),
    ],
)
def test_until_when_the_fee_is_owed(rule, kind, left_on, relet_on, until):
    found = owed_until(rule, exit_kind=kind, left_on=left_on, ends_on=END, relet_on=relet_on)
    assert found.until == until
    assert found.sentence
