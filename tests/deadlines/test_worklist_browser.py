"""The worklist in a real browser: every act on a line, by mouse and by keyboard, desk and phone."""

from itertools import count

import pytest
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.enums import DeadlineState, Frequency
from caracol.deadlines.models import Deadline
from caracol.deadlines.services.tasks import TaskWords, create_task
from tests import factories
from tests.deadlines.worlds import make_deadline
from tests.helpers.browsers import PHONE
from tests.helpers.looking import look_through

pytestmark = pytest.mark.browser
_numbers = count(1)


@pytest.fixture
def team(live_site):
    """A manager of a territory of their own, an assistant, and four deadlines."""
    with live_site.database():
        number = next(_numbers)
        code = f"ECH{number}"
        territory = factories.make_territory(code)
        names = {"first_name": "Maya", "last_name": f"Echeance{number}"}
        manager = factories.make_user(
            Role.GLA_MANAGER, code, email=f"echeances.{number}@example.org", **names
        )
        factories.make_user(
            Role.GLA_ASSISTANT,
            code,
            email=f"echeances.aide.{number}@example.org",
            first_name="Adam",
            last_name=f"Aidant{number}",
        )
        for days, about in ((-2, "Amina TARD"), (0, "Bilal CEJOUR"), (9, "Chloé BIENTOT")):
            make_deadline(territory=code, days=days, about=about)
        make_deadline("payments.deposit-return", territory=code, days=3, about="Dina DEPOT")
        manager.home = territory
        return manager


@pytest.fixture
def page(page_for, team):
    """The worklist, open."""
    found = page_for(team)
    found.goto("/echeances/")
    found.wait_for_selector("html[data-ready]", state="attached")
    return found


def line(page, about):
    """The line of the list about somebody."""
    return page.locator("tbody tr", has_text=about)


def said(page):
    """What the page says at the bottom."""
    return page.locator("#toasts")


def menu(page, about, act):
    """Choose an act of a line's menu."""
    line(page, about).locator("summary").click()
    line(page, about).get_by_role("link", name=act).click()


def test_done_with_a_word_leaves_the_list_and_is_taken_back(page, live_site):
    line(page, "Amina TARD").get_by_role("link", name="Marquer comme faite").click()
    page.get_by_label("Précision").fill("prolongé ce matin")
    page.get_by_role("button", name="Clore").click()
    expect(said(page)).to_contain_text("Échéance close.")
    expect(line(page, "Amina TARD")).to_have_count(0)
    said(page).get_by_role("button", name="Annuler").click()
    expect(said(page)).to_contain_text("C'est annulé")
    assert page.url.endswith("/echeances/")
    expect(line(page, "Amina TARD")).to_have_count(1)


def test_filters_are_kept_in_the_address(page):
    page.locator("#id_q").fill("depot")
    expect(line(page, "Amina TARD")).to_have_count(0)
    expect(line(page, "Dina DEPOT")).to_have_count(1)
    assert "q=depot" in page.url
    page.reload()
    expect(line(page, "Bilal CEJOUR")).to_have_count(0)


def test_put_off_with_its_reason_by_keyboard(page, live_site):
    summary = line(page, "Bilal CEJOUR").locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("Reporter au-delà").check()
    page.get_by_label("Motif").fill("la mairie répond lundi")
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text("Échéance reportée.")
    expect(line(page, "Bilal CEJOUR")).to_have_count(0)
    page.goto("/echeances/?state=snoozed")
    expect(line(page, "Bilal CEJOUR")).to_contain_text("la mairie répond lundi")


