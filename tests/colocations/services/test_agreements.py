"""Agreements as the ELAN law bounds them, and the contracts their ends cap."""

from datetime import date, timedelta

import pytest

from caracol.accounts.enums import Role
from caracol.core.periods import add_months
from caracol.core.versions import ChangedMeanwhile, version_of
from colocations.calculations.agreements import documented_end, longest_end, longest_extension
from colocations.enums import LegalBasis
from colocations.models import Owner, OwnerAgreement, OwnerObligation
from colocations.services import agreement_ends as ends
from colocations.services import agreements, obligations
from colocations.services.doubts import Acceptance, Doubtful
from colocations.services.saving import Invalid
from tests import factories

pytestmark = pytest.mark.django_db
START = date(2024, 3, 1)
END = date(2027, 2, 28)
TODAY = date(2026, 11, 23)


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


@pytest.fixture
def agreement():
    """An ELAN agreement of three years with its objective causes, and a home on its site."""
    site = factories.make_site("IDF")
    made = factories.make_agreement(
        site, starts_on=START, ends_on=END, objective_causes="début du chantier"
    )
    factories.make_home(site=site, rooms=2)
    return made


def facts(**changes):
    return {
        "legal_basis": LegalBasis.ELAN_29,
        "starts_on": START,
        "ends_on": END,
        "notice_months": 3,
        "objective_causes": "",
        "approval_reference": "",
        "approval_ends_on": None,
        "vacate_margin_days": 30,
        **changes,
    }


def shorten(agreement, actor, ends_on, **more):
    return ends.shorten_agreement(
        agreement=agreement,
        **{
            "ends_on": ends_on,
            "decided_on": date(2026, 6, 1),
            "ended_by": "OWNER",
            "reason": "Le chantier commence plus tôt",
            "today": TODAY,
            "actor": actor,
            **more,
        },
    )


def extend(agreement, actor, ends_on, **more):
    return ends.extend_agreement(
        agreement=agreement,
        **{
            "ends_on": ends_on,
            "signed_on": date(2026, 11, 1),
            "reason": "Permis de construire contesté",
            "today": TODAY,
            "actor": actor,
            **more,
        },
    )


@pytest.mark.parametrize(
    ("computed", "wanted"),
    [
        (longest_end(START, 3), END),
        (longest_extension(END, 1), date(2028, 2, 29)),
        (documented_end(START, 3, []), END),
        (documented_end(START, 3, [(END, date(2028, 2, 29))]), date(2028, 2, 29)),
        (documented_end(START, 3, [(date(2028, 2, 29), date(2029, 2, 28))]), END),
    ],
)
def test_three_years_then_a_year_at_a_time(computed, wanted):
    assert computed == wanted


def test_an_agreement_of_three_years_is_recorded(manager):
    owner, site = Owner.objects.create(name="Ville"), factories.make_site("IDF")
    made = agreements.create_agreement(actor=manager, site=site, owner=owner, **facts())
    assert made.vacate_by == END - timedelta(days=30)


def test_a_day_more_is_refused_with_the_article(manager):
    owner, site = Owner.objects.create(name="Ville"), factories.make_site("IDF")
    late = facts(ends_on=END + timedelta(days=1))
    with pytest.raises(agreements.AgreementTooLong, match=r"29 de la loi ELAN.*28 février 2027"):
        agreements.create_agreement(actor=manager, site=site, owner=owner, **late)
    lent = facts(ends_on=date(2040, 1, 1), legal_basis=LegalBasis.COMMODAT)
    assert agreements.create_agreement(actor=manager, site=site, owner=owner, **lent).pk


def test_a_second_agreement_over_the_first_is_refused(agreement, manager):
    with pytest.raises(Invalid, match="déjà une convention sur cette période"):
        agreements.create_agreement(
            actor=manager, site=agreement.site, owner=agreement.owner, **facts()
        )


