"""The end of a contract in a real browser: notice, receipt, departure, deposit, closing."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month, add_months, end_of_duration
from caracol.parameters.models import Association
from payments.enums import PaymentMeans
from payments.services.closing import close_month
from payments.services.depositing import record_deposit
from residents.enums import ContractKind, ContractStatus
from residents.models import Contract, Notice
from tests import factories
from tests.helpers.browsers import screenshot
from tests.helpers.looking import look_through
from tests.residents.services.conftest import make_association

pytestmark = pytest.mark.browser


class Scene:
    """A manager, a director, and a sublet with its deposit, in one territory."""

    def __init__(self, live_site, code):
        with live_site.database():
            if not Association.objects.exists():
                make_association()
            today = clock.today()
            factories.make_territory(code)
            self.manager = factories.make_user(territory=code, email=f"{code.lower()}@example.org")
            self.director = factories.make_user(
                Role.DIRECTOR, "*", email=f"d{code.lower()}@example.org"
            )
            site = factories.make_site(code)
            factories.make_agreement(
                site, starts_on=add_months(today, -30), ends_on=add_months(today, 40)
            )
            home = factories.make_home(site=site, name=f"Maison {code}")
            first = Month.of(today).plus(-1).first
            self.contract = factories.make_contract(
                factories.make_room(home, number="4"),
                factories.make_person(f"Partant{code}", "Selam"),
                kind=ContractKind.SUBLET_SOCIAL,
                starts_on=first,
                ends_on=end_of_duration(first, 12),
                fee="300.00",
                deposit=Decimal(300),
                resident_notice_months=1,
                manager_notice_months=1,
                number=f"{code}-SL",
            )
            self.territory = self.contract.territory
            record_deposit(
                key=code,
                contract=self.contract,
                amount=Decimal(300),
                means=PaymentMeans.CHEQUE,
                received_on=first,
                today=today,
                actor=self.manager,
            )
            self.close_months(Month.of(first).until(Month.of(today)))

    def close_months(self, months):
        for month in months:
            close_month(month=month, actor=self.manager, territory=self.territory)


@pytest.fixture
def scene(live_site):
    """A function that sets a scene in a fresh territory."""
    return lambda code: Scene(live_site, code)


def press(page, name):
    """Reach a button by keyboard and press it."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_somebody_leaves_by_keyboard_from_the_notice_to_the_closing(page_for, live_site, scene):
    it = scene("EXA")
    today = clock.today()
    page = page_for(it.manager)
    here = f"/contrats/{it.contract.pk}"
    # The association gives notice; its receipt ends the contract a month later.
    page.goto(f"{here}/conge/donner/")
    page.get_by_label("Motif").fill("Le bâtiment est rendu au propriétaire.")
    page.get_by_label("Envoyé le").fill((today - timedelta(days=4)).isoformat())
    expect(page.locator("#apercu")).to_contain_text("Reçue aujourd'hui")
    press(page, "Enregistrer le congé")
    expect(page.locator("#toasts")).to_contain_text("Congé envoyé")
    page.goto(f"{here}/conge/recevoir/")
    expect(page.locator("#apercu")).to_contain_text("Le contrat finira le")
    screenshot(page, "notice-receipt")
    press(page, "Enregistrer la réception")
    expect(page.locator("#toasts")).to_contain_text("Congé reçu")
    with live_site.database():
        assert Contract.objects.get(pk=it.contract.pk).status == ContractStatus.NOTICE_GIVEN
        assert Notice.objects.get(contract=it.contract).effective_on == add_months(today, 1)
    # Somebody leaves today, by agreement: the days that are not lived are given back.
    page.goto(f"{here}/depart/")
    page.get_by_label("Nature").select_option("AGREEMENT")
    page.get_by_label("État des lieux de sortie").select_option("oui")
    page.get_by_label("Nouvelle adresse").fill("3 rue Neuve, 75020 Paris")
    expect(page.locator("#apercu")).to_contain_text("prend fin avec le départ")
    sure = page.get_by_label(re.compile("Je confirme"))
    if sure.count():
        sure.focus()
        page.keyboard.press("Space")
    screenshot(page, "departure")
    press(page, "Enregistrer le départ")
    expect(page.locator("#toasts")).to_contain_text("le contrat est terminé")
    # What is owed is taken from the deposit, by a line of its own; the rest is returned.
    page.goto(f"{here}/depot/rendre/")
    expect(page.locator("#essai")).to_contain_text("Arriérés retenus")
    page.get_by_label("Objet").first.fill("Clé perdue")
    page.get_by_label("Montant").first.fill("20")
    page.get_by_label("Justification").first.fill("facture du serrurier")
    screenshot(page, "settlement")
    press(page, "Préparer la restitution")
    expect(page.locator("main")).to_contain_text("ne retient pas plus que ce qui est détenu")
    page.get_by_label("Arriérés retenus sur le dépôt").fill("280")
    expect(page.locator("#essai")).to_contain_text("Rien à rembourser")
    press(page, "Préparer la restitution")
    expect(page.locator("#toasts")).to_contain_text("Restitution préparée")
    other = page_for(it.director)
    other.goto(f"{here}/depot/")
    other.get_by_role("link", name="Relire et approuver").click()
    other.get_by_role("button", name="Approuver").click()
    expect(other.locator("#toasts")).to_contain_text("Restitution approuvée")
    # Something is still owed: the contract does not close, and says why.
    page.goto(f"{here}/clore/")
    expect(page.locator("main")).to_contain_text("Le compte doit encore")
    screenshot(page, "closing")


PAGES = ("", "/conge/donner/", "/conge/recevoir/", "/depart/", "/depot/", "/depot/recevoir/")
AFTER = ("/sortie/", "/rouvrir/", "/clore/", "/depot/", "/depot/rendre/")


def test_pages_of_an_exit_have_no_fault_for_axe(page_for, live_site, scene):
    it = scene("EXB")
    page, root = page_for(it.manager), f"/contrats/{it.contract.pk}"
    faults = look_through(page, [root + (address or "/") for address in PAGES])
    with live_site.database():
        today = clock.today()
        Contract.objects.filter(pk=it.contract.pk).update(
            exit_kind="AGREEMENT", left_on=today, keys_returned_on=today
        )
    assert faults | look_through(page, [root + address for address in AFTER]) == {}
