"""A day of the GLA assistant: what is plain is done, what is doubtful waits for who decides."""

import re

import pytest
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.documents.models import Document, SignedCopy
from caracol.documents.services import render_document
from residents.enums import ContractStatus
from residents.models import Contract, Person
from tests import factories
from tests.days.people import press
from tests.documents import brought
from tests.helpers.browsers import PHONE
from tests.residents.papers.conftest import FULL

pytestmark = pytest.mark.browser


def test_what_is_plain_is_signed_and_what_is_doubtful_is_left_to_others(
    page_for, live_site, town, eye
):
    it = town("JAA")
    with live_site.database():
        assistant = it.colleague(Role.GLA_ASSISTANT, "Inès")
        plain = factories.make_person("Traoré", "Awa", territory=it.territory)
        doubtful = factories.make_person("Petrov", "Ivan", territory=it.territory)
    page = page_for(assistant)
    see = eye(page)
    page.goto("/")
    see.look("assistant-today")
    # A plain contract is prepared and signed, by the keyboard.
    draft(page, plain, it.rooms[2])
    press(page, "Enregistrer le brouillon")
    page.wait_for_url("**/signer/")
    expect(page.get_by_text("à valider par la responsable")).to_have_count(0)
    press(page, "Signer le contrat")
    expect(page.locator("#toasts")).to_contain_text("signé")
    see.look("assistant-signed")
    # Another asks for a deposit that this type rarely bears: a reason is asked, and who decides.
    draft(page, doubtful, it.rooms[3])
    page.get_by_label("Dépôt de garantie").fill("50")
    expect(page.get_by_label("Raison de passer outre")).to_be_visible()
    see.look("assistant-doubt")
    press(page, "Enregistrer le brouillon")
    page.wait_for_url("**/signer/")
    expect(page.get_by_text("à valider par la responsable")).to_be_visible()
    page.get_by_label("Raison de passer outre").fill("demandé par le propriétaire")
    see.look("assistant-to-validate")
    press(page, "Signer le contrat")
    expect(page.locator("main")).to_contain_text("responsable")
    with live_site.database():
        state = dict(
            Contract.objects.filter(holders__person__in=[plain, doubtful]).values_list(
                "holders__person__last_name", "status"
            )
        )
        assert state["Traoré"] in {ContractStatus.SIGNED, ContractStatus.IN_FORCE}
        assert state["Petrov"] == ContractStatus.DRAFT


def draft(page, person, room):
    """Fill in the contract of a person for a room, of the association's own type."""
    page.goto(f"/contrats/nouveau/?personne={person.pk}&chambre={room.pk}")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.get_by_label("Type de contrat").select_option("CRT")
    page.get_by_label("Finalité").fill("Logement temporaire.")
    expect(page.locator("#verification")).to_contain_text("sous le plafond")
    expect(page.locator("#verification")).not_to_contain_text("finalité de l'occupation doit")


def test_a_phone_is_corrected_in_place_while_somebody_else_writes_another(
    page_for, live_site, town, eye
):
    it = town("JAB")
    with live_site.database():
        assistant = it.colleague(Role.GLA_ASSISTANT, "Inès")
        person = it.lived.holders.get().person
    page = page_for(assistant)
    see = eye(page)
    page.goto(f"/residents/?home={it.home.pk}&cols=name,phone,email")
    page.wait_for_selector("html[data-ready]", state="attached")
    cell = page.locator(f"tr[data-row='{person.pk}'] [data-cell-edit]").first
    cell.press("Enter")
    field = page.locator("[data-cell-input]")
    expect(field).to_be_focused()
    see.look("assistant-cell")
    with live_site.database():
        Person.objects.filter(pk=person.pk).update(phone="06 11 11 11 11")
    field.fill("06 22 22 22 22")
    page.keyboard.press("Enter")
    both = page.locator(".cell-versions")
    expect(both).to_contain_text("06 11 11 11 11")
    expect(both).to_contain_text("06 22 22 22 22")
    see.look("assistant-conflict")
    press(page, "Enregistrer la mienne")
    expect(page.locator("[data-toast]")).to_contain_text("enregistré")
    with live_site.database():
        assert Person.objects.get(pk=person.pk).phone == "06 22 22 22 22"


def test_a_certificate_is_issued_and_the_signed_contract_comes_back_by_phone(
    page_for, live_site, town, eye, tmp_path
):
    it = town("JAC")
    with live_site.database():
        assistant = it.colleague(Role.GLA_ASSISTANT, "Inès")
        contract = it.house(it.rooms[2], "Öztürk", "Elif", **{**FULL, "deposit": 0})
    page = page_for(assistant)
    see = eye(page)
    page.goto(f"/contrats/{contract.pk}/documents/")
    see.look("assistant-documents")
    press(page, re.compile("^Attestation de résidence"), "link")
    page.wait_for_url("**/documents/attestation/")
    see.look("assistant-certificate")
    press(page, "Émettre le document")
    expect(page.get_by_text("est émis")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Contrat avec sa page")).click()
    page.get_by_role("button", name="Émettre le document").click()
    expect(page.get_by_text("est émis")).to_be_visible()
    with live_site.database():
        papers = Document.objects.filter(object_id=contract.pk, issued_by=assistant)
        assert papers.count() == 2
        signed = papers.get(kind="CONTRACT")
        render_document(signed)
    phone = page_for(assistant, viewport=PHONE, has_touch=True)
    also = eye(phone)
    phone.goto(f"/contrats/{contract.pk}/documents/")
    phone.get_by_role("link", name="Déposer l'exemplaire signé").tap()
    scan = tmp_path / "IMG_0042.jpg"
    scan.write_bytes(brought.photo(size=(600, 800)))
    phone.locator("input[type=file]").set_input_files(scan)
    also.look("assistant-scan")
    phone.get_by_role("button", name="Garder l'exemplaire signé").tap()
    expect(phone.get_by_role("link", name="exemplaire signé").first).to_be_visible()
    also.look("assistant-signed-copy")
    with live_site.database():
        assert SignedCopy.objects.filter(document=signed).exists()