def test_an_extension_goes_a_year_further(agreement, manager):
    extend(agreement, manager, date(2028, 2, 29))
    agreement.refresh_from_db()
    assert agreement.ends_on == date(2028, 2, 29)
    assert agreement.extensions.get().previous_ends_on == END


def test_an_extension_beyond_a_year_is_refused_with_the_article(agreement, manager):
    with pytest.raises(agreements.AgreementTooLong, match=r"1 an au plus.*ELAN"):
        extend(agreement, manager, date(2028, 3, 1))
    with pytest.raises(Invalid, match="justifier"):
        extend(agreement, manager, date(2028, 2, 29), reason=" ")
    with pytest.raises(Invalid, match="une fois signé"):
        extend(agreement, manager, date(2028, 2, 29), signed_on=TODAY + timedelta(days=1))


def test_an_extension_signed_too_late_asks_why(agreement, manager):
    late = {"signed_on": date(2027, 3, 10), "today": date(2027, 3, 11)}
    with pytest.raises(Doubtful, match="sans titre") as doubt:
        extend(agreement, manager, date(2028, 2, 29), **late)
    accepted = Acceptance("Oubli du propriétaire", frozenset(d.code for d in doubt.value.doubts))
    extend(agreement, manager, date(2028, 2, 29), acceptance=accepted, **late)


def test_a_shortening_checks_every_contract_again(agreement, manager):
    rooms = list(agreement.site.colocations.get().rooms.order_by("number"))
    person = factories.make_person("Diallo", "Amina")
    factories.make_contract(
        rooms[0], person, starts_on=date(2026, 3, 1), ends_on=date(2027, 2, 28), number="C1"
    )
    factories.make_contract(rooms[1], starts_on=date(2026, 3, 1), ends_on=date(2026, 12, 15))
    with pytest.raises(Doubtful) as doubt:
        shorten(agreement, manager, date(2026, 12, 31))
    (only,) = doubt.value.doubts
    assert len(only.details) == 1
    assert "Amina DIALLO (contrat C1), du 1er mars 2026 au 28 février 2027" in only.details[0]
    agreement.refresh_from_db()
    assert agreement.ends_on == END
    shorten(
        agreement,
        manager,
        date(2026, 12, 31),
        acceptance=Acceptance("Relogement engagé", frozenset({only.code})),
    )
    agreement.refresh_from_db()
    assert agreement.ends_on == date(2026, 12, 31)
    assert agreement.shortenings.get().previous_ends_on == END


def test_what_was_accepted_is_what_was_shown(agreement, manager):
    """A contract signed between the preview and the act is shown first."""
    rooms = list(agreement.site.colocations.get().rooms.order_by("number"))
    factories.make_contract(rooms[0], starts_on=date(2026, 3, 1), ends_on=END)
    with pytest.raises(Doubtful) as doubt:
        shorten(agreement, manager, date(2026, 12, 31))
    shown = Acceptance("Vu", frozenset(d.code for d in doubt.value.doubts))
    factories.make_contract(rooms[1], starts_on=date(2026, 11, 1), ends_on=END)
    with pytest.raises(Doubtful, match="2 contrats"):
        shorten(agreement, manager, date(2026, 12, 31), acceptance=shown)


def test_an_owner_who_takes_back_too_early_is_answered_by_the_law(manager):
    lent = factories.make_agreement(
        starts_on=START, ends_on=END, legal_basis=LegalBasis.COMMODAT, notice_months=6
    )
    with pytest.raises(Doubtful) as doubt:
        shorten(lent, manager, date(2026, 11, 30))
    assert "1889 du code civil" in doubt.value.message
    assert "préavis de 6 mois court jusqu'au 1er décembre 2026" in doubt.value.message


def test_an_end_brought_forward_is_taken_back(agreement, manager):
    act = shorten(agreement, manager, date(2026, 12, 31), decided_on=date(2026, 6, 1))
    ends.take_back_end(act=act, actor=manager)
    agreement.refresh_from_db()
    assert (agreement.ends_on, agreement.shortenings.count()) == (END, 0)


