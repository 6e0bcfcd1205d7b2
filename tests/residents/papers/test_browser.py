"""Texts and documents in a real browser: the director's desk, the manager's phone."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.documents.models import Document, SignedCopy, TextTemplate
from caracol.documents.services import render_document
from caracol.parameters.models import Association
from residents.papers import contract_plan
from residents.services.documents import issue_plan
from tests import factories
from tests.documents import brought
from tests.helpers.browsers import DESKTOP, PHONE, screenshot
from tests.helpers.looking import TOO_WIDE, look_through
from tests.residents.papers.conftest import FULL

pytestmark = pytest.mark.browser


@pytest.fixture
def scene(live_site):
    """A function that makes a full contract, a manager and the director in a territory."""

    def make(code):
        with live_site.database():
            if not Association.objects.exists():
                Association.objects.create(
                    name="Association Exemple",
                    address="24 quai de l'Exemple, 75013 Paris",
                    siret="12345678200010",
                    iban="FR7642559100000801234567862",
                    signatory="Claire Exemple",
                    valid_from=date(2018, 1, 1),
                )
            room = factories.make_room(factories.make_home(code))
            person = factories.make_person("Papier", "Ana", email_consent=True)
            today = clock.today()
            contract = factories.make_contract(
                room, person, starts_on=today.replace(day=1), number=f"{code}-P", **FULL
            )
            manager = factories.make_user(territory=code, email=f"p-{code.lower()}@example.org")
            director = factories.make_user(
                Role.DIRECTOR, "*", email=f"d-{code.lower()}@example.org"
            )
        return contract, manager, director

    return make


def test_the_director_edits_a_text_sees_a_name_refused_then_publishes(
    page_for, live_site, scene, tmp_path
):
    contract, _manager, director = scene("NAQ")
    with live_site.database():
        text = TextTemplate.objects.filter(code="NOTICE_ACK").latest("version")
        following = text.version + 1
    page = page_for(director)
    page.goto("/admin/documents/texttemplate/")
    page.get_by_role("link", name="Réponse au congé du résident").first.click()
    page.get_by_role("link", name="Nouvelle version").click()
    page.get_by_role("button", name="Ouvrir un brouillon").click()
    words = page.get_by_label("Texte du document")
    before = words.input_value()
    words.fill(before + "\n\nMerci {{ résident.nom }}.")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.get_by_text("Vouliez-vous dire « résident.noms »")).to_be_visible()
    page.get_by_label("Texte du document").fill(before + "\n\nMerci {{ résident.noms }}.")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    screenshot(page, "texte-brouillon")
    address = page.locator("#text-preview").get_attribute("action")
    answer = page.request.get(f"{address}?contrat={contract.number}")
    assert answer.body().startswith(b"%PDF-")
    page.get_by_role("link", name="Publier…").click()
    expect(page.get_by_text("Merci {{ résident.noms }}.")).to_be_visible()
    screenshot(page, "texte-publier")
    page.get_by_role("button", name="Publier cette version").click()
    expect(page.get_by_text("elle sert désormais")).to_be_visible()
    with live_site.database():
        assert TextTemplate.objects.get(code="NOTICE_ACK", version=following).is_published


def test_a_contract_is_issued_at_the_desk_and_its_scan_brought_by_phone(
    page_for, live_site, scene, tmp_path
):
    contract, manager, _director = scene("OCC")
    page = page_for(manager, viewport=DESKTOP)
    page.goto(f"/contrats/{contract.pk}/documents/")
    page.get_by_role("link", name=re.compile("^Contrat avec sa page")).click()
    expect(page.get_by_role("heading", name="En bref")).to_be_visible()
    screenshot(page, "document-apercu")
    page.get_by_role("button", name="Émettre le document").click()
    expect(page.get_by_text("est émis")).to_be_visible()
    with live_site.database():
        document = Document.objects.get(object_id=contract.pk, kind="CONTRACT")
        render_document(document)
    phone = page_for(manager, viewport=PHONE, has_touch=True)
    phone.goto(f"/contrats/{contract.pk}/documents/")
    phone.get_by_role("link", name="Déposer l'exemplaire signé").click()
    scan = tmp_path / "IMG_0042.jpg"
    scan.write_bytes(brought.photo(size=(600, 800)))
    phone.locator("input[type=file]").set_input_files(scan)
    assert phone.evaluate(TOO_WIDE) == 0
    screenshot(phone, "document-signe-telephone")
    phone.get_by_role("button", name="Garder l'exemplaire signé").click()
    expect(phone.get_by_role("link", name="exemplaire signé").first).to_be_visible()
    screenshot(phone, "documents-telephone")
    with live_site.database():
        assert SignedCopy.objects.get(document=document).signed_on == clock.today()


def test_pages_of_documents_have_no_fault_for_axe(page_for, live_site, scene):
    contract, manager, _director = scene("PDL")
    with live_site.database():
        plan = contract_plan(contract, clock.today())
        document = render_document(issue_plan(plan=plan, today=clock.today(), actor=manager))
    addresses = (
        f"/contrats/{contract.pk}/documents/",
        f"/contrats/{contract.pk}/documents/attestation/",
        f"/actes/{document.number}/signe/",
        f"/actes/{document.number}/annuler/",
    )
    assert look_through(page_for(manager), addresses, name="documents") == {}
