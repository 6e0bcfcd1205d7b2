"""An amendment opens a new version; the past stays, and the account is put right."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caracol.core.periods import Month
from caracol.core.versions import ChangedMeanwhile
from payments.models import Term
from payments.services.closing import close_month
from payments.services.locking import lock_period
from payments.services.posting import MonthLocked
from residents.enums import AidPayee, AmendmentKind
from residents.models import Amendment, ContractTypeRule
from residents.selectors.amending import Change, plan_change
from residents.selectors.states import contract_version
from residents.services.accepting import LawForbids, ReasonNeeded
from residents.services.amending import AmendmentRefused, amend_contract, withdraw_amendment
from tests import factories
from tests.helpers.databases import check_constraints
from tests.residents.services.conftest import make_lent_room

D = Decimal
TODAY = date(2026, 6, 10)
JULY = date(2026, 7, 1)
LATE = {"retroactive": "accord trouvé le mois dernier"}


@pytest.fixture
def contract(living):
    """In force from March to August 2026 at 180 €."""
    return living()


def amend(contract, actor, *, on=JULY, today=TODAY, reasons=None, seen="", **changes):
    change = Change(effective_on=on, **{"words": "accord", "signed_on": today, **changes})
    return amend_contract(
        contract=contract, change=change, actor=actor, today=today, reasons=reasons or {}, seen=seen
    )


def spans(contract):
    check_constraints()
    rows = contract.terms.order_by("starts_on")
    return [(str(row.starts_on), str(row.ends_on), row.fee) for row in rows]


def refused(contract, match, **changes):
    with pytest.raises(LawForbids, match=match):
        amend(contract, factories.make_user(), **changes)


def test_a_new_fee_opens_a_version_and_leaves_the_past(contract, manager):
    done = amend(contract, manager, fee=D(190))
    assert spans(contract) == [
        ("2026-03-01", "2026-06-30", D(180)),
        ("2026-07-01", "2026-08-31", D(190)),
    ]
    assert (done.amendment.number, done.amendment.kind) == (1, AmendmentKind.AMOUNT)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"expected_aid": D(60)}, AmendmentKind.AMOUNT),
        ({"aid_payee": AidPayee.RESIDENT}, AmendmentKind.PAYEE),
        ({"ends_on": date(2026, 12, 31)}, AmendmentKind.END),
        ({"fee": D(190), "aid_payee": AidPayee.RESIDENT}, AmendmentKind.OTHER),
    ],
)
def test_an_amendment_says_what_it_changes(contract, manager, changes, kind):
    assert amend(contract, manager, **changes).amendment.kind == kind


def test_a_move_frees_the_old_room_from_that_day(contract, manager, room):
    amend(contract, manager, room=make_lent_room(room.colocation, number="7"))
    other = factories.make_contract(room, starts_on=JULY, ends_on=date(2026, 12, 31))
    check_constraints()
    assert other.terms.get().binding


def test_a_month_billed_already_is_adjusted_never_rewritten(contract, manager):
    close_month(month=Month(2026, 5), actor=manager)
    close_month(month=Month(2026, 6), actor=manager)
    done = amend(contract, manager, on=date(2026, 5, 16), fee=D(190), reasons=LATE)
    # May: 15 days at 180 and 16 at 190, of 31; June: 190.
    assert done.effects.adjustment == D("5.16") + D("10.00")
    assert set(Term.objects.filter(kind="MONTHLY").values_list("amount", flat=True)) == {D(180)}


def test_a_locked_month_is_refused_and_nothing_is_half_done(contract, manager):
    close_month(month=Month(2026, 5), actor=manager)
    lock_period(month=Month(2026, 5), today=Month(2026, 6), actor=manager)
    # A day before the lock: an adjustment dated then would fall in the locked month.
    with pytest.raises(MonthLocked):
        amend(
            contract,
            manager,
            on=date(2026, 5, 16),
            fee=D(190),
            today=date(2026, 5, 31),
            reasons=LATE,
        )
    assert spans(contract) == [("2026-03-01", "2026-08-31", D(180))]
    assert not Amendment.objects.exists()


def test_the_past_asks_for_a_reason(contract, manager):
    with pytest.raises(ReasonNeeded, match="avant sa signature"):
        amend(contract, manager, on=date(2026, 5, 1), fee=D(190))


def test_dates_out_of_order_are_refused(contract, manager):
    refused(contract, "le passé ne se réécrit pas", on=contract.starts_on, fee=D(190))
    refused(contract, "c'est trop tard", on=date(2026, 9, 2), fee=D(190))
    refused(contract, "avenir", signed_on=date(2026, 6, 11), fee=D(190))
    amend(contract, manager, fee=D(190))
    refused(contract, "L'avenant n° 1 prend effet le 1er juillet", fee=D(170))


def test_what_the_law_forbids_is_refused(contract):
    refused(contract, "plafond de 200,00", fee=D(201))
    refused(contract, "18 mois au plus", ends_on=date(2027, 9, 1))
    refused(contract, "Rien ne change", fee=D(180))


def test_a_room_taken_is_refused_by_name(contract, room):
    other = make_lent_room(room.colocation, number="8")
    taken = factories.make_contract(other, starts_on=date(2026, 8, 1), ends_on=date(2026, 12, 31))
    refused(contract, f"déjà prise par le contrat {taken.number}", room=other)


def test_a_longer_contract_never_walks_into_the_next_one_of_its_room(contract, room):
    after = factories.make_contract(room, starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 31))
    refused(contract, f"par le contrat {after.number}", ends_on=date(2026, 9, 30))


def test_a_room_of_another_territory_needs_a_new_contract(contract):
    site = factories.make_site("HDF")
    factories.make_agreement(site, starts_on=date(2024, 1, 1), ends_on=date(2029, 12, 31))
    refused(contract, "autre territoire", room=make_lent_room(factories.make_home(site=site)))


def test_another_department_means_another_caf(contract, manager):
    site = factories.make_site(department="75")
    factories.make_agreement(site, starts_on=date(2024, 1, 1), ends_on=date(2029, 12, 31))
    room = make_lent_room(factories.make_home(site=site, opens_on=date(2024, 1, 1)))
    with pytest.raises(ReasonNeeded, match="CAF compétente change"):
        amend(contract, manager, room=room)


# --- Holders ------------------------------------------------------------------------------------
def holders(contract):
    check_constraints()
    rows = contract.holders.order_by("pk")
    return [
        (row.person.first_name, row.is_main, str(row.starts_on), str(row.ends_on)) for row in rows
    ]


def test_a_co_holder_joins_and_leaves_by_amendment(contract, manager):
    bilal = factories.make_person("Diallo", "Bilal")
    amend(contract, manager, joins=(bilal,))
    assert holders(contract) == [
        ("Amina", True, "2026-03-01", "2026-08-31"),
        ("Bilal", False, "2026-07-01", "2026-08-31"),
    ]
    amend(contract, manager, on=date(2026, 8, 1), leaves=(bilal,))
    assert holders(contract)[1] == ("Bilal", False, "2026-07-01", "2026-07-31")


def test_the_main_holder_leaves_only_when_another_takes_over(contract, manager, amina):
    refused(contract, "au moins un titulaire", leaves=(amina,))
    bilal = factories.make_person("Diallo", "Bilal")
    refused(contract, "dites qui le devient", leaves=(amina,), joins=(bilal,))
    amend(contract, manager, leaves=(amina,), joins=(bilal,), main=bilal)
    assert holders(contract) == [
        ("Amina", False, "2026-03-01", "2026-06-30"),
        ("Bilal", True, "2026-07-01", "2026-08-31"),
    ]


def test_who_holds_another_contract_does_not_join(contract):
    bilal = factories.make_person("Diallo", "Bilal")
    other = factories.make_contract(
        person=bilal, starts_on=date(2026, 8, 1), ends_on=date(2026, 12, 31)
    )
    refused(contract, f"Bilal DIALLO a déjà le contrat {other.number}", joins=(bilal,))


# --- Taken back, done twice, done by two ---------------------------------------------------------
def test_an_amendment_not_yet_in_effect_is_withdrawn_whole(contract, manager, room):
    before = (spans(contract), holders(contract))
    bilal = factories.make_person("Diallo", "Bilal")
    done = amend(
        contract,
        manager,
        fee=D(190),
        ends_on=date(2026, 12, 31),
        joins=(bilal,),
        main=bilal,
        room=make_lent_room(room.colocation, number="7", capacity=2, surface_m2=D(16)),
    )
    withdraw_amendment(amendment=done.amendment, reason="erreur", actor=manager, today=TODAY)
    assert (spans(contract), holders(contract)) == before
    done.amendment.refresh_from_db()
    assert done.amendment.withdrawn_reason == "erreur"
    amend(contract, manager, fee=D(185))
    assert contract.amendments.count() == 2


def test_an_amendment_in_effect_or_billed_is_corrected_by_another(contract, manager):
    done = amend(contract, manager, fee=D(190))
    with pytest.raises(AmendmentRefused, match="a pris effet le 1er juillet"):
        withdraw_amendment(amendment=done.amendment, reason="", actor=manager, today=JULY)
    close_month(month=Month(2026, 7), actor=manager)
    with pytest.raises(AmendmentRefused, match="déjà facturés"):
        withdraw_amendment(amendment=done.amendment, reason="", actor=manager, today=TODAY)


def test_two_people_amending_the_second_is_told(contract, manager):
    seen = contract_version(contract)
    amend(contract, manager, fee=D(190), seen=seen)
    with pytest.raises(ChangedMeanwhile):
        amend(contract, manager, on=date(2026, 8, 1), fee=D(170), seen=seen)


def test_a_law_that_changes_meanwhile_does_not_touch_the_contract(contract, manager):
    old = ContractTypeRule.objects.get(kind="CRT")
    ContractTypeRule.objects.filter(pk=old.pk).update(valid_to=date(2026, 5, 31))
    old.pk, old.valid_from, old.fee_cap = None, date(2026, 6, 1), D(150)
    old.save()
    amend(contract, manager, fee=D(195))
    # The renewal does take the new law.
    renewal = Change(
        effective_on=date(2026, 9, 1), ends_on=date(2026, 12, 31), signed_on=TODAY, words="suite"
    )
    plan = plan_change(contract, renewal, TODAY)
    assert [v.code for v in plan.verdicts if v.is_refused] == ["fee-cap"]
    assert plan.kind == AmendmentKind.RENEWAL


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(days=st.lists(st.integers(1, 160), min_size=1, max_size=4), fee=st.integers(0, 200))
def test_versions_always_tile_the_contract(contract, days, fee):
    """Whatever the dates asked for, what is planned covers each day once."""
    for rank in days:
        on = date.fromordinal(contract.starts_on.toordinal() + rank)
        plan = plan_change(contract, Change(effective_on=on, fee=D(fee), words="x"), TODAY)
        if any(verdict.is_refused for verdict in plan.verdicts):
            continue
        edges = [(version.starts_on, version.ends_on) for version in plan.versions]
        assert edges[0][0] == contract.starts_on
        assert edges[-1][1] == contract.ends_on
        for (_first, end), (start, _last) in pairwise(edges):
            assert start.toordinal() == end.toordinal() + 1


def test_a_contract_under_notice_keeps_its_end(contract):
    contract.status = "NOTICE_GIVEN"
    contract.save()
    refused(contract, "retirez-le avant", ends_on=date(2026, 12, 31))


def test_a_change_may_be_made_of_many_points_at_once(contract, manager, room):
    change = Change(
        effective_on=JULY,
        fee=D(170),
        room=make_lent_room(room.colocation, number="7"),
        aid_payee=AidPayee.RESIDENT,
        signed_on=TODAY,
        words="départ de la chambre 3",
    )
    amend_contract(contract=contract, change=change, actor=manager, today=TODAY)
    last = contract.terms.order_by("-starts_on")[0]
    assert (last.fee, last.room.number, last.aid_payee) == (D(170), "7", AidPayee.RESIDENT)