def test_handed_over_closed_otherwise_and_commented(page, live_site, team):
    menu(page, "Chloé BIENTOT", "Confier")
    adam = page.locator("select[name=to] option", has_text="Adam").get_attribute("value")
    page.get_by_label("Confier à").select_option(adam)
    page.get_by_role("button", name="Confier").click()
    expect(said(page)).to_contain_text("Échéance confiée.")
    expect(line(page, "Chloé BIENTOT")).to_contain_text("Adam")
    said(page).get_by_role("button", name="Fermer le message").click()
    menu(page, "Chloé BIENTOT", "Commenter")
    page.get_by_label("Commentaire").fill("Rappeler jeudi matin.")
    page.get_by_role("button", name="Ajouter").click()
    expect(said(page)).to_contain_text("Commentaire ajouté.")
    said(page).get_by_role("button", name="Fermer le message").click()
    menu(page, "Chloé BIENTOT", "Clore avec une précision")
    page.get_by_label("Issue").select_option("NEEDLESS")
    page.get_by_label("Précision").fill("parti plus tôt")
    page.get_by_role("button", name="Clore").click()
    expect(said(page)).to_contain_text("Échéance close.")
    with live_site.database():
        row = Deadline.objects.get(about="Chloé BIENTOT", territory=team.home)
        assert (row.state, row.outcome, row.note) == (
            DeadlineState.DONE,
            "NEEDLESS",
            "parti plus tôt",
        )
        assert [event.act for event in row.events.order_by("pk")] == ["HANDED", "COMMENTED", "DONE"]


def test_several_at_once_with_their_effect_then_taken_back(page, live_site, team):
    for about in ("Amina TARD", "Bilal CEJOUR"):
        line(page, about).locator('input[name="ids"]').check()
    page.locator("#bulk-act").select_option("deadline-done")
    page.get_by_role("button", name="Voir l'effet").click()
    page.get_by_label("Précision").fill("vu en réunion")
    page.get_by_role("button", name="Voir l'effet").click()
    expect(page.get_by_role("main")).to_contain_text("Amina TARD")
    page.get_by_role("button", name="Marquer comme faites").click()
    expect(said(page)).to_contain_text("2 échéances closes.")
    page.get_by_role("button", name="Annuler").first.click()
    page.goto("/echeances/")
    expect(line(page, "Amina TARD")).to_have_count(1)
    expect(line(page, "Bilal CEJOUR")).to_have_count(1)


def test_a_task_with_its_checklist_that_comes_back_on_a_phone(page_for, live_site, team):
    page = page_for(team, viewport=PHONE)
    page.goto("/echeances/")
    page.get_by_role("link", name="Nouvelle tâche").click()
    page.get_by_label("À faire").fill("Compter les clés")
    page.get_by_label("Pour le").fill(f"{clock.today():%Y-%m-%d}")
    page.get_by_label("Revient").select_option(Frequency.MONTHLY)
    page.get_by_label("Points à cocher").fill("Chambres\nPorte du bas")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name="Compter les clés")).to_be_visible()
    page.get_by_role("button", name="Cocher : Chambres").click()
    expect(page.get_by_role("button", name="Décocher : Chambres")).to_be_visible()
    page.get_by_role("button", name="C'est fait").click()
    expect(page.get_by_role("main")).to_contain_text("Un point reste : Porte du bas")
    page.get_by_role("button", name="Clore").click()
    expect(said(page)).to_contain_text("close")
    with live_site.database():
        rows = Deadline.objects.filter(about="Compter les clés", owner=team).order_by("due_on")
        assert [row.state for row in rows] == [DeadlineState.DONE, DeadlineState.OPEN]
        assert rows[1].due_on > rows[0].due_on


def test_no_page_of_the_worklist_has_a_fault(page_for, live_site, team):
    with live_site.database():
        row = Deadline.objects.get(about="Amina TARD", territory=team.home)
        words = TaskWords(
            title="Compter", due_on=clock.today(), is_private=True, items=["un", "deux"]
        )
        task = create_task(words=words, actor=team, on=clock.today()).deadline
    addresses = [
        "/echeances/",
        f"/echeances/suivi/{row.pk}/",
        f"/echeances/suivi/{row.pk}/reporter/",
        f"/echeances/suivi/{task.pk}/",
        "/echeances/taches/nouvelle/",
        "/echeances/equipe/",
        "/echeances/remplacements/",
    ]
    assert look_through(page_for(team), addresses, name="worklist") == {}
