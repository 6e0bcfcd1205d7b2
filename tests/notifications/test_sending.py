from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
import time_machine
from django.db import connection

from caracol.accounts.models import User
from caracol.core import clock
from caracol.documents import services as documents
from caracol.jobs import services as jobs
from caracol.notifications import outbox, sending, services
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from tests.notifications.conftest import letter

pytestmark = pytest.mark.django_db


def after(**delay):
    return time_machine.travel(clock.now() + timedelta(**delay), tick=True)


@pytest.fixture
def actor():
    return User.objects.create_user("resp@example.org")


def refreshed(mail):
    return MailOut.objects.get(pk=mail.pk)


def test_a_mail_leaves_once_in_text_and_html(server):
    mail = letter()
    assert sending.send_due().sent == 1
    assert sending.send_due().sent == 0
    assert refreshed(mail).state == MailState.SENT
    [message] = server.accepted
    assert message["to"] == "amina@example.org"
    assert message["message-id"] == sending.message_id("letter:1")
    assert message["auto-submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    assert "d'aujourd'hui" in message.get_body(("plain",)).get_content()


def test_a_mail_waits_for_its_papers_and_takes_their_very_bytes(server, issue):
    paper = issue()
    mail = letter(documents=[paper.pk])
    assert sending.send_due().sent == 0
    assert refreshed(mail).attempts == 0
    paper = documents.render_document(paper)
    with after(seconds=sending.PAPERS_WAIT_SECONDS + 1):
        assert sending.send_due().sent == 1
    [attached] = server.accepted[0].iter_attachments()
    assert attached.get_filename() == paper.file_name
    assert attached.get_content_type() == "application/pdf"
    content = attached.get_content()
    assert content == documents.read_document(paper)
    assert len(pikepdf.open(BytesIO(content)).pages) == paper.pages


def test_the_end_of_a_job_lets_the_waiting_mails_leave(server, issue, commits, messages):
    paper = issue()
    letter(documents=[paper.pk])
    assert sending.send_due().sent == 0
    messages()
    with commits():
        jobs.run_now(paper.batch)
    assert ("caracol.notifications.tasks.send_mails", {}) in messages()
    assert sending.send_due().sent == 1


def test_a_paper_that_cannot_be_read_keeps_the_mail_here(server, issue):
    paper = documents.render_document(issue())
    paper.file.storage.delete(paper.file.name)
    mail = letter(documents=[paper.pk])
    assert sending.send_due().refused == 1
    assert "pièce jointe" in refreshed(mail).error
    assert server.accepted == []


def test_a_server_that_is_down_is_tried_again_later(server, settings):
    settings.EMAIL_PORT = 1
    mails = [letter(dedup_key=f"l:{n}") for n in range(3)]
    assert sending.send_due().refused == 1
    assert {refreshed(mail).state for mail in mails} == {MailState.QUEUED}
    settings.EMAIL_PORT = server.port
    assert sending.send_due().sent == 2
    with after(seconds=61):
        assert sending.send_due().sent == 1
    assert len(set(server.identifiers())) == 3


@pytest.mark.parametrize("where", ["MAIL", "RCPT", "DATA", "MESSAGE"])
def test_a_passing_refusal_is_tried_again_and_arrives_once(server, where):
    server.refusals[where] = "451 come back later"
    mail = letter()
    assert sending.send_due().refused == 1
    row = refreshed(mail)
    assert (row.state, row.attempts) == (MailState.QUEUED, 1)
    assert row.next_attempt_at > clock.now()
    assert sending.send_due().sent == 0
    server.refusals.clear()
    with after(seconds=61):
        assert sending.send_due().sent == 1
    assert len(server.accepted) == 1


def test_an_unknown_address_is_final_and_the_others_leave(server):
    server.refusals["RCPT"] = "550 no such user amina@example.org"
    mail = letter()
    sending.send_due()
    row = refreshed(mail)
    assert row.state == MailState.FAILED
    assert row.error == "Le serveur de messagerie refuse ce message (adresse du destinataire)."
    assert row.waits_for_a_person
    server.refusals.clear()
    letter(dedup_key="other")
    assert sending.send_due().sent == 1


def test_refusals_are_bounded(server, settings):
    settings.MAIL_MAX_ATTEMPTS = 3
    server.refusals["MAIL"] = "451 later"
    mail = letter()
    for days in range(5):
        with after(days=days):
            sending.send_due()
    assert (refreshed(mail).state, refreshed(mail).attempts) == (MailState.FAILED, 3)


@pytest.mark.parametrize("kept", [True, False])
def test_a_conversation_cut_after_the_message_is_never_started_again(server, kept):
    server.keeps_then_hangs_up = kept
    server.hangs_up_after_data = not kept
    mail = letter()
    other = letter(dedup_key="other")
    assert sending.send_due().uncertain == 2
    row = refreshed(mail)
    assert (row.state, row.waits_for_a_person) == (MailState.UNCERTAIN, True)
    assert "peut-être parti" in row.error
    server.keeps_then_hangs_up = server.hangs_up_after_data = False
    with after(days=3):
        assert sending.send_due().sent == 0
    assert len(server.accepted) == (2 if kept else 0)
    assert refreshed(other).state == MailState.UNCERTAIN


def test_a_slow_server_leaves_the_mail_uncertain(server, settings):
    settings.EMAIL_TIMEOUT = 0.3
    server.pause = 1
    mail = letter()
    assert sending.send_due().uncertain == 1
    assert refreshed(mail).state == MailState.UNCERTAIN


def test_a_sender_killed_in_between_leaves_the_mail_to_a_person(server, settings):
    mail = letter()
    sending._claim()
    assert sending.send_due().uncertain == 0
    with after(seconds=settings.MAIL_LEASE_SECONDS + 1):
        assert sending.send_due().uncertain == 1
        assert sending.send_due().sent == 0
    assert refreshed(mail).state == MailState.UNCERTAIN
    assert server.accepted == []


def test_a_person_may_send_an_uncertain_mail_again_under_the_same_identifier(
    server, actor, commits, messages
):
    server.keeps_then_hangs_up = True
    mail = letter()
    sending.send_due()
    server.keeps_then_hangs_up = False
    messages()
    connection.run_on_commit.clear()  # as the commit of the first act did
    with commits():
        services.resend(mail=mail, actor=actor)
    assert messages() == [("caracol.notifications.tasks.send_mails", {})]
    assert sending.send_due().sent == 1
    row = refreshed(mail)
    assert (row.state, row.resent_by, row.error) == (MailState.SENT, actor, "")
    assert len(set(server.identifiers())) == 1
    with pytest.raises(services.MailNotUnsettled):
        services.resend(mail=mail, actor=actor)


def test_a_person_may_settle_an_uncertain_mail(server, actor):
    server.keeps_then_hangs_up = True
    mail = letter()
    sending.send_due()
    services.settle(mail=mail, actor=actor)
    assert not MailOut.objects.unsettled().exists()
    assert sending.send_due().sent == 0


def test_a_mail_sent_again_that_fails_again_waits_again(server, actor):
    server.refusals["RCPT"] = "550 no"
    mail = letter()
    sending.send_due()
    services.resend(mail=mail, actor=actor)
    sending.send_due()
    assert refreshed(mail).waits_for_a_person


def test_late_news_of_a_claim_do_not_undo_a_newer_one(server, actor):
    mail = letter()
    old = sending._claim()
    MailOut.objects.update(state=MailState.UNCERTAIN)
    services.resend(mail=mail, actor=actor)
    sending.send_due()
    outbox.put_back(old, "trop tard", is_final=True)
    assert refreshed(mail).state == MailState.SENT


def test_the_time_given_is_kept(server):
    letter()
    assert sending.send_due(seconds=0).sent == 0
