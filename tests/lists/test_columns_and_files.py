"""Columns, order, sizes of page, and files that follow them; large ones are told."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.services import system_user
from caracol.audit.models import AccessRecord
from caracol.jobs import services as jobs
from caracol.jobs.models import Job
from caracol.lists.definition import list_of
from caracol.lists.models import ExportNote, ListExport
from caracol.lists.services import exporting
from tests import factories

pytestmark = pytest.mark.django_db
CONTRACTS, CONTRACT_EXPORT = "residents:contract-list", "residents:contract-export"
ATTACKS = ["=1+1", "+33 6", "-2", "@SUM(A1)", "\t=1", "＝1"]


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def manager():
    """The manager of Île-de-France."""
    return factories.make_user(Role.GLA_MANAGER, "IDF")


def headings(client, name=CONTRACTS, **query):
    table = client.get(reverse(name), query).context["table"]
    return [column.name for column in table.columns if column.name != "select"]


def sheet(response):
    content = response.getvalue()
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [list(row) for row in rows]


def test_columns_are_those_of_the_address_in_its_order(client_for, manager):
    """The fixed one stays; unknown ones are left out; none asked for, the list's own."""
    factories.make_contract()
    client = client_for(manager)
    assert headings(client, cols="balance,number,nonsense,state") == ["balance", "number", "state"]
    assert headings(client, cols="state") == ["number", "state"]
    assert headings(client, cols="nonsense") == headings(client)


def test_a_column_without_right_is_not_there(client_for):
    """Whatever the address says, in the page and in the file."""
    officer = factories.make_user(Role.MISSION_OFFICER, "IDF")
    factories.make_contract(factories.make_room(factories.make_home("IDF", officer=officer)))
    client = client_for(officer)
    assert headings(client, cols="number,balance,fee,insurance,people") == ["number", "people"]
    assert client.get(reverse(CONTRACT_EXPORT)).status_code == 403


def test_a_file_follows_columns_and_order(client_for, manager):
    """The same columns, the same rows, the same order as on the screen."""
    home = factories.make_home("IDF")
    numbers = [factories.make_contract(factories.make_room(home)).number for _ in range(3)]
    client = client_for(manager)
    query = {"cols": "number,payment_method", "sort": "-number"}
    rows = sheet(client.get(reverse(CONTRACT_EXPORT), query))
    assert rows[0] == ["Contrat", "Type", "Paie par"]
    assert [row[0] for row in rows[1:]] == sorted(numbers, reverse=True)
    everything = sheet(client.get(reverse(CONTRACT_EXPORT), query | {"toutes": "1"}))
    assert {"Solde", "Redevance", "Titulaires"} <= set(everything[0])
    assert len(everything[0]) == len(set(everything[0]))


