"""A message written in a real browser, seen in the reader's language before it leaves."""

import re

import pytest
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.notifications.models import TextOut
from tests import factories
from tests.helpers.looking import look_everywhere

pytestmark = pytest.mark.browser


def test_an_officer_announces_a_visit_in_the_language_of_the_resident(page_for, live_site):
    with live_site.database():
        officer = factories.make_user(Role.MISSION_OFFICER, "MSG", email="omsg@example.org")
        home = factories.make_home("MSG", officer=officer, name="Maison MSG")
        person = factories.make_person(
            "Messager", "Yasir", language="ar", phone="06 39 98 00 02", sms_consent=True
        )
        factories.make_contract(factories.make_room(home), person, number="N-MSG")
    page = page_for(officer)
    page.goto(f"/residents/{person.pk}/")
    page.get_by_role("link", name="Écrire").click()
    page.get_by_role("link", name="Visite").click()
    page.get_by_label("Date").fill("2026-12-05")
    page.get_by_label("Heure").fill("14:30")
    page.get_by_label("Téléphone à appeler").fill("01 23 45 67 89")
    page.get_by_label("Personne à joindre").fill("Claire")
    words = page.locator("#apercu [dir=rtl]")
    expect(words).to_contain_text("05/12/2026")
    expect(page.locator("#apercu")).to_contain_text("SMS facturé")
    assert look_everywhere(page, "message-new") == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/messages/$"))
    expect(page.get_by_text("Le SMS est en route.")).to_be_visible()
    assert look_everywhere(page, "message-list") == []
    with live_site.database():
        assert TextOut.objects.get(recipient="+33639980002").segments == 2
