import contextlib

import pytest
from django.db import transaction

from caracol.accounts.models import User
from caracol.notifications import services
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from caracol.parameters.models import Association
from tests.notifications.conftest import letter

pytestmark = pytest.mark.django_db


def test_a_mail_is_written_once_with_its_words_frozen(commits):
    first = letter()
    again = letter(context={"paragraphs": ["Autre chose."]}, to="autre@example.org")
    assert again == first
    mail = MailOut.objects.get()
    assert mail.recipient == "amina@example.org"
    assert "Voici l'<essentiel> d'aujourd'hui." in mail.text_body
    assert "Voici l&#x27;&lt;essentiel&gt; d&#x27;aujourd&#x27;hui." in mail.html_body
    assert "Pièce jointe :\n- Quittance de novembre 2026" in mail.text_body


def test_the_association_signs(settings):
    Association.objects.create(
        name="Les Toits partagés",
        address="1 rue des Lilas, 93100 Montreuil",
        siret="1" * 14,
        iban="FR76",
        signatory="M. X",
        valid_from="2020-01-01",
    )
    mail = letter()
    for body in (mail.text_body, mail.html_body):
        assert "Les Toits partagés" in body
        assert "1 rue des Lilas, 93100 Montreuil" in body


def test_nothing_of_the_page_is_fetched_from_elsewhere():
    html = letter().html_body
    assert "http" not in html
    assert "<img" not in html
    assert "style=" not in html


def test_a_hundred_mails_of_one_act_wake_the_sender_once(commits, messages):
    with commits(), transaction.atomic():
        for number in range(100):
            letter(dedup_key=f"letter:{number}")
    assert messages() == [("caracol.notifications.tasks.send_mails", {})]


def test_a_rollback_leaves_no_mail_and_no_message(commits, messages):
    with commits(), contextlib.suppress(RuntimeError), transaction.atomic():
        letter()
        raise RuntimeError
    assert not MailOut.objects.exists()
    assert messages() == []


@pytest.mark.parametrize(
    "wrong",
    [{"to": "amina"}, {"to": "a@b.fr, c@d.fr"}, {"subject": "Deux\nlignes"}, {"subject": " "}],
)
def test_a_wrong_address_or_subject_is_refused_with_a_sentence(wrong):
    with pytest.raises(services.MailRefused, match=r"adresse|objet"):
        letter(**wrong)


@pytest.mark.parametrize("state", [MailState.QUEUED, MailState.SENDING, MailState.SENT])
def test_a_decision_is_taken_only_on_what_waits_for_one(state):
    mail = letter()
    actor = User.objects.create_user("resp@example.org")
    MailOut.objects.update(state=state, lease_until=mail.created_at, sent_at=mail.created_at)
    for decide in (services.resend, services.settle):
        with pytest.raises(services.MailNotUnsettled):
            decide(mail=mail, actor=actor)
