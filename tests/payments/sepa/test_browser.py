"""In a real browser: a mandate, a file, what comes back, and the debit presented once more."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from caracol.core import clock
from caracol.core.periods import Month
from caracol.parameters.models import Association
from payments.enums import DebitState
from payments.models import Debit
from payments.services.closing import close_month
from residents.enums import ContractKind, PaymentMethod
from tests import factories
from tests.helpers.looking import look_through
from tests.payments.sepa.conftest import report

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(live_site):
    """A contract that will be debited, in a territory of its own, the last month closed."""
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
        Association.objects.update(creditor_id="FR72ZZZ123456")
        manager = factories.make_user(territory="SEP", email="sepa.gla@example.org")
        contract = factories.make_contract(
            factories.make_room(factories.make_home("SEP")),
            factories.make_person("Prélevée", "Selam"),
            number="SEP-1",
            kind=ContractKind.COP,
            fee="200.00",
            payment_method=PaymentMethod.DIRECT_DEBIT,
        )
        month = Month.of(clock.today())
        close_month(month=month, actor=manager, territory=contract.territory)
    return manager, contract, month


def test_from_the_mandate_to_the_second_presentation(page_for, live_site, scene):
    manager, contract, month = scene
    page = page_for(manager)
    page.goto(f"/contrats/{contract.pk}/prelevement/")
    page.get_by_role("link", name="Préparer un mandat").click()
    page.get_by_label("IBAN").fill("FR14 2004 1010 0505 0001 3M02 606")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("faites-le signer")
    page.get_by_role("link", name="Noter la signature").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("en vigueur").first).to_be_visible()
    page.goto(f"/prelevements/{month}/preparer/")
    page.get_by_role("button", name=re.compile("Préparer la remise")).click()
    page.get_by_role("button", name="Confirmer l'envoi").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Confirmer l'envoi").click()
    expect(page.get_by_role("link", name="Télécharger le fichier")).to_be_visible()
    with live_site.database():
        debit = Debit.objects.get(contract=contract)
    page.goto("/prelevements/compte-rendu/")
    answer = {"name": "psr.xml", "mimeType": "text/xml"}
    answer["buffer"] = report((debit.end_to_end_id, "AM04"))
    page.locator("input[type=file]").set_input_files(answer)
    page.get_by_role("button", name="Lire le compte rendu").click()
    expect(page.locator("#toasts")).to_contain_text("1 rejet inscrit")
    expect(page.get_by_text("pas assez d'argent")).to_be_visible()
    page.goto(f"/prelevements/{month}/preparer/")
    page.get_by_label(re.compile("Représenter Selam")).check()
    page.get_by_role("button", name="Revoir la liste").click()
    page.get_by_role("button", name=re.compile("Préparer la remise")).click()
    expect(page.locator("#toasts")).to_contain_text("préparée")
    with live_site.database():
        again = Debit.objects.get(represents=debit)
        assert (again.state, again.amount) == (DebitState.WAITING, debit.amount)
    pages = [
        "/prelevements/",
        f"/prelevements/{month}/preparer/",
        f"/prelevements/remises/{again.batch_id}/",
        "/prelevements/compte-rendu/",
        "/mandats/",
        f"/contrats/{contract.pk}/prelevement/",
        f"/contrats/{contract.pk}/prelevement/mandat/",
        "/remboursements/",
    ]
    assert look_through(page, pages, name="sepa") == {}
