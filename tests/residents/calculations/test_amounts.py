"""Fee, charges, deposit and what must be written (RULEBOOK 1.2 to 1.7, 1.9)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.calculations.amounts import Asked, check_amounts, deposit_cap
from residents.calculations.facts import check_facts, required_fields
from residents.calculations.verdicts import Level, doubts, refusals
from tests.residents.calculations.rules import ALL, BARE, COP, CRT, FURNISHED, MOBILITY, SUBLET

D = Decimal


def asked(rule, fee="150", charges="0", deposit="0", **fields):
    return Asked(D(fee), D(charges), D(deposit), **{"charges_mode": rule.charges_mode, **fields})


def answer(rule, *args, **fields):
    found = check_amounts(rule, asked(rule, *args, **fields))
    return {v.code for v in refusals(found)}, {v.code for v in doubts(found)}


@pytest.mark.parametrize(
    ("fee", "distress", "refused"),
    [
        ("200.00", False, set()),
        ("200.01", False, {"fee-cap"}),
        ("75.00", True, set()),
        ("75.01", True, {"fee-cap"}),
        ("0", False, set()),
    ],
)
def test_a_crt_asks_200_or_75_all_in(fee, distress, refused):
    assert answer(CRT, fee, distress_rate=distress) == (refused, set())


def test_the_ceiling_counts_charges_that_a_crt_may_not_have_anyway():
    assert answer(CRT, "190", "20")[0] == {"fee-cap", "charges-all-in"}


def test_a_precarious_fee_must_be_said_modest():
    assert answer(COP, "900", charges_mode="ALL_IN") == (set(), {"fee-modest"})


def test_the_price_of_a_lease_has_no_ceiling_here():
    assert answer(FURNISHED, "900", "80") == (set(), set())


def test_only_a_crt_has_a_rate_for_distress():
    assert answer(FURNISHED, "50", distress_rate=True)[0] == {"no-distress-rate"}


@pytest.mark.parametrize(
    ("rule", "modes"),
    [
        (CRT, {"ALL_IN"}),
        (COP, {"ALL_IN", "FLAT", "PROVISION"}),
        (SUBLET, {"FLAT", "PROVISION"}),
        (FURNISHED, {"FLAT", "PROVISION"}),
        (BARE, {"FLAT", "PROVISION"}),
        (MOBILITY, {"FLAT"}),
    ],
)
def test_charges_are_asked_as_the_type_allows(rule, modes):
    for mode in ("ALL_IN", "FLAT", "PROVISION"):
        refused, _doubts = answer(rule, charges_mode=mode)
        assert ("charges-mode" in refused) == (mode not in modes)


@pytest.mark.parametrize(
    ("rule", "deposit", "refused", "doubtful"),
    [
        (CRT, "1", set(), {"deposit-unusual"}),
        (MOBILITY, "1", {"deposit-cap"}, set()),
        (BARE, "400", set(), set()),
        (BARE, "400.01", {"deposit-cap"}, set()),
        (FURNISHED, "800", set(), set()),
        (FURNISHED, "800.01", {"deposit-cap"}, set()),
        (SUBLET, "400", set(), set()),
        (SUBLET, "400.01", set(), {"deposit-high"}),
        (SUBLET, "800.01", {"deposit-cap"}, set()),
    ],
)
def test_the_deposit_is_capped_in_months_without_charges(rule, deposit, refused, doubtful):
    fee, charges = ("200", "0") if rule is CRT else ("400", "60")
    assert answer(rule, fee, charges, deposit) == (refused, doubtful)


def test_a_precarious_contract_decides_its_own_deposit():
    assert deposit_cap(COP, asked(COP)) is None
    assert answer(COP, "100", "0", "5000")[0] == set()


@given(
    rule=st.sampled_from(ALL),
    fee=st.decimals(0, 2000, places=2),
    charges=st.decimals(0, 300, places=2),
)
def test_the_highest_deposit_allowed_is_allowed_and_a_cent_more_is_not(rule, fee, charges):
    cap = deposit_cap(rule, Asked(fee, charges))
    if cap is None:
        return
    codes = {
        deposit: {
            v.code for v in check_amounts(rule, Asked(fee, charges, deposit, rule.charges_mode))
        }
        for deposit in (cap, cap + D("0.01"))
    }
    forbidden = {"deposit-cap", "deposit-unusual"}
    assert not codes[cap] & forbidden
    assert codes[cap + D("0.01")] & forbidden


# --- What must be written -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (CRT, {"purpose", "objective_causes"}),
        (COP, {"precarity_ground", "term_event"}),
        (SUBLET, {"approval_reference"}),
        (FURNISHED, set()),
        (BARE, set()),
        (MOBILITY, set()),
    ],
)
def test_each_type_must_say_its_own_facts(rule, fields):
    assert set(required_fields(rule)) == fields
    missing = check_facts(rule, {})
    assert {verdict.topic for verdict in missing} == fields
    assert all(verdict.level is Level.REFUSED for verdict in missing)
    assert check_facts(rule, dict.fromkeys(fields, "écrit")) == []


def test_blanks_are_not_words():
    assert check_facts(SUBLET, {"approval_reference": "   "})
