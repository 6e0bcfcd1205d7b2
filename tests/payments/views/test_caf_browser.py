"""A CAF's statement typed in by keyboard in a real browser, then read on the person's page."""

from datetime import date

import pytest
from playwright.sync_api import expect

from caracol.core import clock
from caracol.core.periods import Month
from caracol.parameters.models import Association
from payments.models import CafStatement
from residents.enums import AidEligibility
from tests import factories
from tests.helpers.looking import look_everywhere, look_through

pytestmark = pytest.mark.browser
CODE = "CAFTYPE"


def lodged():
    """Somebody of a territory of their own, whose CAF is there alone."""
    if not Association.objects.exists():
        Association.objects.create(
            name="Association Exemple",
            address="24 quai de l'Exemple, 75013 Paris",
            siret="12345678200010",
            iban="FR7642559100000801234567862",
            signatory="Claire Exemple",
            valid_from=date(2020, 1, 1),
        )
    territory = factories.make_territory(CODE)
    territory.departments = ["988"]
    territory.save()
    person = factories.make_person(
        "Saisie", "Ana", territory=CODE, caf_number="4455667", caf_department="988"
    )
    return factories.make_contract(
        factories.make_room(factories.make_home(CODE)),
        person,
        fee="390.00",
        expected_aid="220.00",
        aid_eligible=AidEligibility.YES,
    )


def test_a_statement_is_typed_with_lines_added_and_read_on_the_person(page_for, live_site):
    """No mouse: the button that adds lines keeps what was typed and gives the first new line."""
    with live_site.database():
        contract = lodged()
        manager = factories.make_user(territory=CODE, email="caftype@example.org")
        person = contract.holders.get().person_id
    month = Month.of(clock.today()).previous()
    page = page_for(manager)
    page.goto("/caf/saisir/")
    page.get_by_label("CAF", exact=True).select_option("988")
    page.get_by_label("N° de bordereau").fill("PAPIER-7")
    page.get_by_label("Payé le").fill(clock.today().isoformat())
    page.get_by_label("Total du bordereau").fill("225,50")
    page.locator("[name=l-0-number]").fill("4455667")
    page.locator("[name=l-0-month_from]").fill(str(month))
    page.locator("[name=l-0-amount]").fill("220,00")
    expect(page.locator("#essai")).to_contain_text("le total ne correspond pas")
    page.get_by_role("button", name="Enregistrer le bordereau").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#ligne-13")).to_be_visible()
    expect(page.locator("[name=l-8-number]")).to_be_focused()
    assert look_everywhere(page) == []
    page.keyboard.type("1231231")
    page.locator("[name=l-8-month_from]").fill(str(month))
    page.locator("[name=l-8-amount]").fill("5,50")
    expect(page.locator("#essai")).to_contain_text("le total est juste")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("PAPIER-7")
    expect(page.locator("main")).to_contain_text("à attribuer")
    with live_site.database():
        found = CafStatement.objects.get(reference="PAPIER-7")
        held = found.lines.get(contract=None)
    addresses = [
        f"/residents/{person}/caf/",
        f"/caf/{found.pk}/",
        f"/caf/lignes/{held.pk}/attribuer/",
        "/caf/?etat=a-traiter",
    ]
    assert look_through(page, addresses) == {}
    page.goto(addresses[0])
    expect(page.locator("main")).to_contain_text("PAPIER-7")
