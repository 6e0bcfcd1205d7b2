"""The month in a real browser: close it, record a payment by keyboard, issue and download."""

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from caracol.core import clock
from caracol.core.periods import Month
from caracol.parameters.models import Association
from payments.enums import EntryKind
from payments.models import Entry, Term
from payments.services.closing import close_month
from tests import factories
from tests.helpers.browsers import screenshot
from tests.helpers.looking import look_through
from tests.payments.views.conftest import pay

pytestmark = pytest.mark.browser


class Scene:
    """A manager and two residents on the running site, in a territory of their own."""

    def __init__(self, live_site, code, *, closed):
        with live_site.database():
            if not Association.objects.exists():
                Association.objects.create(
                    name="Association Exemple",
                    address="24 quai de l'Exemple, 75013 Paris",
                    siret="12345678200010",
                    iban="FR7642559100000801234567862",
                    signatory="Claire Exemple",
                    valid_from=date(2020, 1, 1),
                )
            self.month = Month.of(clock.today()).previous()
            self.territory = factories.make_territory(code)
            self.manager = factories.make_user(territory=code, email=f"{code.lower()}@example.org")
            home = factories.make_home(code)
            self.contracts = [
                factories.make_contract(
                    factories.make_room(home),
                    factories.make_person("Navigateur", name, email_consent=True),
                    fee="200.00",
                    number=f"{code}-{rank}",
                )
                for rank, name in enumerate(("Ana", "Bilal"), start=1)
            ]
            if closed:
                close_month(month=self.month, actor=self.manager, territory=self.territory)


def payments_of(contract):
    return Entry.objects.filter(kind=EntryKind.PAYMENT, postings__account__contract=contract)


@pytest.fixture
def scene(live_site):
    """A function that sets a scene in a fresh territory."""
    return lambda code, closed=True: Scene(live_site, code, closed=closed)


def test_a_month_is_closed_from_the_preview(page_for, live_site, scene):
    it = scene("BRA", closed=False)
    page = page_for(it.manager)
    page.goto(f"/encaissements/{it.month}/")
    page.get_by_role("link", name="Prévisualiser et clôturer").click()
    expect(page.get_by_text("2 échéances")).to_have_count(2)
    page.get_by_label("Nom ou contrat").fill("bilal")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.get_by_role("button", name=f"Clôturer {it.month.label}").click()
    expect(page.locator("#toasts")).to_contain_text("2 échéances inscrites")
    expect(page.locator("#close")).to_contain_text("fait")
    screenshot(page, "month-closed")
    with live_site.database():
        assert Term.objects.filter(contract__territory=it.territory).count() == 2


def test_a_payment_is_recorded_by_keyboard(page_for, live_site, scene):
    it = scene("BRB")
    page = page_for(it.manager)
    page.goto("/encaissements/paiements/nouveau/")
    page.keyboard.type("BRB-1")
    expect(page.locator("#trouves a")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**contrat=BRB-1")
    page.keyboard.type("1 250,50")
    expect(page.locator("#essai")).to_contain_text("soldée")
    expect(page.locator("#essai")).to_contain_text(re.compile(r"1.050,50"))
    screenshot(page, "payment-tried")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("enregistrés pour Ana NAVIGATEUR")
    page.locator("#toasts").get_by_role("button", name="Annuler").click()
    expect(page.locator("#toasts")).to_contain_text("annulé par une écriture inverse")
    with live_site.database():
        term = Term.objects.get(contract=it.contracts[0])
        assert term.paid_amount == Decimal(0)
        assert payments_of(it.contracts[0]).count() == 1


def test_a_double_click_records_once(page_for, live_site, scene):
    it = scene("BRC")
    page = page_for(it.manager)
    page.goto("/encaissements/paiements/nouveau/?contrat=BRC-1")
    page.get_by_label("Montant reçu").fill("200")
    page.get_by_role("button", name="Enregistrer", exact=True).dblclick()
    expect(page).to_have_url(re.compile("/comptes/BRC-1/"))
    with live_site.database():
        assert payments_of(it.contracts[0]).count() == 1


def test_receipts_are_issued_with_a_progress_bar_then_downloaded(page_for, live_site, scene):
    it = scene("BRD")
    with live_site.database():
        pay(it.contracts[0], "200.00", it.manager)
        pay(it.contracts[1], "50.00", it.manager)
    page = page_for(it.manager)
    page.goto(f"/encaissements/{it.month}/")
    page.get_by_role("link", name="Émettre 2 papiers").click()
    page.get_by_role("button", name="Émettre 2 papiers").click()
    expect(page.get_by_text("documents mis en page")).to_be_visible(timeout=60_000)
    expect(page.locator("#results").get_by_text("prêt", exact=True)).to_have_count(
        2, timeout=15_000
    )
    screenshot(page, "receipts-issued")
    with page.expect_download() as download:
        page.locator("#results td.lead a").first.click()
    assert download.value.suggested_filename.endswith(".pdf")
    page.get_by_role("link", name="Imprimer ou archiver").first.click()
    page.get_by_role("button", name=re.compile("Préparer 1 PDF")).click()
    with page.expect_download(timeout=60_000) as download:
        page.locator("#liasses a").first.click(timeout=60_000)
    assert download.value.suggested_filename.startswith("Quittances")


PAGES = (
    "/encaissements/",
    "/encaissements/{month}/",
    "/encaissements/{month}/echeances/",
    "/encaissements/{month}/avis/",
    "/encaissements/{month}/quittances/",
    "/encaissements/{month}/papiers/?genre=avis",
    "/encaissements/{month}/liasses/",
    "/encaissements/{month}/courriels/",
    "/encaissements/{month}/verrouiller/",
    "/encaissements/paiements/",
    "/encaissements/paiements/nouveau/?q=nav",
    "/encaissements/paiements/nouveau/?contrat={number}",
    "/encaissements/controle/",
    "/comptes/{number}/",
    "/impayes/",
)


def test_pages_have_no_fault_for_axe(page_for, live_site, scene):
    it = scene("BRE")
    with live_site.database():
        pay(it.contracts[0], "150.00", it.manager)
    addresses = [page.format(month=it.month, number=it.contracts[0].number) for page in PAGES]

    def open_book(page):
        for summary in page.locator("details.book > summary").all()[:1]:
            summary.click()

    assert look_through(page_for(it.manager), addresses, before=open_book) == {}
