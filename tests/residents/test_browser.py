"""People and insurances in a real browser: by phone with a photo, by keyboard, two at once."""

import re
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.services.refreshing import refresh
from caracol.documents.models import Upload
from residents.models import Person
from tests import factories
from tests.helpers.browsers import DESKTOP, PHONE, screenshot
from tests.helpers.looking import look, look_through

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(live_site):
    """A manager, an officer, and a resident without insurance whose permit ends soon."""

    def make(code):
        with live_site.database():
            officer = factories.make_user(Role.MISSION_OFFICER, code, email=f"o{code}@example.org")
            manager = factories.make_user(territory=code, email=f"m{code}@example.org")
            home = factories.make_home(code, rooms=1, officer=officer, name=f"Maison {code}")
            person = factories.make_person("Navigateur", f"Ana {code}")
            contract = factories.make_contract(home.rooms.get(), person, number=f"N-{code}")
            factories.make_permit(person, expires_on=clock.today() + timedelta(days=40))
        return manager, officer, person, contract

    return make


def check(page, name):
    """Hold a page against axe and its width."""
    screenshot(page, name)
    assert look(page, name) == []


def test_by_phone_a_person_is_added_and_a_certificate_photographed(
    page_for, live_site, scene, tmp_path
):
    manager, _officer, _person, contract = scene("PHO")
    page = page_for(manager, viewport=PHONE)
    page.goto("/residents/")
    page.get_by_role("link", name="Ajouter une personne").click()
    page.get_by_label("Prénom").fill("Ana PHO")
    page.get_by_label("Nom", exact=True).fill("Navigateur")
    page.get_by_role("button", name="Créer la fiche").click()
    expect(page.get_by_text("Est-ce déjà quelqu'un de connu ?")).to_be_visible()
    page.get_by_role("button", name="C'est une autre personne").click()
    expect(page).to_have_url(re.compile(r"/residents/\d+/$"))
    expect(page.get_by_text("Pas encore de contrat")).to_be_visible()
    with live_site.database():
        assert Person.objects.filter(last_name="Navigateur", first_name="Ana PHO").count() == 2

    page.goto(f"/contrats/{contract.pk}/")
    page.get_by_role("link", name="Ajouter une attestation d'assurance").click()
    picture = tmp_path / "attestation.jpg"
    Image.new("RGB", (300, 400), "#d8d0c8").save(picture)
    page.get_by_label("L'attestation").set_input_files(picture)
    page.get_by_label("Assureur").fill("Mutuelle du Quartier")
    page.get_by_label("Couvre du").fill(f"{clock.today():%Y-%m-%d}")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Attestation enregistrée.")).to_be_visible()
    expect(page.get_by_text("Mutuelle du Quartier").first).to_be_visible()
    with live_site.database():
        assert Upload.objects.filter(kind="INSURANCE_CERTIFICATE").count() == 1


def test_two_who_edit_one_sheet_each_see_the_other(page_for, live_site, scene):
    manager, _officer, person, _contract = scene("DEU")
    page = page_for(manager, viewport=DESKTOP)
    page.goto(f"/residents/{person.pk}/")
    menu = page.get_by_text("Autres actes")
    menu.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Modifier la fiche").press("Enter")
    with live_site.database():
        Person.objects.filter(pk=person.pk).update(phone="06 11 11 11 11")
    page.get_by_label("Téléphone").fill("06 22 22 22 22")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="06 11 11 11 11")).to_be_visible()
    expect(page.get_by_label("Téléphone")).to_have_value("06 22 22 22 22")
    check(page, "people-conflict")
    page.get_by_role("button", name="Enregistrer ma saisie").click()
    expect(page.get_by_text("Fiche corrigée.")).to_be_visible()


def test_a_permit_is_shown_to_the_manager_and_not_to_the_officer(page_for, live_site, scene):
    manager, officer, person, _contract = scene("TIT")
    with live_site.database():
        refresh(on=clock.today())
    page = page_for(manager)
    page.goto(f"/residents/{person.pk}/")
    expect(
        page.get_by_role("link", name="Titre de séjour à renouveler", exact=True)
    ).to_be_visible()
    page = page_for(officer)
    page.goto(f"/residents/{person.pk}/")
    expect(page.get_by_text("Ana TIT").first).to_be_visible()
    expect(page.get_by_text(re.compile("[Tt]itre de séjour"))).to_have_count(0)
    expect(page.get_by_role("link", name="Situation")).to_have_count(0)


def test_pages_of_people_have_no_fault_for_axe(page_for, scene):
    manager, _officer, person, contract = scene("XD")
    page = page_for(manager)
    addresses = {
        "person": f"/residents/{person.pk}/",
        "status": f"/residents/{person.pk}/situation/",
        "new": "/residents/nouveau/",
        "contract": f"/contrats/{contract.pk}/",
        "insurance": f"/contrats/{contract.pk}/assurance/",
        "certificate": f"/contrats/{contract.pk}/assurance/attestation/",
        "way": f"/contrats/{contract.pk}/assurance/voie/pour-compte/",
        "occupant": f"/contrats/{contract.pk}/menage/ajouter/",
        "list": "/assurances/",
    }
    assert look_through(page, addresses.values(), name="people") == {}
    page.goto(addresses["contract"])
    page.locator(".act-menu > summary").click()
    # What the open menu covers is not to be clicked: the page itself was looked at above.
    assert look(page, "people-menu", where=".act-menu") == []
    page.keyboard.press("Escape")
    expect(page.locator(".act-menu[open]")).to_have_count(0)
