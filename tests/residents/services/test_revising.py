"""A revision by the IRL: the index of the clause, from the day it is asked for."""

from datetime import date
from decimal import Decimal

import pytest

from caracol.parameters.models import IndexValue
from residents.enums import AmendmentKind
from residents.selectors.revising import try_revision
from residents.services.accepting import LawForbids, ReasonNeeded
from residents.services.revising import RevisionRefused, revise_contract

D = Decimal
ASKED = date(2026, 9, 10)


@pytest.fixture
def contract(living):
    """A CRT of 2025, 18 months, 180 €, index of the second quarter."""
    return living(on=date(2025, 7, 20), starts_on=date(2025, 8, 1), ends_on=date(2027, 1, 31))


def revise(contract, actor, *, on=ASKED, effective=None, today=None, **more):
    return revise_contract(
        contract=contract,
        requested_on=on,
        effective_on=effective or on,
        actor=actor,
        today=today or on,
        **more,
    )


def test_the_fee_follows_the_index_of_the_clause(contract, manager):
    done = revise(contract, manager)
    assert done.amendment.kind == AmendmentKind.INDEX
    fees = [row.fee for row in contract.terms.order_by("starts_on")]
    # 180 × 148.37 / 146.68
    assert fees == [D(180), D("182.07")]
    assert "IRL du 2e trimestre 2026" in done.amendment.reason


def test_the_result_stays_under_the_ceiling(living, manager):
    contract = living(
        on=date(2025, 7, 20), starts_on=date(2025, 8, 1), ends_on=date(2027, 1, 31), fee=D("199.50")
    )
    revise(contract, manager)
    assert contract.terms.order_by("-starts_on")[0].fee == D(200)
    assert try_revision(contract, ASKED, ASKED).result.fee == D(200)


def test_a_fee_at_its_ceiling_has_nothing_to_revise(living, manager):
    contract = living(
        on=date(2025, 7, 20), starts_on=date(2025, 8, 1), ends_on=date(2027, 1, 31), fee=D(200)
    )
    with pytest.raises(LawForbids, match="déjà au plafond"):
        revise(contract, manager)


def test_once_a_year_and_not_before_the_first(contract, manager):
    with pytest.raises(LawForbids, match="Pas avant 12 mois"):
        revise(contract, manager, on=date(2026, 7, 31))
    revise(contract, manager)
    with pytest.raises(LawForbids, match="une fois par an"):
        revise(contract, manager, on=date(2026, 10, 1))


def test_no_catch_up_and_no_request_of_tomorrow(contract, manager):
    with pytest.raises(LawForbids, match="sans rappel"):
        revise(contract, manager, effective=date(2026, 9, 1))
    with pytest.raises(RevisionRefused, match="avenir"):
        revise(contract, manager, today=date(2026, 9, 9))


def test_an_index_not_recorded_is_asked_for(contract, manager):
    IndexValue.objects.filter(year=2026, quarter=2).delete()
    with pytest.raises(LawForbids, match="trimestre 2 de 2026 n'est pas enregistré"):
        revise(contract, manager)


def test_energy_classes_f_and_g_forbid_it_and_an_unknown_one_asks_why(contract, manager):
    home = contract.terms.get().room.colocation
    home.dpe_class = "G"
    home.save()
    with pytest.raises(LawForbids, match="classé G"):
        revise(contract, manager)
    home.dpe_class = ""
    home.save()
    with pytest.raises(ReasonNeeded, match="DPE"):
        revise(contract, manager)


def test_without_a_clause_nothing_is_revised(living, manager):
    contract = living(
        on=date(2025, 7, 20),
        starts_on=date(2025, 8, 1),
        ends_on=date(2027, 1, 31),
        revision_quarter=None,
    )
    with pytest.raises(LawForbids, match="clause de révision"):
        revise(contract, manager)
