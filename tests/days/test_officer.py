"""A day of the mission officer, a phone in hand: homes and people, never a euro nor a permit."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from colocations.models import Equipment, KeyMove, KeySet, RoomWorks
from tests import factories
from tests.helpers.browsers import PHONE

pytestmark = pytest.mark.browser
HIDDEN = re.compile(r"\d\s?€|euro|[Tt]itre de séjour|[Ii]mpayé|[Rr]edevance|[Dd]épôt de garantie")


class Officer:
    """The officer's phone, and what it must never show."""

    def __init__(self, page, see):
        self.page, self.see = page, see

    def goto(self, address):
        """Open a page and wait until it answers to the finger."""
        self.page.goto(address)
        self.page.wait_for_selector("html[data-ready]", state="attached")

    def look(self, name):
        """Look at the page: no amount, no permit, no arrears anywhere in it."""
        told = self.page.locator("main").inner_text()
        assert not HIDDEN.search(told), (name, HIDDEN.search(told))
        self.see.look(name)


@pytest.fixture
def officer(page_for, eye):
    """A function that gives an officer a phone."""

    def give(user):
        page = page_for(user, viewport=PHONE, has_touch=True)
        return Officer(page, eye(page))

    return give


def test_homes_are_visited_keys_handed_and_furniture_looked_at(live_site, town, officer):
    it = town("JOA")
    with live_site.database():
        void = factories.make_void(it.rooms[2], note="Vitre brisée par une dispute")
        RoomWorks.objects.create(
            void=void,
            label="Vitre à changer",
            expected_on=it.today + timedelta(days=9),
            cost=Decimal(140),
        )
        keys = KeySet.objects.create(colocation=it.home, room=it.rooms[0], label="Chambre 1 · 1")
        bed = Equipment.objects.create(
            colocation=it.home, room=it.rooms[0], kind="BEDDING", label="Lit 90 × 190", value=189
        )
    me = officer(it.officer)
    page = me.page
    me.goto("/")
    me.look("officer-today")
    page.get_by_role("link", name="Parc").last.tap()
    page.wait_for_url("**/parc/")
    me.look("officer-homes")
    page.get_by_role("link", name=it.home.name).first.tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text(it.home.name)
    me.look("officer-home")
    # The picture shows who lives where and what is free, without what it costs.
    me.goto("/parc/occupation/")
    me.look("officer-picture")
    page.get_by_role("link", name=re.compile("^(Chambre )?4")).first.tap()
    page.wait_for_url(f"**/parc/chambres/{it.rooms[3].pk}/")
    expect(page.get_by_text("Rien n'est prévu ensuite")).to_be_visible()
    me.look("officer-free-room")
    # A room in works says until when, and not what was typed about it.
    me.goto(f"/parc/chambres/{it.rooms[2].pk}/")
    expect(page.get_by_text("Vitre à changer")).to_be_visible()
    expect(page.get_by_text("dispute")).to_have_count(0)
    me.look("officer-room-in-works")
    # Keys pass into the resident's hands, then what is worn is said so.
    me.goto(f"/parc/{it.home.pk}/cles/")
    page.get_by_role("link", name="Remettre").first.tap()
    page.wait_for_url("**/given/")
    me.look("officer-hand-keys")
    page.get_by_role("button", name="Remettre les clés").tap()
    expect(page.locator("#toasts")).to_be_visible()
    me.look("officer-keys")
    with live_site.database():
        move = KeyMove.objects.get(key_set=keys)
        assert (move.act, move.contract) == ("GIVEN", it.lived.number)
    me.goto(f"/parc/equipements/{bed.pk}/etat/")
    page.get_by_label("État").select_option("WORN")
    me.look("officer-state")
    page.get_by_role("button", name="Enregistrer").tap()
    expect(page.locator("#toasts")).to_be_visible()
    me.look("officer-equipment")
    with live_site.database():
        bed.refresh_from_db()
        assert bed.state == "WORN"


def test_somebody_is_reached_and_what_is_elsewhere_does_not_exist(live_site, town, officer):
    it, elsewhere = town("JOB"), town("JOC")
    with live_site.database():
        person = it.lived.holders.get().person
        stranger = elsewhere.lived.holders.get().person
        factories.make_permit(person, expires_on=it.today + timedelta(days=20))
        it.close_months()
    me = officer(it.officer)
    page = me.page
    me.goto("/residents/")
    me.look("officer-people")
    page.get_by_role("link", name=re.compile("ÉVRARD")).first.tap()
    page.wait_for_url(f"**/residents/{person.pk}/")
    expect(page.locator("a[href^='tel:']").first).to_be_visible()
    me.look("officer-person")
    me.goto(f"/contrats/{it.lived.pk}/")
    me.look("officer-contract")
    # What is elsewhere does not exist; what is of another role is refused.
    answers = {
        f"/residents/{stranger.pk}/": 404,
        f"/contrats/{elsewhere.lived.pk}/": 404,
        f"/parc/{elsewhere.home.pk}/": 404,
        f"/parc/chambres/{elsewhere.rooms[0].pk}/": 404,
        f"/residents/{person.pk}/situation/": 403,
        f"/comptes/{it.lived.number}/": 403,
        "/impayes/": 403,
        "/admin/": 302,
    }
    assert {path: page.request.get(path, max_redirects=0).status for path in answers} == answers
    page.goto(f"/residents/{stranger.pk}/")
    me.look("officer-nowhere")
    # The keyboard finds people too, and nobody from elsewhere.
    me.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("evrardj")
    found = page.locator("#palette-found")
    expect(found).to_contain_text("ÉVRARDJOB")
    expect(found).not_to_contain_text("ÉVRARDJOC")
    expect(page.locator("#palette .palette-item[aria-selected=true]")).to_contain_text("ÉVRARD")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/(residents/{person.pk}|contrats/{it.lived.pk})/$"))
