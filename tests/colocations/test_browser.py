"""The picture of the homes in a real browser: desk, phone, dark, keyboard, axe, paper."""

import io
from datetime import timedelta

import pikepdf
import pytest
from django.conf import settings
from playwright.sync_api import expect

from caracol.core import clock
from caracol.core.periods import add_months
from residents.enums import ContractStatus
from tests import factories
from tests.helpers.browsers import DESKTOP, PHONE, screenshot

pytestmark = pytest.mark.browser

AXE = (settings.BASE_DIR / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text()
RUN_AXE = """async () => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"],
})).violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`)"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


def make_home(code):
    """A home with one of each kind of days; returns its manager."""
    today = clock.today()
    manager = factories.make_user(territory=code, email=f"parc.{code.lower()}@example.org")
    home = factories.make_home(code, rooms=7, name="Les Tilleuls", code=f"T{code}")
    one, two, three, four, five, six, _seven = home.rooms.order_by("number")
    leaving = factories.make_contract(
        one,
        factories.make_person("Diallo", "Amina"),
        starts_on=add_months(today, -4),
        ends_on=today + timedelta(days=40),
        status=ContractStatus.NOTICE_GIVEN,
    )
    factories.make_notice(leaving, effective_on=leaving.ends_on)
    factories.make_contract(two, starts_on=today + timedelta(days=12), status=ContractStatus.SIGNED)
    for room, cause in ((two, "RESERVED"), (three, "WORKS"), (four, "UNFIT"), (five, "TO_LET")):
        factories.make_void(room, starts_on=today - timedelta(days=70), cause=cause, ends_on=today)
    factories.make_contract(six, ends_on=today - timedelta(days=15))
    agreement = home.site.agreements.get()
    agreement.ends_on = add_months(today, 4)
    agreement.save()
    return manager


def open_page(page, address="/parc/occupation/"):
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")


@pytest.mark.parametrize("device", ["desk", "phone"])
def test_the_picture_reads_on_any_screen(page_for, live_site, device):
    with live_site.database():
        manager = make_home({"desk": "BRA", "phone": "BRB"}[device])
    page = page_for(manager, viewport={"desk": DESKTOP, "phone": PHONE}[device])
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        open_page(page)
        page.click(".occ-details summary")
        page.evaluate(AXE)
        screenshot(page, f"occupation-{device}-{scheme}")
        assert page.evaluate(TOO_WIDE) == 0
        assert page.evaluate(RUN_AXE) == []
    shown = {"desk": "Chambre 1", "phone": "1"}[device]
    expect(page.locator(".occ-room").first.get_by_text(shown, exact=True)).to_be_visible()


def test_the_keyboard_walks_the_picture_and_opens_a_bar(page_for, live_site):
    with live_site.database():
        manager = make_home("BRC")
    page = page_for(manager)
    open_page(page)
    page.focus(".occ-name")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "Amina DIALLO" in page.evaluate(FOCUSED)
    expect(page.locator(".occ-tip")).to_contain_text("Amina DIALLO")
    page.keyboard.press("ArrowDown")
    assert "Chambre 2" in page.evaluate(FOCUSED)
    page.keyboard.press("ArrowUp")
    assert page.locator(".occ-svg a[tabindex='0']").count() == 1
    page.keyboard.press("Escape")
    expect(page.locator(".occ-tip")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/contrats/**")


def test_other_months_replace_the_picture_only_and_paper_is_landscape(page_for, live_site):
    with live_site.database():
        manager = make_home("BRD")
    page = page_for(manager)
    open_page(page)
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Six mois plus tôt").click()
    page.wait_for_url("**start=**")
    expect(page.get_by_role("link", name="Aujourd'hui", exact=True).last).to_be_visible()
    page.select_option("#id_cause", "WORKS")
    page.wait_for_url("**cause=WORKS**")
    expect(page.locator(".occ-room")).to_have_count(1)
    assert page.evaluate("window.stayed") is True
    with pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True))) as paper:
        width, height = (float(side) for side in list(paper.pages[0].mediabox)[2:])
    assert width > height


def test_a_finger_reads_before_it_opens(page_for, live_site):
    with live_site.database():
        manager = make_home("BRE")
    page = page_for(manager, viewport=PHONE, has_touch=True, is_mobile=True)
    open_page(page)
    bar = page.locator(".occ-bar.is-works").last
    bar.tap()
    expect(page.locator(".occ-tip")).to_contain_text("travaux")
    assert "/parc/occupation/" in page.url
    bar.tap()
    page.wait_for_url("**/parc/chambres/**")
