"""The agenda in a real browser: an appointment noted by keyboard, taken back, and every look."""

from datetime import timedelta
from itertools import count

import pytest
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.enums import AppointmentKind
from caracol.deadlines.models import Appointment
from caracol.deadlines.services.appointments import Meeting, note_appointment
from tests import factories
from tests.deadlines.reminding import make_deadline
from tests.helpers.browsers import screenshot
from tests.helpers.looking import look_through

pytestmark = pytest.mark.browser
_numbers = count(1)


@pytest.fixture
def manager(live_site):
    """A manager with a home, a resident, a deadline and an appointment of the week."""
    with live_site.database():
        number = next(_numbers)
        code = f"AGE{number}"
        factories.make_territory(code)
        user = factories.make_user(
            Role.GLA_MANAGER, code, email=f"agenda.{number}@example.org", first_name="Maya"
        )
        home = factories.make_home(code, name="Maison Agenda")
        contract = factories.make_contract(
            factories.make_room(home), factories.make_person("Agendazade", "Lina")
        )
        make_deadline(
            clock.today(),
            kind="residents.contract-end",
            code=code,
            subject_id=contract.pk,
            contract_id=contract.pk,
        )
        starts_at = clock.now().replace(hour=8, minute=0)
        meeting = Meeting(
            title="Visite de la chaudière",
            kind=AppointmentKind.VISIT,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            place="Cave",
            home_id=home.pk,
            guests=(user.pk,),
        )
        note_appointment(meeting=meeting, now=clock.now(), actor=user)
        return user


def test_an_appointment_is_noted_by_keyboard_then_taken_back(page_for, live_site, manager):
    page = page_for(manager)
    page.goto("/agenda/semaine/")
    page.get_by_role("link", name="Rendez-vous").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Objet").fill("Entretien du trimestre")
    page.get_by_label("Nature").select_option("MEETING")
    page.get_by_label("De", exact=True).fill("16:00")
    page.get_by_label("À", exact=True).fill("16:30")
    page.get_by_label("Avec (résident·e)").fill("agendazade")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Rendez-vous noté.")
    link = page.get_by_role("link", name="Entretien du trimestre")
    expect(link).to_contain_text("Lina")
    screenshot(page, "agenda-week")
    page.locator("#toasts").get_by_role("button", name="Annuler").click()
    expect(page.locator("#toasts")).to_contain_text("C'est annulé")
    expect(link).to_have_count(0)
    with live_site.database():
        assert Appointment.objects.get(title="Entretien du trimestre").is_cancelled


def test_no_page_of_the_agenda_has_a_fault(page_for, live_site, manager):
    with live_site.database():
        row = Appointment.objects.get(title="Visite de la chaudière", created_by=manager)
    addresses = [
        "/agenda/",
        "/agenda/semaine/",
        "/agenda/liste/",
        f"/agenda/rendez-vous/{row.pk}/",
        "/agenda/rendez-vous/nouveau/",
        "/agenda/rappels/",
    ]
    assert look_through(page_for(manager), addresses, name="agenda") == {}
