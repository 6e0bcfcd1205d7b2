"""A day of the GLA manager: a room is let, a life changes, somebody leaves, lists are kept."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from caracol.accounts.models import SavedView
from caracol.core.periods import Month
from residents.enums import ContractStatus
from residents.models import Contract, Insurance, Notice
from tests import factories
from tests.days.people import days_ago, press
from tests.helpers.browsers import PHONE

pytestmark = pytest.mark.browser


def test_a_free_room_becomes_a_home_by_the_keyboard_alone(page_for, live_site, town, eye):
    it = town("JMA")
    with live_site.database():
        factories.make_person("Nguyễn", "Thị Mai", territory=it.territory)
    page = page_for(it.manager)
    see = eye(page)
    # The day's page says what waits; the picture says which room is free.
    page.goto("/")
    expect(page.get_by_role("heading", name=re.compile("Camille"))).to_be_visible()
    see.look("manager-today")
    press(page, "Parc", "link")
    press(page, "Occupation", "link")
    page.wait_for_url("**/parc/occupation/**")
    see.look("manager-picture")
    page.get_by_role("link", name=re.compile("Chambre 3")).first.press("Enter")
    expect(page.get_by_text("Rien n'est prévu ensuite")).to_be_visible()
    see.look("manager-free-room")
    press(page, "Attribuer", "link")
    # Somebody is found without the accents of their name, and the contract shows its months.
    page.wait_for_url("**/contrats/nouveau/**")
    see.look("manager-who-signs")
    page.keyboard.type("nguyen thi")
    expect(page.locator("#trouves .pick-list a")).to_have_count(1)
    page.locator("#trouves .pick-list a").press("Enter")
    page.wait_for_url("**personne=*")
    check = page.locator("#verification")
    page.get_by_label("Redevance par mois").focus()
    page.keyboard.type("310,50")
    expect(check).to_contain_text(re.compile(r"310,50.€"))
    expect(check).to_contain_text("L'agrément ou la convention qui permet de sous-louer")
    page.get_by_label("Agrément ou convention").focus()
    page.keyboard.type("agrément n° 2023-117")
    expect(check).not_to_contain_text("qui permet de sous-louer")
    see.look("manager-new-contract")
    press(page, "Enregistrer le brouillon")
    page.wait_for_url("**/signer/")
    expect(page.get_by_role("heading", name="Premières échéances")).to_be_visible()
    see.look("manager-sign")
    press(page, "Signer le contrat")
    expect(page.locator("#toasts")).to_contain_text("signé")
    press(page, "Remettre les clés", "link")
    page.wait_for_url("**/cles/")
    see.look("manager-keys")
    with live_site.database():
        contract = Contract.objects.get(holders__person__last_name="Nguyễn")
        assert contract.status in {ContractStatus.SIGNED, ContractStatus.IN_FORCE}
        assert str(contract.terms.get().fee) == "310.50"


def test_lives_change_and_the_list_is_kept_with_a_mouse(page_for, live_site, town, eye):
    it = town("JMB")
    with live_site.database():
        it.close_months()
        third = it.house(it.rooms[2], "Öztürk", "Elif")
    page = page_for(it.manager)
    see = eye(page)
    # Ctrl-K finds somebody by the middle of a name, without its accents; Tab goes to what follows.
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("vrard")
    first = page.locator("#palette .palette-item[aria-selected=true]")
    expect(first).to_contain_text("ÉVRARD")
    see.look("manager-palette")
    page.keyboard.press("Enter")
    page.wait_for_url("**/residents/*/")
    see.look("manager-person")
    # The amount changes by an amendment, whose effect is seen first.
    page.goto(f"/contrats/{it.lived.pk}/")
    see.look("manager-contract")
    page.locator(".act-menu > summary").click()
    page.get_by_role("link", name="Faire un avenant").click()
    page.get_by_label("Objet").fill("nouvelle redevance")
    page.get_by_label("Redevance par mois").fill("320")
    expect(page.locator("#apercu")).to_contain_text(re.compile(r"320,00.€"))
    see.look("manager-amendment")
    page.get_by_role("button", name="Enregistrer l'avenant").click()
    expect(page.locator("#toasts")).to_contain_text("Avenant")
    page.locator("#toasts").get_by_role("button", name="Annuler").click()
    expect(page.locator("#toasts")).to_contain_text("redevient ce qu'il était")
    with live_site.database():
        assert it.lived.terms.count() == 1
    # A notice comes by letter: the day it takes effect is explained before it is written.
    page.locator(".act-menu > summary").click()
    page.get_by_role("link", name="Congé reçu du résident").click()
    page.get_by_label("Reçu le").fill(days_ago(3))
    expect(page.locator("#apercu")).to_contain_text("Le contrat finira le")
    see.look("manager-notice")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#toasts")).to_contain_text("Congé enregistré")
    with live_site.database():
        notice = Notice.objects.get(contract=it.lived)
        assert Contract.objects.get(pk=it.lived.pk).ends_on == notice.effective_on
    # The certificate comes late: the days without cover stay written.
    page.goto(f"/contrats/{third.pk}/assurance/attestation/")
    page.get_by_label("Assureur").fill("Mutuelle du Quartier")
    page.get_by_label("Couvre du").fill(days_ago(10))
    see.look("manager-certificate")
    page.get_by_role("button", name="Enregistrer").click()
    gap = (it.today - timedelta(days=10) - it.first).days
    expect(page.locator("main")).to_contain_text(f"{gap} jours depuis le début du contrat")
    see.look("manager-insurance")
    with live_site.database():
        assert Insurance.objects.filter(contract=third).count() == 1
    keep_the_list(page, live_site, it, see)


def keep_the_list(page, live_site, it, see):
    """Change two contracts at once, take it back, keep the view, take it away as a workbook."""
    page.goto(f"/contrats/?home={it.home.pk}&cols=number,people,due_day,balance")
    page.wait_for_selector("html[data-ready]", state="attached")
    for contract in (it.lived, it.neighbour):
        page.locator(f"tr[data-row='{contract.pk}'] td.select input").check()
    see.look("manager-contracts")
    page.locator("#bulk-act").select_option("contract-due-day")
    page.get_by_role("button", name="Voir l'effet").click()
    page.locator("#id_value").select_option("12")
    page.get_by_role("button", name="Voir l'effet").click()
    page.wait_for_selector(".act-confirm")
    see.look("manager-bulk")
    page.locator(".act-confirm button").click()
    expect(page.locator("main")).to_contain_text("2 contrats modifiés.")
    with live_site.database():
        days = Contract.objects.filter(pk__in=[it.lived.pk, it.neighbour.pk])
        assert set(days.values_list("due_day", flat=True)) == {12}
    page.locator("main form[action$='annuler/'] button").click()
    page.wait_for_url("**/contrats/?**")
    with live_site.database():
        assert set(days.values_list("due_day", flat=True)) == {5}
    page.locator("summary", has_text="Vues").click()
    page.locator("#view-name").fill("Le Verger")
    page.get_by_role("button", name="Enregistrer la vue").click()
    expect(page.locator(".view-chip[aria-current]")).to_have_text("Le Verger")
    with live_site.database():
        assert SavedView.objects.filter(owner=it.manager, name="Le Verger").exists()
    page.locator("summary", has_text="Exporter").click()
    with page.expect_download() as file:
        page.get_by_role("link", name="Excel, colonnes affichées").click()
    assert file.value.suggested_filename.endswith(".xlsx")


def test_on_the_way_the_phone_shows_the_account_and_the_month(page_for, live_site, town, eye):
    it = town("JMC")
    with live_site.database():
        it.close_months(Month.of(it.first))
    page = page_for(it.manager, viewport=PHONE, has_touch=True)
    see = eye(page)
    page.goto("/")
    page.get_by_role("link", name="Résidents").last.tap()
    page.get_by_label("Nom, numéro, téléphone").fill("evrard")
    row = page.locator("tr[data-row]")
    expect(row).to_have_count(1)
    see.look("manager-people")
    row.get_by_role("link").first.tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ÉVRARD")
    page.get_by_role("link", name="Compte", exact=True).tap()
    expect(page.locator("main")).to_contain_text(re.compile(r"300,00.€"))
    see.look("manager-account")
