"""A contract from nothing in a real browser, by keyboard at a desk and by finger on a phone."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from caracol.core import clock
from caracol.core.periods import Month, add_months, end_of_duration
from residents.enums import ContractStatus
from residents.models import Contract
from tests import factories
from tests.helpers.browsers import PHONE, screenshot
from tests.helpers.looking import look_through

pytestmark = pytest.mark.browser


class Scene:
    """A manager, a free room, somebody to house, and a contract lived in, in one territory."""

    def __init__(self, live_site, code):
        with live_site.database():
            today = clock.today()
            territory = factories.make_territory(code)
            self.manager = factories.make_user(territory=code, email=f"{code.lower()}@example.org")
            site = factories.make_site(code)
            factories.make_agreement(
                site,
                starts_on=add_months(today, -30),
                ends_on=add_months(today, 40),
                objective_causes="Démolition du bâtiment.",
            )
            home = factories.make_home(
                site=site, name=f"Maison {code}", opens_on=add_months(today, -30), dpe_class="C"
            )
            self.room = factories.make_room(home, number="3")
            self.person = factories.make_person(f"Arrivant{code}", "Selam", territory=territory)
            first = Month.of(today).plus(-4).first
            self.lived = factories.make_contract(
                factories.make_room(home, number="4"),
                factories.make_person(f"Present{code}", "Bilal"),
                starts_on=first,
                ends_on=end_of_duration(first, 8),
                initial_months=8,
                charges_mode="ALL_IN",
                number=f"{code}-VIT",
            )
            self.starts_on = today + timedelta(days=7)


@pytest.fixture
def scene(live_site):
    """A function that sets a scene in a fresh territory."""
    return lambda code: Scene(live_site, code)


def contract_of(it):
    return Contract.objects.get(holders__person=it.person)


def test_a_contract_is_made_from_nothing_by_keyboard(page_for, live_site, scene):
    it = scene("BIA")
    page = page_for(it.manager)
    page.goto("/contrats/nouveau/")
    page.keyboard.type("arrivantbia")
    expect(page.locator("#trouves .pick-list a")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**personne=*")
    page.get_by_label("Chambre").focus()
    page.keyboard.type("Chambre 3")
    page.keyboard.press("Tab")
    check = page.locator("#verification")
    expect(check).to_contain_text("sous le plafond")
    page.get_by_label("Redevance par mois").focus()
    page.keyboard.type("250")
    expect(check).to_contain_text("dépassent le plafond")
    page.keyboard.press("Control+a")
    page.keyboard.type("175")
    expect(check).to_contain_text(re.compile(r"175,00.€ par mois, sous le plafond"))
    page.get_by_label("Dépôt de garantie").focus()
    page.keyboard.type("50")
    reason = page.get_by_label("Raison de passer outre")
    expect(reason).to_be_visible()
    reason.focus()
    page.keyboard.type("décision du conseil")
    page.get_by_label("Finalité").focus()
    page.keyboard.type("Logement temporaire.")
    expect(check).not_to_contain_text("finalité de l'occupation doit")
    expect(reason).to_have_value("décision du conseil")
    expect(page.get_by_label("Finalité")).to_be_focused()
    screenshot(page, "contract-typed")
    page.get_by_role("button", name="Enregistrer le brouillon").press("Enter")
    page.wait_for_url("**/signer/")
    expect(page.get_by_label("Raison de passer outre")).to_have_value("décision du conseil")
    page.get_by_role("button", name="Signer le contrat").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("signé")
    expect(page.get_by_text("Clés à remettre")).to_be_visible()
    screenshot(page, "contract-ready")
    with live_site.database():
        signed = contract_of(it)
        assert signed.status in {ContractStatus.SIGNED, ContractStatus.IN_FORCE}
        assert signed.accepted_warnings.get().reason == "décision du conseil"


def test_a_contract_is_made_on_a_phone_and_its_type_changes_the_form(page_for, live_site, scene):
    it = scene("BIB")
    page = page_for(it.manager, viewport=PHONE, has_touch=True)
    page.goto(f"/contrats/nouveau/?personne={it.person.pk}&chambre={it.room.pk}")
    expect(page.get_by_label("Finalité")).to_be_visible()
    page.get_by_label("Type de contrat").select_option("MOBILITY")
    expect(page.get_by_label("Finalité")).to_have_count(0)
    expect(page.locator("#verification")).to_contain_text("interdit")
    page.get_by_label("Durée (mois)").fill("11")
    expect(page.locator("#verification")).to_contain_text("1 à 10 mois")
    page.get_by_label("Durée (mois)").fill("5")
    page.get_by_role("button", name="Enregistrer le brouillon").tap()
    page.wait_for_url("**/signer/")
    with live_site.database():
        assert contract_of(it).kind == "MOBILITY"


def test_an_amendment_shows_its_effect_then_is_undone(page_for, live_site, scene):
    it = scene("BIC")
    page = page_for(it.manager)
    page.goto(f"/contrats/{it.lived.pk}/avenant/")
    page.get_by_label("Objet").fill("nouvelle redevance")
    page.get_by_label("Redevance par mois").fill("190")
    expect(page.locator("#apercu")).to_contain_text(re.compile(r"190,00.€"))
    screenshot(page, "amendment-tried")
    page.get_by_role("button", name="Enregistrer l'avenant").click()
    page.locator("#toasts").get_by_role("button", name="Annuler").click()
    expect(page.locator("#toasts")).to_contain_text("redevient ce qu'il était")
    with live_site.database():
        assert it.lived.terms.count() == 1


PAGES = (
    "/contrats/nouveau/?q=arrivant",
    "/contrats/nouveau/?personne={person}&chambre={room}",
    "/contrats/{lived}/avenant/",
    "/contrats/{lived}/renouveler/",
    "/contrats/{lived}/reviser/",
    "/contrats/{lived}/cles/",
)


def test_pages_have_no_fault_for_axe(page_for, scene):
    it = scene("BID")
    keys = {"person": it.person.pk, "room": it.room.pk, "lived": it.lived.pk}
    assert look_through(page_for(it.manager), [page.format(**keys) for page in PAGES]) == {}
