"""Text messages: to mobiles only, each once, in every language that is spoken here."""

import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse
from django.utils import timezone

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.notifications import hours, phrasing, standard, texting
from caracol.notifications.enums import MailState
from caracol.notifications.models import TextOut
from caracol.notifications.providers import BrevoProvider, NotSent
from caracol.notifications.services import MailRefused, queue_text, resend
from caracol.notifications.telephones import mobile_number, segments, spoken_number
from tests.factories import make_user

FACTS = {
    "first_name": "Selam",
    "month": "12/2026",
    "date": "05/12/2026",
    "time": "14:30",
    "place": "12 rue des Lilas",
    "contact": "Claire Martin",
    "phone": "06 12 34 56 78",
}


class Operator(BaseHTTPRequestHandler):
    """An operator that answers what the test asks it to, and keeps what it got."""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        self.server.got.append((dict(self.headers), json.loads(self.rfile.read(size))))
        status, body = self.server.answer
        if status == 0:
            self.connection.close()
            return
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def operator(settings):
    server = HTTPServer(("127.0.0.1", 0), Operator)
    server.got, server.answer = [], (201, b'{"messageId": 1511882900176220}')
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_PROVIDER, settings.SMS_KEY = "brevo", "secret"
    settings.SMS_URL = f"http://127.0.0.1:{server.server_port}/send"
    yield server
    server.shutdown()
    server.server_close()


def text(**more):
    facts = {"dedup_key": "t:1", "to": "06 12 34 56 78", "subject": "Visite", "body": "Bonjour"}
    return queue_text(**facts | more)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 7 56 78 90 12", "+33756789012"),
        ("0033612345678", "+33612345678"),
        ("01 42 34 56 78", ""),
        ("06 39 98 00 02", "+33639980002"),
        ("06 12", ""),
        ("+380 50 123 45 67", "+380501234567"),
        ("", ""),
    ],
)
def test_only_a_mobile_gets_text_messages(written, number):
    assert mobile_number(written) == number


def test_a_french_number_is_read_by_pairs_and_a_foreign_one_with_its_country():
    assert spoken_number("+33612345678") == "06 12 34 56 78"
    assert spoken_number("+380501234567").startswith("+380")


