"""Papers of a month: issued, listed, handed over, mailed, withdrawn."""

import pytest
from django.urls import reverse

from caracol.core import clock
from caracol.documents.models import Bundle, Document
from caracol.documents.services import render_document
from caracol.jobs.models import Job
from caracol.notifications.models import MailOut
from payments.models import TermPaper
from payments.services.issuing import issue_due_notices, issue_receipts
from tests.payments.views.conftest import pay


def url(name, month, query=""):
    return reverse(f"payments:{name}", args=[month]) + query


@pytest.fixture
def printed(closed, manager, monkeypatch):
    """Due notices of the month, their sheets made."""
    monkeypatch.setattr("caracol.documents.press.print_document", lambda _document: b"%PDF-1.7")
    monkeypatch.setattr("caracol.documents.press.count_pages", lambda _file: 1)
    issue_due_notices(month=closed, on=clock.today(), actor=manager)
    for document in Document.objects.all():
        render_document(document)
    return closed


def test_notices_are_counted_then_issued_once(client_for, manager, closed):
    client = client_for(manager)
    assert client.get(url("notices-issue", closed)).context["count"] == 2
    answer = client.post(url("notices-issue", closed), follow=True)
    assert "2 papiers numérotés" in answer.text
    assert answer.context["jobs"] == list(Job.objects.filter(kind="documents.render-batch"))
    again = client.post(url("notices-issue", closed), follow=True)
    assert "Rien de nouveau" in again.text
    assert TermPaper.objects.count() == 2
    assert "Rien à émettre" in client.get(url("notices-issue", closed)).text


def test_receipts_follow_what_was_paid(client_for, manager, closed, contract, neighbour):
    pay(contract, "200.00", manager)
    pay(neighbour, "10.00", manager)
    client = client_for(manager)
    rows = client.get(url("receipts-issue", closed)).context["rows"]
    assert [(label, number) for label, number, _total, _what in rows] == [
        ("Quittances", 1),
        ("Reçus", 1),
    ]
    client.post(url("receipts-issue", closed))
    assert sorted(TermPaper.objects.values_list("kind", flat=True)) == ["QUITTANCE", "RECU"]


def test_a_later_month_tells_of_older_terms_paid_since(client_for, manager, closed, contract):
    pay(contract, "200.00", manager)
    answer = client_for(manager).get(url("month-detail", closed.next()))
    assert answer.context["earlier"] == [(closed, 1)]


def test_papers_are_listed_and_watch_their_job(client_for, manager, closed):
    issue_due_notices(month=closed, on=clock.today(), actor=manager)
    client, address = client_for(manager), url("papers", closed, "?genre=avis")
    answer = client.get(address, {"genre": "avis", "q": "diallo"})
    assert answer.context["table"].rows
    watching = client.htmx("get", address, {"genre": "avis"}, target="suivi")
    assert 'hx-trigger="every 2s"' in watching.text
    Job.objects.update(state="DONE", finished_at=clock.now())
    over = client.htmx("get", address, {"genre": "avis"}, target="suivi")
    assert 'hx-trigger="load"' in over.text
    assert "<table" not in over.text


def test_files_are_made_by_home_and_not_twice(client_for, manager, printed):
    client, address = client_for(manager), url("papers-bundle", printed)
    data = {"genre": "avis"}
    assert [pile.count for pile in client.get(address, data).context["piles"]] == [2]
    client.post(address, {**data, "pile": "all"})
    client.post(address, {**data, "pile": "all"})
    client.post(address, {**data, "pile": "zip"})
    assert sorted(Bundle.objects.values_list("kind", flat=True)) == ["PRINT", "ZIP"]
    partial = client.htmx("get", address, data, target="liasses")
    assert "en préparation" in partial.text
    assert "<html" not in partial.text


def test_mails_go_to_who_agreed_and_never_twice(client_for, manager, printed):
    client, address = client_for(manager), url("receipts-mail", printed, "?genre=avis")
    plan = client.get(address).context["plan"]
    assert ([p.person.last_name for p in plan.to_send], len(plan.refused)) == (["Diallo"], 1)
    client.post(address)
    client.post(address)
    mail = MailOut.objects.get()
    assert mail.documents
    assert "Diallo" not in mail.subject
    after = client.get(address).context["plan"]
    assert (len(after.to_send), len(after.sent)) == (0, 1)


def test_sheets_not_made_yet_do_not_leave(client_for, manager, closed):
    issue_due_notices(month=closed, on=clock.today(), actor=manager)
    plan = client_for(manager).get(url("receipts-mail", closed, "?genre=avis")).context["plan"]
    assert (len(plan.to_send), len(plan.unready)) == (0, 1)


def test_a_quittance_is_withdrawn_with_a_reason(client_for, manager, closed, contract):
    pay(contract, "200.00", manager)
    issue_receipts(month=closed, on=clock.today(), actor=manager)
    paper = TermPaper.objects.get()
    client = client_for(manager)
    address = reverse("payments:receipt-cancel", args=[paper.document.number])
    assert "Ce qui se passera" in client.get(address).text
    assert client.post(address, {"reason": ""}).context["form"].errors
    answer = client.post(address, {"reason": "Nom mal écrit"}, follow=True)
    paper.refresh_from_db()
    assert paper.cancelled_by.number in answer.text
    assert "Déjà annulé" in client.get(address).text
