"""In a real browser: a mandate, a file, what comes back, and the debit presented once more."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month
from caracol.parameters.models import Association
from payments.enums import DebitState
from payments.models import Debit
from payments.services.closing import close_month
from payments.services.refund_sending import send_refunds
from payments.services.refunding import approve_refund
from residents.enums import ContractKind, PaymentMethod
from tests import factories
from tests.helpers.looking import look_through
from tests.payments.sepa.conftest import pay_more, report
from tests.payments.sepa.test_refunding import prepare

pytestmark = pytest.mark.browser


def association():
    """The association as debits sign it."""
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


@pytest.fixture
def scene(live_site):
    """A contract that will be debited, in a territory of its own, the last month closed."""
    with live_site.database():
        association()
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


@pytest.fixture
def left(live_site):
    """A refund in a file handed to the bank, and the director who sees it."""
    with live_site.database():
        association()
        manager = factories.make_user(territory="SER", email="sepa.virements@example.org")
        director = factories.make_user(Role.DIRECTOR, "*", email="sepa.direction@example.org")
        contract = factories.make_contract(
            factories.make_room(factories.make_home("SER")),
            factories.make_person("Remboursée", "Selam"),
            number="SER-1",
            kind=ContractKind.COP,
            fee="200.00",
        )
        pay_more(contract, manager, "900.00")
        approve_refund(
            refund=prepare(contract, manager, "50.00"), today=clock.today(), actor=director
        )
        batch = send_refunds(today=clock.today(), actor=manager, territory=contract.territory)
    return director, batch


def test_a_file_sent_is_called_off_once_the_bank_agrees(page_for, live_site, left):
    """By keyboard: the reason, the promise of the bank, and what the list then says."""
    director, batch = left
    page = page_for(director)
    page.goto("/remboursements/")
    page.get_by_role("link", name=re.compile(f"Annuler.*{batch}")).click()
    page.get_by_label("Motif").fill("déposé deux fois")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Assurez-vous auprès de la banque").first).to_be_visible()
    page.get_by_label("La banque n'exécutera pas ce fichier").press("Space")
    page.get_by_role("button", name="Annuler cet envoi").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("de nouveau approuvés")
    expect(page.get_by_text("envoi annulé")).to_be_visible()
    pages = ["/remboursements/", f"/remboursements/remises/{batch.pk}/annuler/"]
    assert look_through(page, pages, name="sepa-annuler") == {}


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
