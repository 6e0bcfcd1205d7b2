"""Lists in a browser: a desk without a mouse, a phone, two people on one cell, axe."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.accounts.models import SavedView
from residents.models import Contract
from tests import factories
from tests.helpers.browsers import screenshot
from tests.helpers.looking import look, look_everywhere
from tests.ui.test_browser import open_page

pytestmark = pytest.mark.browser
COLUMNS = "number,people,due_day,balance"


@pytest.fixture
def house(live_site):
    """A manager, a colleague, and three contracts in a home."""
    with live_site.database():
        home = factories.make_home("IDF", name="Les Tilleuls")
        contracts = [factories.make_contract(factories.make_room(home)) for _ in range(3)]
        manager = factories.make_user(Role.GLA_MANAGER, "IDF", first_name="Amina")
        colleague = factories.make_user(Role.GLA_MANAGER, "IDF", first_name="Hugo")
    return manager, colleague, home, contracts


def address(home, **more):
    words = {"home": home.pk, "cols": COLUMNS, "sort": "number", **more}
    return f"{reverse('residents:contract-list')}?{'&'.join(f'{k}={v}' for k, v in words.items())}"


def focused_row(page):
    return page.evaluate("document.activeElement.closest('tr')?.dataset.row ?? ''")


def test_a_desk_without_a_mouse(page_for, live_site, house):
    """Rows, a cell, its undo, several rows at once, a view: by the keyboard alone."""
    manager, _colleague, home, contracts = house
    page = page_for(user=manager)
    open_page(page, address(home))
    page.keyboard.press("j")
    assert focused_row(page) == str(contracts[0].pk)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    assert focused_row(page) == str(contracts[0].pk)
    page.keyboard.press("F2")
    page.wait_for_selector("[data-cell-input]:focus")
    page.keyboard.press("Escape")
    expect(page.locator("[data-cell-form]")).to_have_count(0)
    page.keyboard.press("F2")
    page.wait_for_selector("[data-cell-input]:focus")
    page.locator("[data-cell-input]").select_option("12")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("enregistré")
    expect(page.locator(f"tr[data-row='{contracts[0].pk}']")).to_contain_text("le 12")
    for row in contracts[:2]:
        page.locator(f"tr[data-row='{row.pk}'] td.select input").focus()
        page.keyboard.press("Space")
    page.locator("#bulk-act").focus()
    page.locator("#bulk-act").select_option("contract-due-day")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/listes/actes/**")
    page.locator("#id_value").select_option("20")
    page.locator("#id_value").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".act-confirm")
    assert look(page) == []
    screenshot(page, "lists-preview")
    page.locator(".act-confirm button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("2 contrats modifiés.")
    with live_site.database():
        days = Contract.objects.filter(pk__in=[row.pk for row in contracts]).order_by("pk")
        assert list(days.values_list("due_day", flat=True)) == [20, 20, 5]
    page.locator("main form[action$='annuler/'] button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/contrats/?**")
    with live_site.database():
        assert list(days.values_list("due_day", flat=True)) == [12, 5, 5]
    page.locator("summary", has_text="Vues").focus()
    page.keyboard.press("Enter")
    page.locator("#view-name").fill("Les Tilleuls")
    page.keyboard.press("Enter")
    expect(page.locator(".view-chip[aria-current]")).to_have_text("Les Tilleuls")
    with live_site.database():
        assert SavedView.objects.filter(owner=manager, name="Les Tilleuls").exists()


def test_columns_are_moved_and_taken_away(page_for, house):
    """The address follows; the table too."""
    manager, _colleague, home, _contracts = house
    page = page_for(user=manager)
    open_page(page, address(home))
    page.locator("summary", has_text="Colonnes").focus()
    page.keyboard.press("Enter")
    assert look(page) == []
    page.locator("[aria-label='Monter Solde']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.uncheck("#col-due_day")
    page.get_by_role("button", name="Appliquer").press("Enter")
    page.wait_for_url("**cols=number,balance,people**")
    heads = page.locator("thead th").all_inner_texts()
    assert [text.strip() for text in heads if text.strip()] == ["Contrat", "Solde", "Ménage"]


def test_two_people_on_one_cell(page_for, live_site, house):
    """The second sees both values; giving up keeps the other's."""
    manager, colleague, home, contracts = house
    first, second = page_for(user=manager), page_for(user=colleague)
    cell = f"tr[data-row='{contracts[0].pk}'] [data-cell-edit]"
    for page in (first, second):
        open_page(page, address(home))
        page.locator(cell).focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-cell-input]:focus")
    first.locator("[data-cell-input]").select_option("7")
    first.get_by_role("button", name="Enregistrer").click()
    expect(first.locator("[data-toast]")).to_contain_text("enregistré")
    second.locator("[data-cell-input]").select_option("9")
    second.get_by_role("button", name="Enregistrer").click()
    expect(second.locator(".cell-conflict")).to_contain_text("Amina")
    expect(second.locator(".cell-versions")).to_contain_text("7")
    expect(second.locator(".cell-versions")).to_contain_text("9")
    assert look(second) == []
    screenshot(second, "lists-conflict")
    second.get_by_role("button", name="Enregistrer la mienne").click()
    expect(second.locator("[data-toast]")).to_contain_text("enregistré")
    with live_site.database():
        assert Contract.objects.get(pk=contracts[0].pk).due_day == 9


def test_lists_have_no_fault_for_axe(page_for, house):
    """Contracts, people, rooms, homes, the views of a list; no sideways scroll either."""
    manager, _colleague, home, _contracts = house
    page, found = page_for(user=manager), {}
    for name, path in {
        "contracts": address(home),
        "people": reverse("residents:person-list"),
        "rooms": reverse("colocations:room-list"),
        "homes": reverse("colocations:home-list"),
        "views": f"{reverse('lists:view-list')}?liste=residents:contract-list",
    }.items():
        open_page(page, path)
        wrong = look_everywhere(page, f"lists-{name}")
        if page.locator("td.select input").count():
            page.locator("td.select input").first.check()
            wrong += look(page, f"lists-{name}-chosen", where=".bulk-bar")
        if wrong:
            found[name] = wrong
    assert found == {}


def test_a_list_reads_and_saves_without_javascript(new_context, live_site, house):
    """Columns, a view, a cell: plain forms."""
    manager, _colleague, home, contracts = house
    page = new_context(user=manager, java_script_enabled=False).new_page()
    page.goto(address(home))
    page.locator("summary", has_text="Vues").click()
    page.fill("#view-name", "Sans script")
    page.get_by_role("button", name="Enregistrer la vue").click()
    assert page.locator(".view-chip[aria-current]").inner_text() == "Sans script"
    page.locator(f"tr[data-row='{contracts[0].pk}'] [data-cell-edit]").click()
    page.select_option("#cell_value", "15")
    page.get_by_role("button", name="Enregistrer").click()
    assert "le 15" in page.locator(f"tr[data-row='{contracts[0].pk}']").inner_text()
