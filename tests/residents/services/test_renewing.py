"""Renewals: signed by both within the total, tacit when nobody said no in time."""

from datetime import date
from decimal import Decimal

import pytest

from residents.enums import AmendmentKind, ContractStatus
from residents.models import Amendment, ContractTypeRule
from residents.services.accepting import LawForbids, ReasonNeeded
from residents.services.lifecycle import advance_contracts
from residents.services.renewing import renew_contract, renew_tacitly
from tests import factories
from tests.helpers.databases import check_constraints

TODAY = date(2026, 6, 10)


def renew(contract, actor, ends_on, **more):
    return renew_contract(
        contract=contract, ends_on=ends_on, signed_on=TODAY, actor=actor, today=TODAY, **more
    )


def ends_of(contract):
    check_constraints()
    contract.refresh_from_db()
    rows = contract.terms.order_by("starts_on")
    return [str(row.ends_on) for row in rows]


def test_a_renewal_is_an_amendment_from_the_day_after_the_term(living, manager):
    contract = living()
    done = renew(contract, manager, date(2027, 2, 28), fee=Decimal(190))
    assert done.amendment.kind == AmendmentKind.RENEWAL
    assert done.amendment.effective_on == date(2026, 9, 1)
    assert ends_of(contract) == ["2026-08-31", "2027-02-28"]
    assert contract.holders.get().ends_on == date(2027, 2, 28)


def test_renewals_stop_at_eighteen_months_and_at_the_owner(living, manager):
    contract = living()
    with pytest.raises(LawForbids, match="31 août 2027 au plus tard"):
        renew(contract, manager, date(2027, 9, 1))
    renew(contract, manager, date(2027, 7, 31))
    contract.refresh_from_db()
    agreement = contract.terms.first().room.colocation.site.agreements.get()
    agreement.ends_on = date(2027, 8, 15)
    agreement.save()
    with pytest.raises(LawForbids, match="propriétaire ne prête"):
        renew(contract, manager, date(2027, 8, 31))


def test_a_mobility_lease_is_made_longer_once_and_never_renewed_again(living, manager):
    contract = living(
        kind="MOBILITY", charges_mode="FLAT", revision_quarter=None, ends_on=date(2026, 7, 31)
    )
    renew(contract, manager, date(2026, 9, 30))
    contract.refresh_from_db()
    with pytest.raises(LawForbids, match="a déjà été changée"):
        renew(contract, manager, date(2026, 10, 31))


def test_a_precarious_contract_is_not_prolonged_without_saying_why(living, manager):
    why = {
        "fee-modest": "moitié du marché",
        "precarity-renewed": "travaux reportés, courrier joint",
    }
    # Signed by a hand that gives the reasons.
    with pytest.raises(ReasonNeeded, match="modique"):
        living(kind="COP", charges_mode="ALL_IN", precarity_ground="travaux", term_event="chantier")
    contract = factories.make_contract(
        kind="COP",
        precarity_ground="travaux",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 8, 31),
        charges_mode="ALL_IN",
    )
    with pytest.raises(ReasonNeeded, match="motif de précarité"):
        renew(contract, manager, date(2026, 12, 31), reasons={"fee-modest": "x"})
    renew(contract, manager, date(2026, 12, 31), reasons=why)
    assert contract.accepted_warnings.count() == 2


# --- Tacit --------------------------------------------------------------------------------------
def test_a_crt_renews_itself_once_nobody_can_say_no_in_time(living, manager):
    contract = living()
    assert renew_tacitly(on=date(2026, 7, 31), actor=manager).renewed == 0
    assert renew_tacitly(on=date(2026, 8, 1), actor=manager).renewed == 1
    assert ends_of(contract) == ["2026-08-31", "2027-02-28"]
    assert renew_tacitly(on=date(2026, 8, 2), actor=manager).renewed == 0
    assert Amendment.objects.get().reason == "renouvellement tacite jusqu'au 28 février 2027"


def test_nights_missed_are_caught_up_to_the_legal_end_and_no_further(living, manager):
    contract = living()
    assert renew_tacitly(on=date(2028, 1, 1), actor=manager).renewed == 2
    assert ends_of(contract) == ["2026-08-31", "2027-02-28", "2027-08-31"]
    assert advance_contracts(on=date(2028, 1, 1), actor=manager).ended == 1


def test_notice_or_the_owner_stops_the_renewal(living, manager):
    contract = living()
    notice = factories.make_notice(
        contract, received_on=date(2026, 7, 20), effective_on=date(2026, 8, 31)
    )
    assert renew_tacitly(on=date(2026, 8, 15), actor=manager).renewed == 0
    notice.withdrawn_on = date(2026, 8, 16)
    notice.save()
    agreement = contract.terms.get().room.colocation.site.agreements.get()
    agreement.ends_on = date(2026, 10, 15)
    agreement.save()
    assert renew_tacitly(on=date(2026, 8, 17), actor=manager).renewed == 1
    assert ends_of(contract)[-1] == "2026-10-15"


def test_a_renewal_the_new_law_forbids_is_reported_and_holds_back_no_other(living, manager, data):
    contract = living()
    other = factories.make_contract(
        number="ZZ1",
        is_tacitly_renewed=True,
        initial_months=6,
        charges_mode="ALL_IN",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 8, 31),
        fee="140",
    )
    old = ContractTypeRule.objects.get(kind="CRT")
    ContractTypeRule.objects.filter(pk=old.pk).update(valid_to=date(2026, 8, 31))
    old.pk, old.valid_from, old.fee_cap = None, date(2026, 9, 1), Decimal(150)
    old.save()
    outcome = renew_tacitly(on=date(2026, 8, 15), actor=manager)
    assert outcome.renewed == 1
    assert f"{contract.number} : 180,00" in outcome.failures[0]
    other.refresh_from_db()
    assert other.ends_on == date(2027, 2, 28)


def test_what_the_workbook_brought_is_not_renewed_by_itself(manager):
    contract = factories.make_contract(starts_on=date(2026, 3, 1), ends_on=date(2026, 8, 31))
    assert renew_tacitly(on=date(2026, 8, 30), actor=manager).renewed == 0
    contract.refresh_from_db()
    assert contract.status == ContractStatus.IN_FORCE
