"""The bank in a real browser: a statement dropped, then every line decided by keyboard alone."""

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from caracol.core import clock
from caracol.core.periods import Month
from caracol.parameters.models import Association
from payments.enums import BankLineState
from payments.models import BankLine, Reconciliation
from payments.services.closing import close_month
from tests import factories
from tests.helpers.browsers import screenshot
from tests.helpers.looking import look_through
from tests.payments.lines import OWN_IBAN
from tests.payments.test_banking import entry, statement

pytestmark = pytest.mark.browser
D = Decimal


class Scene:
    """A manager, three residents who owe a month, and the file of the bank."""

    def __init__(self, live_site, code):
        self.code = code
        with live_site.database():
            if not Association.objects.exists():
                Association.objects.create(
                    name="Association Exemple",
                    address="24 quai de l'Exemple, 75013 Paris",
                    siret="12345678200010",
                    iban=OWN_IBAN,
                    signatory="Claire Exemple",
                    valid_from=date(2020, 1, 1),
                )
            self.month = Month.of(clock.today()).previous()
            territory = factories.make_territory(code)
            self.manager = factories.make_user(territory=code, email=f"{code.lower()}@example.org")
            home = factories.make_home(code)
            for rank, first in enumerate(("Aline", "Bruno", "Carine"), start=1):
                factories.make_contract(
                    factories.make_room(home),
                    factories.make_person(f"Rivoli{code.lower()}", first),
                    fee="200.00",
                    number=f"{code}-{rank}",
                )
            close_month(month=self.month, actor=self.manager, territory=territory)

    @property
    def file(self):
        """Certain, strong, split, foreign and unknown money, each under its own reference."""
        on, code = clock.today().isoformat(), self.code
        lines = (
            entry("200.00", on, text=f"loyer {code}-1", payer=f"PASSANT {code}", ref=f"{code}1"),
            entry("200.00", on, text="loyer", payer=f"RIVOLI{code} BRUNO", ref=f"{code}2"),
            entry("75.00", on, text="aide", payer=f"AMIE {code}", ref=f"{code}3"),
            entry("150.00", on, text="don", payer=f"ENTRAIDE {code}", ref=f"{code}4"),
            entry("-18.40", on, text=f"FRAIS {code}", payer="BANQUE", ref=f"{code}5"),
            entry("33.00", on, text="?", payer=f"INCONNU {code}", ref=f"{code}6"),
        )
        return statement(*lines, iban=OWN_IBAN, name=f"{code}-releve")

    def line(self, rank):
        """A line of the file."""
        return BankLine.objects.get(bank_ref=f"{self.code}{rank}")


@pytest.fixture
def scene(live_site):
    return lambda code: Scene(live_site, code)


def drop(page, it):
    page.goto("/banque/releves/")
    page.get_by_label("Fichier de la banque").set_input_files(
        {"name": f"{it.code}.xml", "mimeType": "text/xml", "buffer": it.file}
    )
    page.get_by_role("button", name="Importer").click()
    expect(page.locator("#toasts")).to_contain_text("6 lignes nouvelles")
    expect(page.locator("#toasts")).to_contain_text("1 rapprochées toutes seules")


def press(page, key):
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press(key)


def go_to(page, live_site, it, rank):
    with live_site.database():
        pk = it.line(rank).pk
    page.goto(f"/banque/{pk}/?etat=a-rapprocher&q={it.code}")
    page.wait_for_selector("html[data-ready]", state="attached")


def states(live_site, it):
    with live_site.database():
        return {rank: it.line(rank).state for rank in range(1, 7)}


def test_a_statement_is_reconciled_by_keyboard_alone(page_for, live_site, scene):
    it = scene("BKA")
    page = page_for(it.manager)
    drop(page, it)
    screenshot(page, "bank-lines")
    go_to(page, live_site, it, 2)
    screenshot(page, "bank-line")
    expect(page.get_by_text("Le nom entier est celui de BKA-2")).to_be_visible()
    press(page, "a")
    expect(page.locator("#toasts")).to_contain_text("rapprochés")
    go_to(page, live_site, it, 3)
    press(page, "r")
    page.keyboard.type("carine")
    expect(page.locator("#trouves .choice")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("rapprochés")
    go_to(page, live_site, it, 4)
    press(page, "s")
    page.keyboard.type("BKA-1")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("100")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.get_by_label("Contrat 2").focus()
    page.keyboard.type("BKA-3")
    page.keyboard.press("Tab")
    page.keyboard.type("50,00")
    screenshot(page, "bank-split")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("rapprochés")
    go_to(page, live_site, it, 5)
    press(page, "h")
    expect(page.locator("#toasts")).to_contain_text("hors gestion")
    go_to(page, live_site, it, 6)
    press(page, "a")
    expect(page.locator("#toasts")).to_contain_text("Rien à accepter")
    press(page, "k")
    expect(page.get_by_role("heading", level=1)).to_contain_text("FRAIS BKA")
    page.go_back()
    press(page, "t")
    page.keyboard.type("Appeler la banque")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("en attente")
    assert states(live_site, it) == {
        1: BankLineState.SETTLED,
        2: BankLineState.SETTLED,
        3: BankLineState.SETTLED,
        4: BankLineState.SETTLED,
        5: BankLineState.SET_ASIDE,
        6: BankLineState.SUSPENSE,
    }
    with live_site.database():
        line = it.line(4)
        parts = Reconciliation.objects.get(line=line).parts
        assert sorted(parts.values_list("contract__number", "amount")) == [
            ("BKA-1", D("100.00")),
            ("BKA-3", D("50.00")),
        ]
    page.goto(f"/banque/{line.pk}/")
    screenshot(page, "bank-done")
    press(page, "u")
    expect(page.locator("#toasts")).to_contain_text("défait")
    assert states(live_site, it)[4] == BankLineState.TO_SETTLE


def test_strong_proposals_are_accepted_together_after_one_look(page_for, live_site, scene):
    it = scene("BKB")
    page = page_for(it.manager)
    drop(page, it)
    page.goto("/banque/fortes/")
    row = page.get_by_role("row").filter(has_text=re.compile("RIVOLIBKB"))
    expect(row).to_have_count(1)
    screenshot(page, "bank-strong")
    press(page, "a")
    expect(page.locator("#toasts")).to_contain_text("rapprochées pour")
    assert states(live_site, it)[2] == BankLineState.SETTLED


def test_pages_of_the_bank_have_no_fault_for_axe(page_for, live_site, scene):
    it = scene("BKC")
    page = page_for(it.manager)
    drop(page, it)
    with live_site.database():
        first, second, third = (it.line(rank).pk for rank in (1, 2, 3))
        file = it.line(1).statement.file_id
    addresses = [
        "/banque/?q=BKC",
        "/banque/?etat=rapprochees",
        f"/banque/{first}/",
        f"/banque/{second}/",
        f"/banque/{third}/?chercher=rivolibkc",
        "/banque/fortes/",
        "/banque/releves/",
        f"/banque/releves/retirer/?fichier={file}",
        "/banque/controle/",
        "/banque/payeurs/",
    ]
    assert look_through(page, addresses, name="bank") == {}