@pytest.mark.parametrize(
    ("words", "number"),
    [("a" * 160, 1), ("a" * 161, 2), ("é" * 160, 1), ("€" * 80, 1), ("€" * 81, 2), ("я" * 70, 1),
     ("я" * 71, 2), ("ê", 1), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_segments_are_counted_as_operators_bill_them(words, number):
    assert segments(words) == number


@pytest.mark.parametrize("language", standard.delivered_languages())
@pytest.mark.parametrize("kind", standard.KINDS)
def test_every_message_says_the_same_facts_in_every_language(kind, language):
    """No place is forgotten, none is unknown, and a text message stays short enough to send."""
    phrase = standard.delivered(kind, language)
    french = standard.delivered(kind, "fr")
    standard.check_places(kind, phrase.subject, *phrase.body, phrase.sms)
    assert standard.missing_places(kind, " ".join(phrase.body)) == standard.missing_places(
        kind, " ".join(french.body)
    )
    assert standard.missing_places(kind, phrase.sms) == []
    words = standard.fill(phrase, FACTS)
    assert "{" not in words.sms + " ".join(words.paragraphs) + words.greeting
    assert words.segments <= 5


def test_a_fact_keeps_its_own_order_in_a_line_read_from_the_right():
    words = standard.fill(standard.delivered("call_us", "ar"), FACTS)
    assert words.direction == "rtl"
    assert "\u206806 12 34 56 78\u2069" in words.paragraphs[0]
    assert "0612345678" in words.sms


def test_an_address_in_a_text_message_read_from_the_right_keeps_its_order():
    """A house number stays before its street; what is one word costs no sign more."""
    facts = FACTS | {"place": "12 rue des Lilas (Bât. B), 3e étage"}
    words = standard.fill(standard.delivered("appointment", "fa"), facts)
    assert "\u206812 rue des Lilas (Bât. B), 3e étage\u2069" in words.sms
    assert f"\u2068{FACTS['time']}" not in words.sms


def test_a_dari_reader_gets_the_persian_words():
    assert standard.delivered("call_us", "prs").sms == standard.delivered("call_us", "fa").sms


def test_a_missing_fact_is_named():
    with pytest.raises(standard.PhraseRefused, match="personne à joindre"):
        standard.fill(standard.delivered("call_us", "en"), FACTS | {"contact": " "})


@pytest.mark.django_db
def test_a_language_without_words_is_answered_in_french_until_the_direction_writes_it():
    assert standard.phrases("call_us", ["bo"])["bo"].language == "fr"
    director = make_user(Role.DIRECTOR)
    facts = {"subject": "བོད་", "body": "{contact} {phone}", "sms": "{contact} {phone}"}
    phrasing.save_phrase(
        kind="call_us", language="bo", facts={**facts, "reviewed_by": "Tenzin"}, seen="",
        actor=director,
    )  # fmt: skip
    assert standard.phrases("call_us", ["bo"])["bo"].reviewed_by == "Tenzin"


@pytest.mark.django_db
def test_words_with_an_unknown_or_a_forgotten_place_are_refused():
    director = make_user(Role.DIRECTOR)
    facts = {"subject": "x", "body": "{contact} {phone} {iban}", "sms": "{contact} {phone}"}
    facts["reviewed_by"] = ""
    with pytest.raises(standard.PhraseRefused, match="iban"):
        phrasing.save_phrase(kind="call_us", language="fr", facts=facts, seen="", actor=director)
    with pytest.raises(standard.PhraseRefused, match=r"le SMS, il manque : .phone."):
        phrasing.save_phrase(
            kind="call_us", language="fr", seen="", actor=director,
            facts=facts | {"body": "{contact} {phone}", "sms": "{contact}"},
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (datetime(2026, 11, 24, 10, 0), datetime(2026, 11, 24, 10, 0)),
        (datetime(2026, 11, 24, 6, 0), datetime(2026, 11, 24, 8, 0)),
        (datetime(2026, 11, 24, 20, 0), datetime(2026, 11, 25, 8, 0)),
        (datetime(2026, 11, 28, 21, 0), datetime(2026, 11, 30, 8, 0)),  # Saturday night
        (datetime(2026, 12, 25, 11, 0), datetime(2026, 12, 26, 8, 0)),
        (datetime(2027, 5, 15, 22, 0), datetime(2027, 5, 18, 8, 0)),  # Whit Sunday, then Monday
    ],
)
def test_a_message_waits_for_the_hours_when_people_may_be_reached(asked, given):
    assert hours.next_allowed(timezone.make_aware(asked)) == timezone.make_aware(given)


@pytest.mark.django_db
class TestSending:
    def test_a_text_message_leaves_once_with_the_operators_number(self, operator):
        text()
        text()
        assert texting.send_due_texts().sent == 1
        assert texting.send_due_texts().sent == 0
        headers, body = operator.got[0]
        assert headers["api-key"] == "secret"
        assert (body["recipient"], body["content"]) == ("33612345678", "Bonjour")
        row = TextOut.objects.get()
        assert (row.state, row.provider_id) == (MailState.SENT, "1511882900176220")

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            (400, MailState.FAILED),
            (402, MailState.QUEUED),
            (429, MailState.QUEUED),
            (500, MailState.UNCERTAIN),
            (0, MailState.UNCERTAIN),
        ],
    )
    def test_an_answer_says_whether_it_may_be_sent_again_alone(self, operator, status, state):
        """Refused, put off, or perhaps sent: then only a person decides."""
        operator.answer = (status, b"{}")
        text()
        texting.send_due_texts()
        assert TextOut.objects.get().state == state

    def test_an_operator_that_is_away_is_tried_again(self, settings):
        settings.SMS_PROVIDER, settings.SMS_URL = "brevo", "http://127.0.0.1:9/send"
        text()
        assert texting.send_due_texts().refused == 1
        assert TextOut.objects.get().state == MailState.QUEUED

    def test_a_killed_sender_leaves_a_doubt_that_a_person_settles(self, operator):
        row = text()
        texting._claim()
        TextOut.objects.update(lease_until=clock.now())
        assert texting.send_due_texts().uncertain == 1
        assert not operator.got
        resend(mail=row, actor=make_user(Role.GLA_MANAGER))
        assert texting.send_due_texts().sent == 1

    def test_a_number_that_takes_no_text_message_is_refused(self):
        with pytest.raises(MailRefused, match="ne peut pas recevoir"):
            text(to="01 42 34 56 78")

    def test_the_operators_refusal_never_repeats_its_own_words(self, operator):
        operator.answer = (400, b'{"message": "33612345678 is unknown"}')
        provider = BrevoProvider("k", "Caracol", f"http://127.0.0.1:{operator.server_port}/")
        with pytest.raises(NotSent) as refused:
            provider.send(to="+33612345678", body="x", reference="T1")
        assert "336" not in refused.value.reason


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "status"), [("prs", 200), ("zz", 404), ("abcdefghij", 404)])
def test_words_are_written_only_in_languages_that_somebody_reads(client_for, language, status):
    client = client_for(make_user(Role.DIRECTOR, "*"))
    path = reverse("notifications:phrase-edit", args=["visit", language])
    assert client.get(path).status_code == status
