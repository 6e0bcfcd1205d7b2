"""What a browser and axe say of the design, and what the keyboard can do."""

import pytest
from playwright.sync_api import expect

from tests.helpers.browsers import PHONE
from tests.helpers.looking import look, look_through

pytestmark = pytest.mark.browser

SMALL_TARGETS = """() => {
    const targets = "button, .btn, input, select, .bottombar a, .pager a";
    const height = (e) => (e.closest(".form-check, td") ?? e).getBoundingClientRect().height;
    return [...document.querySelectorAll(targets)]
        .filter((e) => e.checkVisibility() && e.type !== "hidden" && !e.closest("#menu, thead"))
        .filter((e) => height(e) < 40)
        .map((e) => `${height(e)} ${e.outerHTML.slice(0, 80)}`);
}"""
PAGES = {
    "foundations": "/_ui/",
    "data": "/_ui/donnees/",
    "forms": "/_ui/formulaires/",
    "errors": "/_ui/formulaires/?erreurs",
    "lists": "/_ui/listes/?q=a&owing=on",
    "feedback": "/_ui/retours/",
    "login": "/compte/login/",
    "reset": "/compte/password/reset/",
}


def open_page(page, address):
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")


def test_pages_have_no_fault_for_axe(page):
    assert look_through(page, PAGES.values(), name="ui") == {}


def test_open_windows_have_no_fault_for_axe(page):
    open_page(page, "/_ui/retours/")
    for opener in ('[data-dialog-open="reverse"]', "main [data-shortcuts-open]"):
        page.click(opener)
        assert look(page) == []
        page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    assert look(page) == []


def test_palette_finds_and_gives_the_focus_back(page):
    open_page(page, "/_ui/donnees/")
    page.focus("main a.btn")
    page.keyboard.press("Control+k")
    field = page.locator("#palette input")
    assert field.evaluate("e => e === document.activeElement")
    field.press_sequentially("ami")
    page.wait_for_selector("#palette-found .palette-item")
    first = page.locator("#palette .palette-item[aria-selected=true]")
    assert "Amina Diallo" in first.inner_text()
    assert field.get_attribute("aria-activedescendant") == first.get_attribute("id")
    page.keyboard.press("ArrowDown")
    assert "Samir Haddad" in page.locator("#palette [aria-selected=true]").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("main a.btn").first.evaluate("e => e === document.activeElement")


def test_letters_go_places_and_can_be_switched_off(page):
    open_page(page, "/_ui/donnees/")
    page.keyboard.press("?")
    page.uncheck("#shortcuts-on")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert not page.locator("#palette").evaluate("e => e.open")
    page.keyboard.press("Control+k")
    assert page.locator("#palette").evaluate("e => e.open")
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('[data-shortcuts-on]').click()")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url("**/_ui/")


def test_theme_is_kept_without_a_flash(page):
    open_page(page, "/_ui/")
    page.click('[data-theme-value="dark"]')
    page.reload(wait_until="commit")
    page.wait_for_selector("body")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    open_page(page, "/compte/login/")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert page.evaluate("Object.keys(localStorage)") == ["caracol.theme"]


def test_errors_take_the_focus_and_lead_to_the_fields(page):
    open_page(page, "/_ui/formulaires/?erreurs")
    assert page.locator("[data-error-summary]").evaluate("e => e === document.activeElement")
    page.click('.error-summary a[href="#id_amount"]')
    assert page.evaluate("document.activeElement.id") == "id_amount"


def test_progress_ends_by_itself(page):
    open_page(page, "/_ui/retours/")
    page.wait_for_selector("#gallery-progress.is-done", timeout=15_000)
    assert page.locator("#gallery-progress progress").get_attribute("value") == "117"


def test_filters_replace_the_results_only(page):
    open_page(page, "/_ui/listes/")
    page.evaluate("window.stayed = true")
    page.fill("#id_q", "samir")
    expect(page.locator("#results tbody tr")).to_have_count(3)
    assert page.evaluate("window.stayed") is True
    assert "q=samir" in page.url
    page.click("#results th a.sort >> nth=0")
    page.wait_for_url("**sort=name**")
    assert page.evaluate("window.stayed") is True
    kept = page.evaluate("Object.keys(sessionStorage)")
    assert set(kept) <= {"htmx-current-path-for-history"}  # an address, never a page


def test_ticking_rows_brings_the_acts(page):
    open_page(page, "/_ui/listes/")
    assert page.locator(".bulk-bar").is_hidden()
    page.check("[data-select-all]")
    assert page.locator("[data-bulk-count]").inner_text() == "10"
    page.check("[data-bulk-all]")
    page.uncheck('input[name="ids"] >> nth=0')
    assert page.locator("[data-bulk-count]").inner_text() == "9"
    assert page.locator("[data-bulk-all]").is_hidden()  # no longer the whole page
    assert not page.locator("[data-bulk-all]").is_checked()
    page.click("[data-bulk-clear]")
    assert page.locator(".bulk-bar").is_hidden()


def test_the_drawer_of_a_phone(page_for):
    page = page_for(viewport=PHONE)
    open_page(page, "/_ui/")
    assert page.locator("#menu").is_hidden()
    page.click("[data-drawer-open]")
    page.wait_for_selector("#menu.is-open")
    page.keyboard.press("Escape")
    page.wait_for_selector("#menu", state="hidden")
    assert page.locator("[data-drawer-open]").evaluate("e => e === document.activeElement")


def test_targets_of_a_phone_are_large_enough(page_for):
    page = page_for(viewport=PHONE)
    open_page(page, "/_ui/listes/")
    small = page.evaluate(SMALL_TARGETS)
    assert small == []


def test_pages_read_without_javascript(new_context):
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/_ui/listes/?q=samir")
    assert page.locator("#results tbody tr").count() == 3
    assert page.locator(".filter-act button").is_visible()
