"""The register of consultations: who sees it, its filters, its export, what is unusual in it."""

from datetime import datetime, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from caracol.accounts.enums import Role
from caracol.audit.alerts import alerts
from caracol.audit.models import AccessRecord
from caracol.audit.services import record_access
from caracol.core import clock
from payments.models import BankLine
from tests import factories
from tests.consistency.worlds import make_world

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
# A Tuesday, in the morning.
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=PARIS)


@pytest.fixture
def world():
    return make_world("IDF")


@pytest.fixture
def reader():
    return factories.make_user(Role.SOCIAL_WORKER, "IDF", first_name="Aïssata", last_name="Bonnard")


def write(user, at=NOON, **facts):
    """Write a line at a moment of the past, as if it had been then."""
    with mock.patch.object(timezone, "now", return_value=at):
        return record_access(actor=user, **{"action": "VIEW", "label": "Fiche", **facts})


def page_of(person, **query):
    return reverse("residents:person-access", args=[person.pk]), query


def test_it_shows_readings_of_the_person_their_contract_and_their_papers(client_for, world, reader):
    record_access(actor=reader, action="VIEW", subject=world.person, label="Fiche")
    record_access(actor=reader, action="PRINT", subject=world.contract, label="Contrat imprimé")
    record_access(actor=reader, action="DOWNLOAD", subject=world.document, label="Avis donné")
    record_access(actor=reader, action="DOWNLOAD", subject=world.upload, label="Scan donné")
    other = factories.make_person(territory="IDF")
    record_access(actor=reader, action="VIEW", subject=other, label="Fiche d'une autre")
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    text = client.get(page_of(world.person)[0]).content.decode()
    for label in ("Fiche", "Contrat imprimé", "Avis donné", "Scan donné"):
        assert label in text
    assert "Fiche d&#x27;une autre" not in text


def test_filters_keep_a_reader_an_act_some_days(client_for, world, reader):
    manager = factories.make_user(Role.GLA_MANAGER, "IDF")
    write(reader, subject=world.person, label="Lue avant", at=NOON - timedelta(days=9))
    record_access(actor=manager, action="PRINT", subject=world.person, label="Imprimée")
    client = client_for(manager)
    address = page_of(world.person)[0]
    by_reader = client.get(address, {"user": reader.pk}).content.decode()
    assert "Lue avant" in by_reader
    assert "Imprimée" not in by_reader
    assert "Lue avant" not in client.get(address, {"action": "PRINT"}).content.decode()
    since = f"{clock.today():%Y-%m-%d}"
    assert "Lue avant" not in client.get(address, {"since": since}).content.decode()


def test_it_goes_out_to_a_file_and_that_is_written_too(client_for, world, reader):
    record_access(actor=reader, action="VIEW", subject=world.person, label="=Fiche")
    client = client_for(factories.make_user(Role.GLA_MANAGER, "IDF"))
    address = reverse("residents:person-access-export", args=[world.person.pk])
    text = client.get(address, {"format": "csv"}).content.decode("utf-8-sig")
    assert "Aïssata Bonnard" in text
    assert "'=Fiche" in text
    line = AccessRecord.objects.get(action="EXPORT")
    assert (line.rows, line.subject) == (1, world.person)


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.GLA_ASSISTANT, Role.MISSION_OFFICER])
def test_others_do_not_see_it(client_for, world, role):
    world.home.mission_officer = user = factories.make_user(role, "IDF")
    world.home.save()
    assert client_for(user).get(page_of(world.person)[0]).status_code == 403


def test_an_ordinary_day_is_no_alert(reader, world):
    for _ in range(20):
        write(reader, subject=world.person)
    assert alerts(NOON + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOON.replace(hour=23), "1 hors des heures habituelles"),
        (NOON.replace(hour=6, minute=59), "1 hors des heures habituelles"),
        (NOON - timedelta(days=2), "1 hors des heures habituelles"),  # a Sunday
    ],
)
def test_the_night_and_the_end_of_the_week_are(reader, world, at, words):
    write(reader, at, subject=world.person)
    (alert,) = alerts(NOON + timedelta(days=1))
    assert (alert.who, alert.reasons) == ("Aïssata Bonnard", (words,))


def test_a_great_many_people_or_rows_in_a_day_are(reader, world):
    people = [factories.make_person(territory="IDF") for _ in range(61)]
    for person in people:
        write(reader, subject=person)
    write(reader, action="EXPORT", label="Liste", rows=501)
    (alert,) = alerts(NOON + timedelta(hours=1))
    assert alert.reasons == ("61 fiches ouvertes dans la journée", "501 lignes exportées")


def test_the_direction_follows_an_alert_to_its_lines(client_for, reader, world):
    write(reader, clock.now().replace(hour=2), subject=world.person, label="De nuit")
    client = client_for(factories.make_user(Role.DIRECTOR, "*"))
    page = client.get(reverse("admin:audit_accessrecord_alerts")).content.decode()
    assert "Aïssata Bonnard" in page
    (alert,) = alerts(clock.now() + timedelta(days=1))
    log = reverse("admin:audit_accessrecord_changelist")
    assert "De nuit" in client.get(f"{log}?{alert.query}").content.decode()


def test_alerts_cost_the_same_whatever_the_volume(reader, world, query_count):
    with query_count() as few:
        alerts(NOON)
    for _ in range(50):
        write(reader, NOON - timedelta(hours=1), subject=world.person)
    with query_count() as many:
        alerts(NOON)
    assert few.value == many.value


def test_a_day_of_reconciling_is_ordinary(reader):
    """Lines of the bank are a queue worked through, not people's files; many more are told."""
    kind = ContentType.objects.get_for_model(BankLine)

    def read(*lines):
        with mock.patch.object(timezone, "now", return_value=NOON):
            AccessRecord.objects.bulk_create(
                AccessRecord(user=reader, action="VIEW", content_type=kind, object_id=line)
                for line in lines
            )

    read(*range(1, 301), *range(1, 301))
    assert alerts(NOON + timedelta(hours=1)) == []
    read(*range(301, 1002))
    (alert,) = alerts(NOON + timedelta(hours=1))
    assert alert.reasons == ("1001 lignes de relevé ouvertes dans la journée",)
