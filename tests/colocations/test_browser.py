"""A building in a real browser: written by hand, shortened under a contract, taken back."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from colocations.models import KeyMove, OwnerAgreement, Room, RoomVoid
from tests import factories
from tests.helpers.browsers import PHONE, screenshot
from tests.helpers.looking import look, look_through

pytestmark = pytest.mark.browser


class Scene:
    """A manager, a home of two rooms and its resident, in a territory of their own."""

    def __init__(self, live_site, code):
        with live_site.database():
            self.manager = factories.make_user(territory=code, email=f"{code.lower()}@example.org")
            self.home = factories.make_home(code, rooms=2, name=f"Maison {code}")
            self.lived, self.free = self.home.rooms.order_by("number")
            self.contract = factories.make_contract(
                self.lived, factories.make_person("Navigateur", "Ana"), number=f"{code}-1"
            )
            self.agreement = self.home.site.agreements.get()


@pytest.fixture
def scene(live_site):
    """A function that sets a scene in a fresh territory."""
    return lambda code: Scene(live_site, code)


def test_a_room_is_put_in_works_then_back_by_keyboard(page_for, live_site, scene):
    it = scene("CLA")
    page = page_for(it.manager)
    page.goto(f"/parc/{it.home.pk}/")
    page.get_by_role("link", name="Mettre en travaux").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/vacance/**")
    page.get_by_label("Précision").fill("peinture")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("vacance enregistrée")
    expect(page.get_by_text("travaux, peinture")).to_be_visible()
    screenshot(page, "room-in-works")
    page.locator("#toasts").get_by_role("button", name="Annuler").click()
    expect(page.locator("#toasts")).to_contain_text("supprimée")
    with live_site.database():
        assert not RoomVoid.objects.filter(room=it.free).exists()


def test_an_agreement_shortened_shows_who_outlasts_it(page_for, live_site, scene):
    it = scene("CLB")
    page = page_for(it.manager)
    page.goto(f"/parc/conventions/{it.agreement.pk}/avancer/")
    end = it.contract.ends_on - timedelta(days=20)
    page.get_by_label("Nouvelle fin").fill(f"{end:%Y-%m-%d}")
    page.get_by_label("D'un commun accord").check()
    page.get_by_label("Motif").fill("Vente du bâtiment")
    page.get_by_role("button", name="Vérifier et enregistrer").click()
    doubts = page.locator(".doubts")
    expect(doubts).to_contain_text("Ana NAVIGATEUR")
    expect(doubts).to_be_focused()
    assert look(page) == []
    screenshot(page, "agreement-doubts")
    page.get_by_label("Pourquoi continuer").fill("Relogement engagé")
    page.get_by_role("button", name="Enregistrer malgré tout").click()
    expect(page.get_by_role("heading", name="Contrats à raccourcir")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Contrats à raccourcir")).to_be_visible()
    with live_site.database():
        assert OwnerAgreement.objects.get(pk=it.agreement.pk).ends_on == end


def test_two_windows_on_one_room_lose_nothing(page_for, live_site, scene):
    it = scene("CLC")
    first, second = page_for(it.manager), page_for(it.manager)
    for page in (first, second):
        page.goto(f"/parc/chambres/{it.free.pk}/modifier/")
    first.get_by_label("Surface (m²)").fill("14")
    first.get_by_role("button", name="Enregistrer").click()
    expect(first.locator("#toasts")).to_contain_text("Modifications enregistrées")
    second.get_by_label("Surface (m²)").fill("15")
    second.get_by_role("button", name="Enregistrer").click()
    expect(second.get_by_text("Deux saisies différentes")).to_be_visible()
    screenshot(second, "room-clash")
    second.get_by_role("button", name="Enregistrer ma saisie").click()
    expect(second.locator("#toasts")).to_contain_text("Modifications enregistrées")
    with live_site.database():
        assert Room.objects.get(pk=it.free.pk).surface_m2 == 15


def test_keys_are_handed_on_a_phone(page_for, live_site, scene):
    it = scene("CLD")
    page = page_for(it.manager, viewport=PHONE)
    page.goto(f"/parc/{it.home.pk}/cles/nouveau/")
    page.get_by_label("Trousseau").first.fill("Chambre 1")
    page.get_by_role("button", name="Ajouter").click()
    page.get_by_role("link", name="Remettre").click()
    page.get_by_label("À qui").select_option(label="Ana NAVIGATEUR")
    page.get_by_role("button", name="Remettre les clés").click()
    expect(page.get_by_role("cell", name="Ana NAVIGATEUR")).to_be_visible()
    screenshot(page, "keys-phone")
    with live_site.database():
        assert KeyMove.objects.get(key_set__colocation=it.home).contract == it.contract.number


PAGES = (
    "/parc/",
    "/parc/{home}/",
    "/parc/{home}/equipement/",
    "/parc/{home}/equipement/nouveau/",
    "/parc/{home}/cles/",
    "/parc/{home}/inventaire/",
    "/parc/{home}/modifier/",
    "/parc/{home}/fermer/",
    "/parc/chambres/{room}/",
    "/parc/chambres/{room}/vacance/",
    "/parc/sites/{site}/",
    "/parc/proprietaires/",
    "/parc/proprietaires/{owner}/",
    "/parc/conventions/",
    "/parc/conventions/{agreement}/",
    "/parc/conventions/{agreement}/prolonger/",
    "/parc/conventions/nouvelle/",
)


def test_pages_have_no_fault_for_axe(page_for, live_site, scene):
    it = scene("CLE")
    with live_site.database():
        factories.make_void(it.free, note="peinture")
    keys = {
        "home": it.home.pk,
        "room": it.free.pk,
        "site": it.home.site_id,
        "owner": it.agreement.owner_id,
        "agreement": it.agreement.pk,
    }
    assert look_through(page_for(it.manager), [page.format(**keys) for page in PAGES]) == {}
