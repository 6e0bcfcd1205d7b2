"""Notices, departures and closing on their pages: shown first, then done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month, add_months, french_day
from colocations.enums import HolderKind, KeyAct
from colocations.models import KeySet
from colocations.services.keys import move_keys
from payments.services.closing import close_month
from residents.enums import ContractStatus
from residents.models import Contract, Notice
from tests import factories
from tests.residents.views.test_birth import text


def address(name, contract):
    return reverse(f"residents:{name}", args=[contract.pk])


def again(contract):
    contract.refresh_from_db()
    return contract


def days_ago(count):
    return clock.today() - timedelta(days=count)


def received(**more):
    return {"received_on": clock.today().isoformat(), "delivery": "LRAR", **more}


def given(**more):
    return {"basis": "OBJECTIVE_CAUSE", "reason": "bâtiment rendu", "delivery": "LRAR", **more}


@pytest.fixture
def assistant(client_for, manager):
    return client_for(factories.make_user(Role.GLA_ASSISTANT))


# --- The resident's -----------------------------------------------------------------------------
def test_the_end_is_computed_and_explained_before_it_is_saved(page, lived):
    here = address("notice-receive", lived)
    assert "15 jours" in text(page.get(here))
    shown = text(page.htmx("post", here, received(essai=1), target="apercu"))
    end = clock.today() + timedelta(days=15)
    assert f"Le contrat finira le {french_day(end)}" in shown
    assert "décret 2019-497" in shown
    assert not Notice.objects.exists()
    page.post(here, received())
    assert (again(lived).status, lived.ends_on) == ("NOTICE_GIVEN", end)


def test_a_month_billed_asks_for_a_word_more(page, lived, manager):
    close_month(month=Month.of(clock.today()).next(), actor=manager)
    here = address("notice-receive", lived)
    assert page.post(here, received()).status_code == 422
    assert page.post(here, received(confirme=1)).status_code == 302
    assert again(lived).status == "NOTICE_GIVEN"


def test_what_is_doubtful_asks_for_its_reason_beside_it(page, lived):
    here = address("notice-receive", lived)
    shown = page.post(here, received(delivery="HAND"))
    assert shown.status_code == 422
    assert 'name="raison_hand-delivery"' in shown.text
    page.post(here, received(delivery="HAND", **{"raison_hand-delivery": "récépissé signé"}))
    assert again(lived).status == "NOTICE_GIVEN"


# --- The association's --------------------------------------------------------------------------
def test_an_assistant_prepares_and_the_manager_sends_then_records_the_receipt(
    page, assistant, lived
):
    shown = text(assistant.get(address("notice-give", lived)))
    assert "Préparer le congé" in shown
    assert "Envoyé le" not in shown
    assistant.post(address("notice-give", lived), given())
    notice = Notice.objects.get()
    assert (notice.sent_on, notice.outcome) == (None, "AWAITED")
    assert assistant.get(address("notice-send", lived)).status_code == 403
    assert page.get(address("notice-receive", lived)).status_code == 302
    page.post(address("notice-send", lived), {"sent_on": days_ago(3).isoformat()})
    assert again(lived).status == "IN_FORCE"
    shown = text(page.get(address("notice-receive", lived)))
    assert f"finira le {french_day(add_months(clock.today(), 1))}" in shown
    page.post(address("notice-receive", lived), received(outcome="SIGNED"))
    assert again(lived).ends_on == add_months(clock.today(), 1)


def test_an_unclaimed_letter_says_what_to_do(page, lived):
    page.post(address("notice-give", lived), given(sent_on=days_ago(20).isoformat()))
    done = page.post(
        address("notice-receive", lived), received(outcome="UNCLAIMED", received_on=""), follow=True
    )
    assert "commissaire de justice" in text(done) or "signifier" in text(done)
    assert again(lived).status == "IN_FORCE"


def test_what_the_law_forbids_is_refused_with_its_article(page, lived):
    shown = page.post(address("notice-give", lived), given(reason=""))
    assert shown.status_code == 422
    assert "Ce congé se motive" in text(shown)
    assert "décret 2019-497" in text(shown)


def test_a_notice_is_withdrawn_by_both(page, lived):
    ends_on = lived.ends_on
    page.post(address("notice-receive", lived), received())
    here = address("notice-withdraw", lived)
    assert f"de nouveau le {french_day(ends_on)}" in text(page.get(here))
    assert page.post(here, {"reason": "il reste"}).status_code == 422
    page.post(here, {"reason": "il reste", "agreed": "on"})
    assert (again(lived).status, lived.ends_on) == ("IN_FORCE", ends_on)


def test_nothing_to_withdraw_is_said(page, lived):
    assert "Aucun congé" in text(page.get(address("notice-withdraw", lived), follow=True))


# --- The departure ------------------------------------------------------------------------------
def left(**more):
    today = clock.today().isoformat()
    return {"kind": "AGREEMENT", "left_on": today, "keys_returned_on": today, **more}


def test_a_departure_says_until_when_it_is_owed(page, lived):
    here = address("contract-end", lived)
    shown = text(page.htmx("post", here, left(kind="TERM", essai=1), target="apercu"))
    assert "la fin du terme" in shown
    shown = text(page.htmx("post", here, left(essai=1), target="apercu"))
    assert "prend fin avec le départ" in shown
    page.post(here, left(inventory="oui", new_address="3 rue Neuve"))
    done = again(lived)
    assert (done.status, done.exit_inventory_conforms) == ("ENDED", True)
    assert page.get(here).status_code == 302


def test_what_was_not_known_is_completed(page, lived):
    page.post(address("contract-end", lived), left(keys_returned_on=""))
    data = {"keys_returned_on": clock.today().isoformat(), "inventory": "non"}
    page.post(address("exit-complete", lived), data | {"destination": "SOCIAL_LEASE"})
    done = again(lived)
    assert (done.keys_returned_on, done.exit_destination) == (clock.today(), "SOCIAL_LEASE")


def test_keys_returned_in_the_register_are_offered_and_those_still_out_are_told(
    page, lived, manager
):
    room = lived.terms.get().room
    lived.keys_given_on = lived.starts_on
    lived.save()
    keys = KeySet.objects.create(colocation=room.colocation, room=room, label="Clé 3", opens="3")
    held = {"holder_kind": HolderKind.RESIDENT, "contract": lived.number}
    move = {"keys": keys, "actor": manager}
    move_keys(act=KeyAct.GIVEN, on=lived.starts_on, **move, **held)
    here = address("contract-end", lived)
    shown = page.get(here)
    assert shown.context["form"]["keys_returned_on"].value() is None
    assert "encore remis au ménage : Clé 3" in text(shown)
    back = days_ago(2)
    move_keys(act=KeyAct.RETURNED, on=back, **move)
    move_keys(
        act=KeyAct.GIVEN, on=clock.today(), **move, holder_kind=HolderKind.OTHER, holder="Serrurier"
    )
    shown = page.get(here)
    assert shown.context["form"]["keys_returned_on"].value() == back
    assert "le dernier trousseau est revenu" in text(shown)
    assert "À justifier" in text(shown)
    page.post(here, left(keys_returned_on=""))
    shown = page.get(address("exit-complete", lived))
    assert shown.context["form"]["keys_returned_on"].value() == back


def test_a_departure_by_mistake_is_taken_back(page, assistant, lived):
    ends_on = lived.ends_on
    page.post(address("contract-end", lived), left())
    here = address("contract-reopen", lived)
    assert assistant.get(here).status_code == 403
    page.post(here, {"reason": "mauvaise personne"})
    assert (again(lived).status, lived.ends_on, lived.exit_kind) == ("IN_FORCE", ends_on, "")


# --- Closed -------------------------------------------------------------------------------------
def test_what_is_left_to_do_is_listed_before_closing(page, lived):
    page.post(address("contract-end", lived), left())
    here = address("contract-close", lived)
    shown = text(page.get(here))
    assert "pas encore facturé" in shown
    assert page.post(here).status_code == 422
    assert again(lived).status == "ENDED"


def test_a_contract_at_zero_closes_and_opens_again_with_a_reason(page, lived):
    lived.terms.update(fee=Decimal(0))
    page.post(address("contract-end", lived), left())
    assert "Tout est réglé" in text(page.get(address("contract-close", lived)))
    page.post(address("contract-close", lived))
    assert again(lived).status == "CLOSED"
    page.post(address("contract-reopen", lived), {"reason": "aide tardive"})
    assert again(lived).status == "ENDED"


# --- The menu of the contract -------------------------------------------------------------------
def offers(page, contract):
    answer = page.get(address("contract-detail", contract))
    menu = answer.context["menu"]
    return [menu.primary.label, *(offer.label for offer in menu.others)]


def test_the_menu_follows_the_notice_and_the_exit(page, lived):
    assert "Donner congé" in offers(page, lived)
    page.post(address("notice-give", lived), given())
    assert offers(page, lived)[0] in {
        "Valider et envoyer le congé",
        "Ajouter une attestation d'assurance",
    }
    assert "Donner congé" not in offers(page, lived)
    page.post(address("notice-withdraw", lived), {"reason": "erreur"})
    page.post(address("contract-end", lived), left())
    found = offers(page, lived)
    assert "Clore le contrat" in found
    assert "Compléter la sortie" in found
    assert "Enregistrer le départ" not in found


def test_another_territory_finds_nothing(client_for, lived):
    stranger = client_for(factories.make_user(Role.GLA_MANAGER, "HDF"))
    names = ("notice-give", "notice-receive", "contract-end", "contract-close")
    assert {stranger.get(address(name, lived)).status_code for name in names} == {404}


def test_an_officer_acts_on_no_exit(client_for, lived):
    officer = factories.make_user(Role.MISSION_OFFICER)
    lived.terms.get().room.colocation.__class__.objects.update(mission_officer=officer)
    client = client_for(officer)
    assert client.get(address("contract-end", lived)).status_code == 403
    assert Contract.objects.get().status == "IN_FORCE"


def test_no_notice_is_given_of_a_contract_that_ended(client_for, lived):
    """The page leads back to the contract and says why, rather than count from a day gone by."""
    Contract.objects.filter(pk=lived.pk).update(status=ContractStatus.ENDED)
    manager = client_for(factories.make_user())
    for name in ("notice-give", "notice-receive"):
        answer = manager.get(address(name, lived), follow=True)
        assert answer.redirect_chain[-1][0] == reverse("residents:contract-detail", args=[lived.pk])
        assert "un congé se donne" in text(answer)
