"""How long each type may last, and how it is renewed (RULEBOOK 1.1, 1.2, 1.5, 1.9)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caracol.core.periods import add_months, end_of_duration
from residents.calculations.duration import (
    Earlier,
    allowed_ends,
    check_duration,
    check_earlier,
    proposed_end,
    said_cut,
)
from residents.calculations.renewal import (
    Life,
    alarms,
    certain_from,
    check_renewal,
    latest_renewal,
    tacit_schedule,
)
from residents.calculations.verdicts import Level
from tests.residents.calculations.rules import ALL, BARE, COP, CRT, FURNISHED, MOBILITY, SUBLET

START, FAR = date(2026, 3, 1), date(2040, 1, 1)
DAY = timedelta(days=1)


def codes(verdicts):
    return {verdict.code for verdict in verdicts if verdict.level is not Level.FINE}


@pytest.mark.parametrize(
    ("rule", "months", "found"),
    [
        (CRT, 1, {"too-short"}),
        (CRT, 2, set()),
        (CRT, 18, set()),
        (CRT, 19, {"too-long"}),
        (COP, 1, set()),
        (COP, 60, set()),
        (SUBLET, 3, set()),
        (FURNISHED, 8, {"too-short"}),
        (FURNISHED, 9, {"student"}),
        (FURNISHED, 11, {"too-short"}),
        (FURNISHED, 12, set()),
        (BARE, 36, {"too-short"}),
        (BARE, 71, {"too-short"}),
        (BARE, 72, set()),
        (MOBILITY, 1, set()),
        (MOBILITY, 10, set()),
        (MOBILITY, 11, {"too-long"}),
    ],
)
def test_each_type_has_its_shortest_and_longest_duration(rule, months, found):
    assert codes(check_duration(rule, START, end_of_duration(START, months), FAR)) == found


def test_a_day_short_of_two_months_is_too_short():
    assert codes(check_duration(CRT, START, date(2026, 4, 29), FAR)) == {"too-short"}
    assert codes(check_duration(CRT, START, date(2026, 4, 30), FAR)) == set()


def test_a_landlord_who_is_a_natural_person_lets_bare_for_three_years():
    three_years = end_of_duration(START, 36)
    assert codes(check_duration(BARE, START, three_years, FAR)) == {"too-short"}
    assert codes(check_duration(BARE, START, three_years, FAR, landlord_is_person=True)) == set()


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.kind)
def test_no_type_outlasts_the_owner(rule):
    end = end_of_duration(START, rule.min_months or 3)
    assert "owner-end" in codes(check_duration(rule, START, end, end - DAY))
    assert "owner-end" not in codes(check_duration(rule, START, end, end))
    assert "no-agreement" in codes(check_duration(rule, START, end, None))


def test_a_contract_that_ends_before_it_starts_is_refused_first():
    assert codes(check_duration(CRT, START, START - DAY, FAR)) == {"dates-order"}


def test_a_refusal_names_its_article():
    (found,) = check_duration(CRT, START, date(2028, 1, 1), FAR)
    assert found.sentence.endswith("(décret 2019-497)")
    assert "31 août 2027" in found.message


def test_the_end_proposed_is_cut_by_the_owner_and_said_never_by_the_law():
    assert proposed_end(CRT, START, 6, FAR) == date(2026, 8, 31)
    assert said_cut(START, date(2026, 8, 31), 6) == ""
    short = date(2026, 6, 15)
    assert proposed_end(CRT, START, 6, short) == short
    assert "jusqu'au 31 août 2026" in said_cut(START, short, 6)
    assert "reprend le bâtiment le 15 juin 2026" in said_cut(START, short, 6)
    assert "moins de 4 mois" in said_cut(START, short, 6)


@pytest.mark.parametrize("owner_end", [FAR, date(2027, 1, 31)])
def test_more_months_than_the_law_allows_are_kept_to_be_refused(owner_end):
    ends_on = proposed_end(CRT, START, 24, owner_end)
    assert ends_on == date(2028, 2, 29)
    found = check_duration(CRT, START, ends_on, owner_end)
    assert "too-long" in codes(found)
    assert any("18 mois au plus" in one.sentence and "2019-497" in one.sentence for one in found)
    assert proposed_end(CRT, START, 18, FAR) == date(2027, 8, 31)


def test_the_bounds_say_when_no_end_is_possible():
    assert not allowed_ends(CRT, START, date(2026, 4, 1)).is_possible
    assert allowed_ends(CRT, START, FAR).is_possible


def earlier(first, last, *, same_site):
    return Earlier("CRT-1", first, last, same_site)


def test_the_total_runs_on_through_contracts_that_follow_one_another_on_a_site():
    before = earlier(date(2025, 3, 1), date(2026, 2, 28), same_site=True)
    assert codes(check_earlier(CRT, START, date(2026, 8, 31), [before])) == set()
    assert codes(check_earlier(CRT, START, date(2026, 9, 1), [before])) == {"total-chained"}


def test_another_site_or_a_gap_is_doubtful_not_forbidden():
    elsewhere = earlier(date(2025, 3, 1), date(2026, 2, 28), same_site=False)
    long_ago = earlier(date(2023, 1, 1), date(2023, 12, 31), same_site=True)
    for other in (elsewhere, long_ago):
        assert codes(check_earlier(CRT, START, date(2027, 8, 31), [other])) == {"total-restarted"}
    assert check_earlier(COP, START, date(2027, 8, 31), [elsewhere]) == []


# --- Renewals -----------------------------------------------------------------------------------
def life(months, **fields):
    return Life(
        START, end_of_duration(START, months), months, **{"is_tacitly_renewed": True} | fields
    )


@pytest.mark.parametrize(
    ("months", "owner_end", "ends", "cut"),
    [
        (6, FAR, ["2027-02-28", "2027-08-31"], ""),
        (8, FAR, ["2027-06-30", "2027-08-31"], "LAW"),
        (12, FAR, ["2027-08-31"], "LAW"),
        (18, FAR, [], None),
        (6, date(2027, 4, 15), ["2027-02-28", "2027-04-15"], "OWNER"),
        (6, date(2026, 8, 31), [], None),
        (2, FAR, ["2026-06-30", "2026-08-31", "2026-10-31", "2026-12-31", "2027-02-28"], None),
    ],
)
def test_a_crt_is_renewed_by_its_first_duration_cut_at_eighteen_months(
    months, owner_end, ends, cut
):
    schedule = tacit_schedule(CRT, life(months), owner_end)
    assert [str(renewal.ends_on) for renewal in schedule][: len(ends)] == ends
    if cut is not None:
        assert schedule[-1].cut_by == cut


def test_types_that_do_not_renew_themselves_have_no_schedule():
    assert tacit_schedule(MOBILITY, life(5), FAR) == ()
    assert tacit_schedule(COP, life(6), FAR) == ()
    assert tacit_schedule(CRT, life(6, is_tacitly_renewed=False), FAR) == ()


def test_a_furnished_lease_is_renewed_year_after_year():
    schedule = tacit_schedule(FURNISHED, life(12), FAR, count=2)
    assert [renewal.ends_on for renewal in schedule] == [date(2028, 2, 29), date(2029, 2, 28)]


def test_the_alarms_of_a_crt_ring_at_months_12_15_and_17():
    assert alarms(CRT, START) == (date(2027, 3, 1), date(2027, 6, 1), date(2027, 8, 1))
    assert alarms(COP, START) == ()


def test_a_renewal_is_certain_once_the_month_of_warning_has_begun():
    assert certain_from(CRT, date(2026, 8, 31)) == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("rule", "until", "extended", "found"),
    [
        (CRT, date(2027, 8, 31), 0, set()),
        (CRT, date(2027, 9, 1), 0, {"too-long"}),
        (CRT, date(2026, 8, 31), 0, {"not-later"}),
        (COP, date(2027, 2, 28), 0, {"precarity-renewed"}),
        (MOBILITY, date(2026, 10, 31), 0, set()),
        (MOBILITY, date(2026, 10, 31), 1, {"not-renewable"}),
        (MOBILITY, date(2027, 1, 31), 0, {"too-long"}),
        (BARE, date(2032, 8, 31), 0, set()),
    ],
)
def test_an_express_renewal_keeps_within_the_law(rule, until, extended, found):
    assert codes(check_renewal(rule, life(6), until, FAR, extended=extended)) == found


def test_no_renewal_outlasts_the_owner():
    assert codes(check_renewal(CRT, life(6), date(2027, 2, 28), date(2027, 1, 31))) == {"owner-end"}
    assert latest_renewal(CRT, life(6), date(2027, 1, 31)) == date(2027, 1, 31)
    assert latest_renewal(CRT, life(18), FAR) is None
    assert latest_renewal(CRT, life(6), None) is None


@given(
    start=st.dates(date(2019, 6, 1), date(2035, 12, 31)),
    months=st.integers(1, 18),
    lent=st.integers(0, 900),
)
def test_a_tacit_schedule_is_tiled_and_never_goes_beyond(start, months, lent):
    first_end = end_of_duration(start, months)
    owner_end = first_end + timedelta(days=lent)
    schedule = tacit_schedule(
        CRT, Life(start, first_end, months, is_tacitly_renewed=True), owner_end
    )
    before = first_end
    for renewal in schedule:
        assert renewal.starts_on == before + DAY
        assert renewal.ends_on >= renewal.starts_on
        before = renewal.ends_on
    limit = min(owner_end, end_of_duration(start, 18))
    assert before <= max(limit, first_end)
    if schedule:
        assert before == limit


@given(
    start=st.dates(date(2019, 6, 1), date(2035, 12, 31)),
    days=st.integers(0, 3000),
    rule=st.sampled_from(ALL),
)
def test_an_end_is_judged_as_the_bounds_say(start, days, rule):
    end, owner_end = start + timedelta(days=days), start + timedelta(days=2500)
    bounds = allowed_ends(rule, start, owner_end)
    within = (bounds.earliest or end) <= end <= bounds.latest
    found = codes(check_duration(rule, start, end, owner_end)) - {"student"}
    assert within == (not found) or end == end_of_duration(start, rule.min_months_student or 0)


@given(start=st.dates(date(2019, 6, 1), date(2035, 12, 31)))
def test_eighteen_months_are_counted_from_the_first_day(start):
    last = end_of_duration(start, 18)
    assert codes(check_duration(CRT, start, last, FAR.replace(year=2100))) == set()
    assert add_months(start, 18) == last + DAY or start.day > 28


def test_a_type_longer_than_the_owner_lends_proposes_no_day_that_cannot_be():
    owner_end = end_of_duration(START, 36)
    for months in (6, 36, 72):
        verdicts = check_duration(BARE, START, end_of_duration(START, months), owner_end)
        assert len(verdicts) == 1
        assert verdicts[0].is_refused
        assert "Aucune durée ne convient ici" in verdicts[0].message
        assert "ou après" not in verdicts[0].message


def test_a_student_may_sign_for_nine_months_where_a_year_is_not_lent():
    nine = end_of_duration(START, 9)
    assert codes(check_duration(FURNISHED, START, nine, end_of_duration(START, 10))) == {"student"}