def test_an_extension_is_not_taken_back_under_living_contracts(agreement, manager):
    act = extend(agreement, manager, date(2028, 2, 29))
    room = agreement.site.colocations.get().rooms.first()
    factories.make_contract(room, starts_on=date(2026, 10, 1), ends_on=date(2027, 9, 30))
    with pytest.raises(Doubtful, match="1 contrat va au-delà"):
        ends.take_back_end(act=act, actor=manager)


def test_only_the_last_act_is_taken_back(agreement, manager):
    first = extend(agreement, manager, date(2028, 2, 29))
    agreement.refresh_from_db()
    extend(agreement, manager, date(2029, 2, 28))
    with pytest.raises(ends.NotTheLastAct):
        ends.take_back_end(act=first, actor=manager)


def test_a_missing_act_is_documented_without_moving_the_end(manager):
    agreement = factories.make_agreement(
        starts_on=date(2022, 3, 1), ends_on=date(2027, 2, 28), extension_undocumented=True
    )
    for end in (date(2026, 2, 28), date(2027, 2, 28)):
        assert agreement.extension_undocumented
        ends.document_extension(
            agreement=agreement,
            ends_on=end,
            signed_on=date(2025, 2, 1),
            reason="Recours des tiers",
            today=TODAY,
            actor=manager,
        )
        agreement.refresh_from_db()
    assert (agreement.extension_undocumented, agreement.ends_on) == (False, date(2027, 2, 28))


def test_a_correction_of_the_end_checks_the_contracts(agreement, manager):
    room = agreement.site.colocations.get().rooms.first()
    factories.make_contract(room, starts_on=date(2026, 3, 1), ends_on=END)
    change = facts(ends_on=date(2026, 12, 31), owner=agreement.owner)
    with pytest.raises(Doubtful):
        agreements.edit_agreement(agreement=agreement, actor=manager, **change)


def test_an_end_made_by_an_act_is_not_corrected_by_hand(agreement, manager):
    extend(agreement, manager, date(2028, 2, 29))
    change = facts(ends_on=date(2028, 1, 31), owner=agreement.owner)
    with pytest.raises(agreements.EndNotCorrected, match="annulez cet acte"):
        agreements.edit_agreement(agreement=agreement, actor=manager, **change)


def test_two_people_on_one_agreement_lose_nothing(agreement, manager):
    seen = version_of(OwnerAgreement.objects.get(pk=agreement.pk), agreements.FIELDS)
    change = facts(owner=agreement.owner)
    agreements.edit_agreement(
        agreement=agreement, actor=manager, seen=seen, **change | {"notice_months": 6}
    )
    with pytest.raises(ChangedMeanwhile):
        agreements.edit_agreement(
            agreement=agreement, actor=manager, seen=seen, **change | {"notice_months": 1}
        )
    assert OwnerAgreement.objects.get(pk=agreement.pk).notice_months == 6


def test_what_comes_back_comes_back_once(agreement, manager):
    report = obligations.add_obligation(
        agreement=agreement,
        actor=manager,
        kind="REPORT",
        label="Compte rendu annuel",
        due_on=date(2026, 2, 1),
        every_months=12,
    )
    following = obligations.finish_obligation(obligation=report, done_on=TODAY, actor=manager)
    assert following.due_on == date(2027, 2, 1)
    assert obligations.finish_obligation(obligation=report, done_on=TODAY, actor=manager) is None
    assert OwnerObligation.objects.count() == 2
    obligations.reopen_obligation(obligation=report, actor=manager)
    assert OwnerObligation.objects.get().done_on is None


def test_nothing_comes_back_after_the_agreement(agreement, manager):
    last = obligations.add_obligation(
        agreement=agreement,
        actor=manager,
        kind="REPORT",
        label="Compte rendu annuel",
        due_on=add_months(END, -6),
        every_months=12,
    )
    assert obligations.finish_obligation(obligation=last, done_on=TODAY, actor=manager) is None