@pytest.mark.parametrize("text", ATTACKS)
def test_no_name_becomes_a_formula(client_for, manager, text):
    """Excel reads a text; CSV carries an apostrophe."""
    factories.make_contract(None, factories.make_person(f"{text}x", "Ana"))
    client = client_for(manager)
    query = {"cols": "name"}
    content = client.get(reverse("residents:person-export"), query).getvalue()
    cell = openpyxl.load_workbook(io.BytesIO(content)).active["B2"]
    assert cell.data_type == "s"
    assert cell.value.startswith(text)
    answer = client.get(reverse("residents:person-export"), query | {"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][1].startswith(f"'{text}")


def test_a_file_is_written_in_the_register(client_for, manager):
    """One line, with how many rows left."""
    factories.make_contract()
    client_for(manager).get(reverse(CONTRACT_EXPORT))
    record = AccessRecord.objects.get()
    assert (record.action, record.rows, record.page) == ("EXPORT", 1, CONTRACT_EXPORT)


def test_a_long_list_is_made_in_a_job(client_for, manager, monkeypatch):
    """The browser follows it; the file is its author's alone, and the register has its line."""
    monkeypatch.setattr(exporting, "LARGE", 1)
    numbers = {factories.make_contract().number for _ in range(3)}
    client = client_for(manager)
    response = client.get(reverse(CONTRACT_EXPORT), {"cols": "number", "kind": "CRT"})
    job = Job.objects.get(kind=exporting.EXPORT)
    assert response.url == reverse("jobs:job-detail", args=[job.pk])
    assert not AccessRecord.objects.exists()
    assert jobs.run_now(job).is_over
    wanted = ListExport.objects.get()
    assert wanted.rows == 3
    url = reverse("lists:export-download", args=[wanted.pk])
    rows = list(openpyxl.load_workbook(io.BytesIO(client.get(url).getvalue())).active.values)
    assert {row[0] for row in rows[1:]} == numbers
    other = factories.make_user(Role.GLA_MANAGER, "IDF")
    assert client_for(other).get(url).status_code == 404
    assert AccessRecord.objects.get(action="EXPORT").rows == 3


def test_a_job_looks_at_the_rights_of_the_moment(client_for, manager, monkeypatch):
    """A right withdrawn meanwhile: no file."""
    monkeypatch.setattr(exporting, "LARGE", 0)
    factories.make_contract()
    client = client_for(manager)
    client.get(reverse(CONTRACT_EXPORT))
    manager.memberships.all().delete()
    jobs.run_now(Job.objects.get(kind=exporting.EXPORT))
    assert not ListExport.objects.get().file
    assert not AccessRecord.objects.exists()


def test_the_direction_takes_note_of_large_exports(client_for, manager, monkeypatch):
    """A line of the day until somebody notes it; a list of homes is none of that."""
    monkeypatch.setattr(exporting, "MANY_PEOPLE", 1)
    factories.make_home("IDF")
    for _ in range(2):
        factories.make_contract()
    client = client_for(manager)
    for name in (CONTRACT_EXPORT, "colocations:room-export"):
        client.get(reverse(name))
    assert client.get(reverse("lists:export-list")).status_code == 403
    director = client_for(factories.make_user(Role.DIRECTOR, "*"))
    assert "Grands exports à noter" in director.get("/").content.decode()
    record = AccessRecord.objects.get(page=CONTRACT_EXPORT)
    assert exporting.large_exports().get() == record
    director.post(reverse("lists:export-note", args=[record.pk]))
    assert ExportNote.objects.get().record == record
    assert "Grands exports à noter" not in director.get("/").content.decode()
    assert "Grands exports à noter" not in client.get("/").content.decode()


def test_files_are_forgotten_after_some_days(client_for, manager, monkeypatch):
    """The row and the file go."""
    monkeypatch.setattr(exporting, "LARGE", 0)
    factories.make_contract()
    client_for(manager).get(reverse(CONTRACT_EXPORT))
    jobs.run_now(Job.objects.get(kind=exporting.EXPORT))
    wanted = ListExport.objects.get()
    assert exporting.forget_old_exports(now=wanted.requested_at) == 0
    assert exporting.forget_old_exports(now=wanted.requested_at + exporting.KEPT * 2) == 1
    assert not wanted.file.storage.exists(wanted.file.name)
    assert system_user()


@pytest.mark.parametrize(("size", "shown"), [("25", 25), ("", 50), ("7", 50), ("100", 60)])
def test_pages_have_the_size_one_chooses(client_for, manager, size, shown):
    """Past the end, the last page."""
    home = factories.make_home("IDF")
    for _ in range(60):
        factories.make_contract(factories.make_room(home))
    client = client_for(manager)
    page = client.get(reverse(CONTRACTS), {"per_page": size}).context["table"].page
    assert len(page.object_list) == shown
    last = client.get(reverse(CONTRACTS), {"per_page": size, "page": "99"}).context["table"].page
    assert last.number == last.paginator.num_pages


@pytest.mark.parametrize(
    "name", [CONTRACTS, "residents:person-list", "colocations:room-list", "colocations:home-list"]
)
def test_the_number_of_queries_does_not_follow_the_number_of_rows(
    client_for, manager, query_count, name
):
    """Two rows or twenty, with every column: the same queries."""
    home = factories.make_home("IDF")
    every = ",".join(column.key for column in list_of(name).columns)
    mixed = factories.make_user(Role.MISSION_OFFICER, "IDF")
    factories.grant(user=mixed, role=Role.GLA_MANAGER, territory=factories.make_territory("HDF"))
    home.mission_officer = mixed
    home.save()
    counts = {manager: [], mixed: []}
    for wanted in (2, 18):
        for _number in range(wanted):
            contract = factories.make_contract(factories.make_room(home))
            factories.make_insurance(contract)
            factories.make_notice(contract)
        for user, seen in counts.items():
            client = client_for(user)
            client.get(reverse(name), {"cols": every})
            with query_count() as counted:
                client.get(reverse(name), {"cols": every})
            seen.append(counted.value)
    for seen in counts.values():
        assert seen[0] == seen[1] <= 30
