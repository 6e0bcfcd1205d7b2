"""Write to residents in their language, by a way they accept, once, at hours of day."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.notifications.enums import Channel
from caracol.notifications.models import MailOut, TextOut
from residents.models import ResidentMessage
from residents.services.handing import HandingRefused, hand_letter
from residents.services.writing import WritingRefused, prepare, write_messages
from tests import factories

pytestmark = pytest.mark.django_db
FACTS = {"date": "05/12/2026", "time": "14:30", "place": "Villa Lilas", "contact": "Claire",
         "phone": "01 23 45 67 89"}  # fmt: skip


@pytest.fixture(autouse=True)
def by_day():
    with time_machine.travel(datetime(2026, 11, 24, 11, 0), tick=False):
        yield


@pytest.fixture
def manager():
    return factories.make_user(Role.GLA_MANAGER, "IDF")


def resident(**more):
    facts = {"language": "ti", "phone": "06 12 34 56 78", "email": "selam@example.org", **more}
    person = factories.make_person("Tesfaye", "Selam", **facts)
    factories.make_contract(factories.make_room(factories.make_home("IDF")), person)
    return person


def typed(**more):
    facts = {"date": "2026-12-05", "time": "14:30", "place": "Villa Lilas", "contact": "Claire"}
    return {"channel": "BEST", "key": "k1", "phone": "01 23 45 67 89", **facts, **more}


@pytest.mark.parametrize(
    ("facts", "way"),
    [
        ({"sms_consent": True, "email_consent": True}, Channel.SMS),
        ({"sms_consent": True, "phone": "01 42 34 56 78", "email_consent": True}, Channel.EMAIL),
        ({"email_consent": True}, Channel.EMAIL),
        ({"email_consent": True, "email": ""}, Channel.PAPER),
        ({}, Channel.PAPER),
    ],
)
def test_the_way_is_the_one_the_person_accepts(facts, way):
    letter = prepare(people=[resident(**facts)], kind="appointment", facts=FACTS)[0]
    assert (letter.channel, letter.why_not) == (way, "")
    assert letter.words.language == "ti"


def test_without_consent_nothing_leaves_by_that_way(manager):
    person = resident()
    for channel in (Channel.SMS, Channel.EMAIL):
        made = write_messages(
            people=[person], kind="visit", facts=FACTS, channel=channel, key="k", actor=manager
        )
        assert made == []
    assert not TextOut.objects.exists()
    assert not MailOut.objects.exists()


def test_a_dead_person_is_never_written_to(manager):
    person = resident(sms_consent=True, died_on=datetime(2026, 11, 1).date())
    assert prepare(people=[person], kind="visit", facts=FACTS)[0].why_not == "personne décédée"


def test_a_person_writes_once_whatever_is_clicked_twice(client_for, manager):
    person = resident(sms_consent=True)
    path = reverse("residents:message-new", args=[person.pk]) + "?message=appointment"
    client = client_for(manager)
    for _again in range(2):
        assert client.post(path, typed()).status_code == 302
    text = TextOut.objects.get()
    assert (text.recipient, text.territory.code) == ("+33612345678", "IDF")
    assert "05/12/2026" in text.body
    assert "ሰላም" in text.body
    message = ResidentMessage.objects.get()
    assert "rendez-vous le 05/12/2026" in message.french


def test_the_preview_shows_the_words_and_sends_nothing(client_for, manager):
    person = resident(sms_consent=True, language="ar")
    path = reverse("residents:message-new", args=[person.pk]) + "?message=appointment"
    shown = client_for(manager).post(
        path, typed(essai="1"), headers={"HX-Request": "true", "HX-Target": "apercu"}
    )
    assert 'dir="rtl"' in shown.text
    assert "مرحباً" in shown.text
    assert "Traduction pas encore relue" in shown.text
    assert not ResidentMessage.objects.exists()


def test_a_mail_is_read_in_both_languages_and_its_subject_says_nothing_of_anybody(
    client_for, manager
):
    person = resident(email_consent=True, language="fa")
    client_for(manager).post(
        reverse("residents:message-new", args=[person.pk]) + "?message=appointment", typed()
    )
    mail = MailOut.objects.get()
    assert 'dir="rtl"' in mail.html_body
    assert "Vous avez rendez-vous" in mail.html_body
    assert "Selam" not in mail.subject


def test_at_night_the_message_waits_for_the_morning(manager):
    person = resident(sms_consent=True)
    with time_machine.travel(datetime(2026, 11, 24, 22, 0), tick=False):
        write_messages(
            people=[person], kind="visit", facts=FACTS, channel="BEST", key="n", actor=manager
        )
    waits = TextOut.objects.get().next_attempt_at
    assert waits.astimezone().replace(tzinfo=None) > datetime(2026, 11, 24, 22, 0)
    assert waits.day == 25


def test_an_officer_writes_of_visits_and_never_of_money(client_for):
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    person = factories.make_person("Diallo", "Ana", sms_consent=True, phone="0612345678")
    home = factories.make_home("IDF", officer=officer)
    factories.make_contract(factories.make_room(home), person)
    page = client_for(officer).get(reverse("residents:message-new", args=[person.pk])).text
    assert ">Visite<" in page
    assert ">Avis d'échéance<" not in page.replace("&#x27;", "'")
    with pytest.raises(WritingRefused):
        write_messages(
            people=[person], kind="due_notice", facts=FACTS | {"month": "12/2026"},
            channel="BEST", key="x", actor=officer,
        )  # fmt: skip
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    made = write_messages(
        people=[person], kind="insurance", facts=FACTS, channel="PAPER", key="y", actor=manager
    )
    detail = reverse("residents:message-detail", args=[made[0].pk])
    assert client_for(officer).get(detail).status_code == 403
    tab = client_for(officer).get(reverse("residents:person-messages", args=[person.pk]))
    assert "assurance" not in tab.text.split('id="onglet"')[1]


def test_reading_what_was_written_leaves_its_line(client_for, manager):
    person = resident()
    client_for(manager).get(reverse("residents:person-messages", args=[person.pk]))
    assert AccessRecord.objects.filter(object_id=person.pk, user=manager).count() == 1


def test_a_letter_is_ready_to_print_with_its_french(client_for, manager):
    person = resident(language="uk")
    answer = client_for(manager).post(
        reverse("residents:message-new", args=[person.pk]) + "?message=visit",
        typed(channel="PAPER"),
        follow=True,
    )
    assert "Добрий день" in answer.text
    assert "Nous viendrons dans votre logement" in answer.text
    assert "data-print" in answer.text


def test_the_number_of_queries_does_not_follow_the_number_of_people(
    manager, django_assert_max_num_queries
):
    people = [resident(reference=f"R9{n}", sms_consent=True) for n in range(6)]
    with django_assert_max_num_queries(2):
        prepare(people=people, kind="visit", facts=FACTS)


def test_several_people_are_written_to_after_a_look_at_the_list(client_for, manager):
    people = [resident(reference=f"R8{n}", sms_consent=n > 0) for n in range(3)]
    client = client_for(manager)
    ids = {"act": "person-write-visit", "ids": [p.pk for p in people], "query": ""}
    url = client.post(reverse("residents:person-bulk"), ids).url
    client.post(url, {"etape": "reglages", **typed(channel="SMS")})
    seen = client.get(url).context["preview"]
    assert [each.after for each in seen.kept] == ["SMS, en tigrinya"] * 2
    assert "n'accepte pas les SMS" in seen.left[0].left_out
    assert not TextOut.objects.exists()
    client.post(url, {"etape": "confirmer", "vu": seen.fingerprint})
    assert TextOut.objects.count() == 2


def test_letters_are_found_in_the_list_and_printed_together(client_for, manager):
    people = [resident(reference=f"R7{n}") for n in range(2)]
    write_messages(
        people=people, kind="visit", facts=FACTS, channel="PAPER", key="z", actor=manager
    )
    client = client_for(manager)
    found = client.get(reverse("residents:message-list"), {"channel": "PAPER"})
    assert found.text.count("Selam TESFAYE") >= 2
    sheets = client.get(reverse("residents:message-print"), {"channel": "PAPER"})
    assert sheets.text.count("letter-sheet") == 2
    assert AccessRecord.objects.filter(user=manager, rows=2).exists()
    northern = factories.make_user(Role.GLA_MANAGER, "HDF")
    assert "TESFAYE" not in client_for(northern).get(reverse("residents:message-list")).text


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("date", "2026-11-23", "Ce jour est passé"),
        ("phone", "https://evil.example", "pas un numéro"),
        ("phone", "abc", "pas un numéro"),
    ],
)
def test_a_day_past_and_a_number_nobody_can_call_are_refused(
    client_for, manager, field, value, word
):
    person = resident(sms_consent=True)
    path = reverse("residents:message-new", args=[person.pk]) + "?message=appointment"
    shown = client_for(manager).post(path, typed(**{field: value}))
    assert shown.status_code == 422
    assert word in shown.text
    assert not ResidentMessage.objects.exists()


@pytest.fixture
def letter(manager):
    """A letter written to somebody who accepts neither text message nor mail."""
    made = write_messages(
        people=[resident()], kind="visit", facts=FACTS, channel="PAPER", key="k", actor=manager
    )
    return made[0]


def test_a_letter_says_where_it_is_handed_over_what_about_and_who_signs(
    client_for, manager, letter
):
    shown = client_for(manager).get(reverse("residents:message-detail", args=[letter.pk])).text
    room = letter.person.holdings.get().contract.terms.get().room
    assert f"Chambre {room.number}, {room.colocation.name}" in shown
    assert "Objet&nbsp;: Visite de votre logement" in shown
    assert f'<p class="letter-signed">{manager.get_full_name()}' in shown


def test_a_letter_handed_over_says_when_and_by_whom_and_is_put_back(client_for, manager, letter):
    client, path = client_for(manager), reverse("residents:message-handed", args=[letter.pk])
    listed = reverse("residents:message-list") + "?state=waits"
    assert letter.person.full_name in client.get(listed).text
    assert client.post(path, {"on": "2026-11-24"}).status_code == 302
    letter.refresh_from_db()
    assert (letter.handed_on.isoformat(), letter.handed_by) == ("2026-11-24", manager)
    shown = client.get(reverse("residents:message-detail", args=[letter.pk])).text
    assert "Remise le" in shown
    assert letter.person.full_name not in client.get(listed).text
    assert client.post(path, {"annuler": "1"}).status_code == 302
    letter.refresh_from_db()
    assert letter.handed_on is None


@pytest.mark.parametrize(("day", "word"), [("2026-11-25", "à venir"), ("2026-11-23", "écrite")])
def test_a_letter_is_not_handed_over_before_it_is_written_nor_tomorrow(
    client_for, manager, letter, day, word
):
    path = reverse("residents:message-handed", args=[letter.pk])
    shown = client_for(manager).post(path, {"on": day})
    assert shown.status_code == 422
    assert word in shown.text


def test_only_a_letter_is_handed_over(manager):
    message = write_messages(
        people=[resident(sms_consent=True)],
        kind="visit",
        facts=FACTS,
        channel="SMS",
        key="k",
        actor=manager,
    )[0]
    with pytest.raises(HandingRefused, match="pas une lettre"):
        hand_letter(message=message, on=datetime(2026, 11, 24).date(), actor=manager)
