"""The documents of a contract on screen: issue, sign, send, cancel; who reads and who may not."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.documents.models import Document, SignedCopy
from caracol.documents.services import render_document
from caracol.documents.services.signing import SignatureRefused
from caracol.documents.services.uploads import withdraw_upload
from caracol.notifications.models import MailOut
from residents.enums import ContractStatus
from residents.papers import certificate_plan, contract_plan
from residents.services.documents import (
    DocumentRefused,
    attach_signed_copy,
    cancel_paper,
    issue_deposit_letter,
    issue_plan,
    mail_paper,
)
from tests import factories
from tests.documents import brought
from tests.residents.papers.test_papers import DEPOSIT


@pytest.fixture
def contract(contract_of):
    """A full contract, in force, that nobody dated."""
    return contract_of()


@pytest.fixture
def issued(contract, manager):
    """Its document, set."""
    plan = contract_plan(contract, clock.today())
    return render_document(issue_plan(plan=plan, today=clock.today(), actor=manager))


def sign(document, actor, *, on=None, content=None):
    return attach_signed_copy(
        document=document,
        file=BytesIO(content or brought.pdf()),
        signed_on=on or clock.today(),
        today=clock.today(),
        actor=actor,
    )


def address(name, *args):
    return reverse(f"residents:{name}", args=args)


def test_the_same_facts_give_the_same_document(contract, issued, manager):
    """Two clicks, one number; once the facts change, a new one cancels the first."""
    plan = contract_plan(contract, clock.today())
    assert issue_plan(plan=plan, today=clock.today(), actor=manager).pk == issued.pk
    contract.due_day = 10
    contract.save()
    fresh = issue_plan(plan=contract_plan(contract, clock.today()), today=clock.today(),
                       actor=manager)  # fmt: skip
    assert fresh.pk != issued.pk
    issued.refresh_from_db()
    assert issued.cancelled_by.number.startswith("AD-")
    assert "Remplacé" in str(issued.cancelled_by.data["blocks"])


def test_a_scan_dates_the_contract_and_the_document(contract, issued, manager):
    """Signed on a day; the document can then be neither replaced nor cancelled."""
    sign(issued, manager)
    contract.refresh_from_db()
    assert contract.signed_on == clock.today()
    contract.due_day = 11
    contract.save()
    with pytest.raises(DocumentRefused, match="avenant"):
        issue_plan(plan=contract_plan(contract, clock.today()), today=clock.today(), actor=manager)
    with pytest.raises(DocumentRefused, match="signé"):
        cancel_paper(document=issued, reason="x", today=clock.today(), actor=manager)
    copy = SignedCopy.objects.get()
    withdraw_upload(upload=copy.upload, reason="mauvaise page", actor=manager)
    cancel_paper(document=issued, reason="x", today=clock.today(), actor=manager)


def test_a_signature_has_its_days(issued, manager):
    """Not before the document, not in the future, not twice a different way."""
    for wrong in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=1)):
        with pytest.raises(SignatureRefused):
            sign(issued, manager, on=wrong)
    first = sign(issued, manager)
    second = sign(issued, manager, content=brought.pdf(pages=2))
    assert first.pk == second.pk
    assert first.upload_id != second.upload_id


def test_a_draft_stays_a_draft(contract_of, manager):
    """To sign a contract is an act of its own."""
    contract = contract_of(status=ContractStatus.DRAFT)
    plan = contract_plan(contract, clock.today())
    sign(issue_plan(plan=plan, today=clock.today(), actor=manager), manager)
    contract.refresh_from_db()
    assert (contract.status, contract.signed_on) == (ContractStatus.DRAFT, None)


def test_a_cancellation_says_why_and_is_not_cancelled(contract, issued, manager):
    """A numbered counter-document, with the reason."""
    counter = cancel_paper(
        document=issued, reason="erreur de chambre", today=clock.today(), actor=manager
    )
    assert "erreur de chambre" in str(counter.data["blocks"])
    assert render_document(counter).pages == 1
    with pytest.raises(DocumentRefused, match="déjà annulé"):
        cancel_paper(document=issued, reason="x", today=clock.today(), actor=manager)
    with pytest.raises(DocumentRefused, match="ne s'annule pas"):
        cancel_paper(document=counter, reason="x", today=clock.today(), actor=manager)
    again = issue_plan(plan=contract_plan(contract, clock.today()), today=clock.today(),
                       actor=manager)  # fmt: skip
    assert again.number != issued.number


def test_the_deposit_letter_takes_the_amounts_of_the_books(contract, manager):
    """And says where to write the day of the keys when it lacks."""
    contract.keys_returned_on = clock.today()
    letter = issue_deposit_letter(
        contract=contract, facts=DEPOSIT, today=clock.today(), actor=manager
    )
    assert "155,00" in str(letter.data["blocks"])


def test_an_e_mail_goes_to_who_accepts_and_once(contract, issued, manager):
    """Never a letter that runs a delay."""
    assert mail_paper(document=issued, actor=manager) == 1
    assert mail_paper(document=issued, actor=manager) == 1
    assert MailOut.objects.get().documents == [issued.pk]
    person = contract.holders.get().person
    person.email_consent = False
    person.save()
    with pytest.raises(DocumentRefused, match="n'accepte"):
        mail_paper(document=issued, actor=manager)


# --- Pages --------------------------------------------------------------------------------------
def test_a_paper_is_seen_then_issued_then_listed(client_for, contract, manager):
    """From the tab to the number, each reading written once."""
    client = client_for(manager)
    page = client.get(address("contract-documents", contract.pk))
    assert "Attestation de résidence" in page.content.decode()
    assert AccessRecord.objects.filter(page="residents:contract-documents").count() == 1
    shown = client.get(address("document-issue", contract.pk, "contrat"))
    assert "Loger temporairement" in shown.content.decode()
    preview = client.get(address("document-preview", contract.pk, "contrat"))
    assert preview.content.startswith(b"%PDF-")
    assert AccessRecord.objects.filter(page="residents:document-preview").count() == 1
    assert not Document.objects.exists()
    client.post(address("document-issue", contract.pk, "contrat"))
    document = Document.objects.get()
    listed = client.get(address("contract-documents", contract.pk)).content.decode()
    assert document.number in listed
    person = contract.holders.get().person
    assert document.number in client.get(address("person-documents", person.pk)).content.decode()


def test_a_paper_that_cannot_be_written_says_why(client_for, contract_of, manager):
    """Where to fill what lacks; nothing is issued."""
    contract = contract_of(purpose="")
    client = client_for(manager)
    page = client.get(address("document-issue", contract.pk, "contrat"))
    assert "Il manque" in page.content.decode()
    assert client.post(address("document-issue", contract.pk, "contrat")).status_code == 409
    assert not Document.objects.exists()
    assert client.get(address("document-issue", contract.pk, "avenant-99")).status_code == 404


def test_a_scan_is_brought_by_the_page(client_for, contract, issued, manager):
    """A hostile one is refused in words beside the field; a photo is kept."""
    client = client_for(manager)
    where = address("document-signed", issued.number)
    day = f"{clock.today():%Y-%m-%d}"
    bad = SimpleUploadedFile("scan.jpg", brought.HTML, content_type="image/jpeg")
    refused = client.post(where, {"file": bad, "signed_on": day})
    assert "page web" in str(refused.context["form"].errors["file"])
    good = SimpleUploadedFile("scan.jpg", brought.photo(), content_type="image/jpeg")
    client.post(where, {"file": good, "signed_on": day})
    listed = client.get(address("contract-documents", contract.pk)).content.decode()
    assert "exemplaire signé" in listed
    assert SignedCopy.objects.get().upload.name == f"{issued.number} signé.jpg"


def test_social_workers_read_and_do_not_issue(client_for, contract, issued):
    """They see the list without its acts; officers and accountants see nothing of it."""
    client = client_for(factories.make_user(Role.SOCIAL_WORKER, "IDF"))
    page = client.get(address("contract-documents", contract.pk)).content.decode()
    assert issued.number in page
    assert "Écrire un document" not in page
    assert address("document-cancel", issued.number) not in page
    assert client.get(address("document-issue", contract.pk, "contrat")).status_code == 403
    for role in (Role.MISSION_OFFICER, Role.TECHNICAL, Role.ACCOUNTANT):
        other = client_for(factories.make_user(role, "IDF"))
        assert other.get(address("contract-documents", contract.pk)).status_code == 403


def test_the_list_takes_the_same_queries_for_any_number(
    client_for, contract, issued, manager, query_count
):
    """One document or nine."""
    client = client_for(manager)
    counts = []
    for more in (0, 8):
        for index in range(more):
            plan = certificate_plan(contract, clock.today() + timedelta(days=index))
            issue_plan(plan=plan, today=clock.today(), actor=manager)
        client.get(address("contract-documents", contract.pk))
        with query_count() as counted:
            client.get(address("contract-documents", contract.pk))
        counts.append(counted.value)
    assert counts[0] == counts[1]
