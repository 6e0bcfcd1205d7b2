"""The direction's morning in the administration, by a real browser."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import get_resolver, reverse

from caracol.accounts import services
from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.parameters.models import Parameter
from colocations.models import Room
from tests import factories
from tests.administration.test_registers import HEADINGS
from tests.helpers.browsers import screenshot
from tests.helpers.looking import look, look_everywhere

pytestmark = pytest.mark.browser
get_resolver().url_patterns  # noqa: B018 (what the addresses leave out is out)
PASSWORD = "colimacon-du-matin"


@pytest.fixture
def director(live_site):
    with live_site.database():
        return factories.make_user(Role.DIRECTOR, "*", password=PASSWORD)


def test_a_value_is_given_and_rooms_are_imported(page_for, live_site, director):
    with live_site.database():
        home = factories.make_home(rooms=1)
        row = Parameter.objects.get(key="conciliation.threshold", valid_to=None)
    page = page_for(director)
    page.goto(reverse("admin:index"))
    page.click("text=Paramètres datés")
    page.fill("#searchbar", "conciliation")
    page.keyboard.press("Enter")
    page.click("th a:has-text('Conciliation obligatoire')")
    page.click("text=Donner une nouvelle valeur")
    day = clock.today() + timedelta(days=90)
    page.fill("[name=value]", "6000")
    page.fill("[name=valid_from]", f"{day:%Y-%m-%d}")
    page.fill("[name=source]", "Décret à venir")
    page.click("[name=_save]")
    page.wait_for_selector(".messagelist .success")
    with live_site.database():
        row.refresh_from_db()
        assert row.valid_to == day - timedelta(days=1)

    page.goto(reverse("admin:colocations_room_import"))
    wrong = [HEADINGS, [home.code, "1", "195,50", ""], ["INCONNU", "2", "200", ""]]
    send(page, wrong)
    assert "Ce qui ne va pas" in page.content()
    assert "INCONNU" in page.locator(".faults").inner_text()
    screenshot(page, "import-faults")
    assert look(page) == []
    wrong[2][0] = home.code
    send(page, wrong)
    assert page.locator("del").inner_text() == "180,00"
    assert look(page) == []
    screenshot(page, "import-plan")
    page.click("text=Importer ces lignes")
    page.wait_for_selector(".messagelist .success")
    with live_site.database():
        fees = Room.objects.filter(colocation=home).order_by("number").values_list("fee", flat=True)
        assert [str(fee) for fee in fees] == ["195.50", "200.00"]


def send(page, rows):
    text = "\r\n".join(";".join(row) for row in rows)
    page.set_input_files(
        "[name=table]",
        {"name": "chambres.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")},
    )
    page.click("text=Voir ce qui changerait")


def test_pages_have_no_fault_for_axe(page_for, live_site, director):
    with live_site.database():
        factories.make_home(rooms=1, officer=director)
        services.invite(
            email="une.adresse.fort.longue.de.collegue@example.org",
            role=Role.GLA_MANAGER,
            territory=factories.make_territory("IDF"),
            actor=director,
        )
    page, faults = page_for(director), {}
    for path in paths(live_site):
        page.goto(path)
        if wrong := look_everywhere(page, f"admin{path.replace('/', '-')}"):
            faults[path] = wrong
    assert faults == {}


def paths(live_site):
    """Every list of the administration, and its main forms."""
    names = [reverse("admin:index"), reverse("admin:audit_accessrecord_alerts")]
    names += [reverse("admin:accounts_invitation_add"), reverse("admin:colocations_room_import")]
    for model in admin.site._registry:
        options = model._meta
        name = f"admin:{options.app_label}_{options.model_name}"
        names.append(reverse(f"{name}_changelist"))
        with live_site.database():
            row = model._default_manager.first()
        if row is not None:
            names.append(reverse(f"{name}_change", args=[row.pk]))
    return names
