"""A workbook sent, checked, confirmed and shown through the browser."""

import io

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import PAGES
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.takeover import files
from caracol.takeover.models import RunState, TakeoverRun
from caracol.takeover.reader import read_workbook
from caracol.takeover.services import preview_workbook
from caracol.takeover.sheets import SHEETS
from residents.models import Contract, Person
from tests.factories import EVERYWHERE, make_home, make_user
from tests.helpers.samples import sample
from tests.takeover.workbooks import changed, file_of, small_book

pytestmark = pytest.mark.django_db
UPLOAD, MODEL = "/reprise/", "/reprise/modele.xlsx"


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return tmp_path


@pytest.fixture
def director():
    return make_user(Role.DIRECTOR, EVERYWHERE)


@pytest.fixture
def browser_of(client_for):
    return client_for


def send(client, stream, name="reprise.xlsx"):
    file = SimpleUploadedFile(name, stream.read())
    return client.post(UPLOAD, {"workbook": file}, follow=True)


def text(response):
    return " ".join(response.content.decode().split())


def test_a_right_workbook_is_previewed_confirmed_and_shown(client_for, director):
    client = client_for(director)
    page = send(client, file_of())
    run = TakeoverRun.objects.get()
    assert (run.state, Contract.objects.count()) == (RunState.PREVIEWED, 0)
    assert default_storage.exists(run.file.name)
    assert "Confirmer la reprise" in text(page)
    assert "R1 · Diallo Amina" in text(page)
    page = client.post(reverse("takeover:confirm", args=[run.pk]), follow=True)
    assert "Tout le classeur est dans Caracol" in text(page)
    assert "identiques au centime" in text(page)
    assert Contract.objects.count() == 2
    run.refresh_from_db()
    assert (run.state, run.file.name, "difference" in run.report) == ("ABANDONED", "", False)
    assert TakeoverRun.objects.get(state=RunState.DONE).actor == director


def test_no_file_is_left_once_confirmed_or_abandoned(client_for, director, private_files):
    client = client_for(director)
    send(client, file_of())
    send(client, file_of(Residents_0_nom="Autre"))
    run = TakeoverRun.objects.get(state=RunState.PREVIEWED)
    assert len([path for path in private_files.rglob("*") if path.is_file()]) == 1
    client.post(reverse("takeover:abandon", args=[run.pk]))
    assert [path for path in private_files.rglob("*") if path.is_file()] == []
    page = client.post(reverse("takeover:confirm", args=[run.pk]), follow=True)
    assert "n&#x27;est plus valable" in text(page)
    assert Contract.objects.count() == 0


def test_confirming_twice_changes_nothing_more(client_for, director):
    client = client_for(director)
    send(client, file_of())
    run = TakeoverRun.objects.get()
    for _ in range(2):
        client.post(reverse("takeover:confirm", args=[run.pk]))
    assert Contract.objects.count() == 2


def test_the_errors_are_shown_sheet_by_sheet_and_as_a_list(client_for, director, private_files):
    client = client_for(director)
    page = send(client, io.BytesIO(sample("reprise-avec-erreurs.xlsx").read_bytes()))
    assert "10 erreurs dans 4 feuilles" in text(page)
    assert "Confirmer la reprise" not in text(page)
    run = TakeoverRun.objects.get()
    assert (run.state, run.file.name) == (RunState.REFUSED, "")
    listed = client.get(reverse("takeover:errors", args=[run.pk]))
    rows = list(
        openpyxl.load_workbook(io.BytesIO(listed.content)).active.iter_rows(values_only=True)
    )
    assert rows[1][:4] == ("Sites", 3, "territoire", "F3")
    assert sum(row[4] == "erreur" for row in rows) == 10
    assert AccessRecord.objects.get().rows == len(rows) - 1


def test_another_workbook_shows_old_and_new(client_for, director):
    client = client_for(director)
    send(client, file_of())
    client.post(reverse("takeover:confirm", args=[TakeoverRun.objects.get().pk]))
    page = text(send(client, file_of(Residents_0_nom="Diallo-Martin")))
    assert "<del>Diallo</del>" in page
    assert "<ins>Diallo-Martin</ins>" in page
    assert "1 ligne sera modifiée" in page


def test_the_same_workbook_again_has_nothing_to_confirm(client_for, director):
    client = client_for(director)
    send(client, file_of())
    client.post(reverse("takeover:confirm", args=[TakeoverRun.objects.get().pk]))
    assert "Rien à reprendre" in text(send(client, file_of()))


def test_a_balance_already_posted_is_refused_in_words(client_for, director):
    client = client_for(director)
    send(client, file_of())
    client.post(reverse("takeover:confirm", args=[TakeoverRun.objects.get().pk]))
    page = text(send(client, file_of(Soldes_0_solde_du=99)))
    assert "ne peut pas être repris" in page
    assert "Confirmer la reprise" not in page


def test_what_has_changed_since_the_preview_is_not_confirmed(client_for, director):
    client = client_for(director)
    send(client, file_of())
    run = TakeoverRun.objects.get()
    Person.objects.create(reference="R1", last_name="Autre", first_name="A", search_key="autre a")
    page = client.post(reverse("takeover:confirm", args=[run.pk]), follow=True)
    assert "a changé depuis" in text(page)
    assert Contract.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"nom;prenom", b"PK\x03\x04"])
def test_what_is_no_workbook_is_said_by_the_form(client_for, director, content):
    page = client_for(director).post(UPLOAD, {"workbook": SimpleUploadedFile("a.xlsx", content)})
    assert page.status_code == 422
    assert "error-summary" in text(page)
    assert not TakeoverRun.objects.exists()


def test_a_file_too_heavy_is_said_by_the_form(client_for, director, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE", 1000)
    page = client_for(director).post(
        UPLOAD, {"workbook": SimpleUploadedFile("a.xlsx", b"PK" * 2000)}
    )
    assert page.status_code == 422
    assert "Ce fichier pèse" in text(page)


def test_a_file_of_300_megabytes_is_neither_kept_nor_read(client_for, director, monkeypatch):
    monkeypatch.setattr("caracol.core.uploads.MAX_UPLOAD", 1000)
    monkeypatch.setattr("caracol.takeover.forms.MAX_UPLOAD", 1000)
    monkeypatch.setattr(files, "MAX_FILE", 1000)
    file = SimpleUploadedFile("a.xlsx", b"PK" * 2000)
    page = client_for(director).post(UPLOAD, {"workbook": file})
    assert page.status_code == 422
    assert not page.wsgi_request.FILES
    assert "Ce fichier pèse" in text(page)


def test_a_form_sent_without_file_says_so(client_for, director):
    page = client_for(director).post(UPLOAD)
    assert page.status_code == 422
    assert "error-summary" in text(page)


def test_a_manager_of_one_territory_does_not_take_over_another(client_for):
    book = changed(Sites_0_territoire="HDF", Sites_0_code_postal="59000")
    page = client_for(make_user(territory="IDF")).post(
        UPLOAD, {"workbook": SimpleUploadedFile("a.xlsx", file_of(book).read())}
    )
    assert page.status_code == 422
    assert "demandez à la direction" in text(page)
    assert send(client_for(make_user(territory="IDF")), file_of()).status_code == 200


def test_a_run_is_seen_by_who_made_it_and_by_the_director(client_for, director):
    run = preview_workbook(
        workbook=file_of(), name="a.xlsx", actor=make_user(), today=clock.today()
    )
    address = reverse("takeover:preview", args=[run.pk])
    assert client_for(director).get(address).status_code == 200
    assert client_for(run.actor).get(address).status_code == 200
    assert client_for(make_user()).get(address).status_code == 404


@pytest.mark.parametrize("role", Role.values)
def test_who_may_take_over(client_for, role):
    client = client_for(make_user(role, EVERYWHERE))
    expected = 200 if role in PAGES["takeover:upload"] else 403
    assert client.get(UPLOAD).status_code == expected
    assert client.get(MODEL).status_code == expected


def test_the_pages_make_as_many_queries_for_many_rows_as_for_few(client_for, director, query_count):
    client, counts = client_for(director), []
    for stream in (file_of(), io.BytesIO(sample("reprise.xlsx").read_bytes())):
        send(client, stream)
        run = TakeoverRun.objects.get(state=RunState.PREVIEWED)
        with query_count() as counted:
            client.get(reverse("takeover:preview", args=[run.pk]))
        counts.append(counted.value)
    assert counts[0] == counts[1]


# --- The blank model -----------------------------------------------------------------------------
def blank(client):
    response = client.get(MODEL)
    assert response["Content-Disposition"] == 'attachment; filename="modele-reprise.xlsx"'
    return io.BytesIO(response.content)


def test_the_blank_model_has_headings_notes_lists_and_an_example(client_for, director):
    workbook = openpyxl.load_workbook(blank(client_for(director)))
    assert workbook.sheetnames == ["Lisez-moi", *(sheet.name for sheet in SHEETS)]
    for sheet in SHEETS:
        page = workbook[sheet.name]
        assert [cell.value for cell in page[1]] == [column.name for column in sheet.columns]
        assert all(cell.comment for cell in page[1])
        assert page["A2"].value.startswith("EXEMPLE : ")
    lists = [rule.formula1 for rule in workbook["Sites"].data_validations.dataValidation]
    assert '"ARA,GES,HDF,IDF,OCC"' in lists


def test_the_blank_model_sent_as_it_is_has_only_empty_sheets(client_for, director):
    _book, found = read_workbook(blank(client_for(director)))
    assert {one.why.rpartition(" n'a ")[2] for one in found.errors} == {"aucune ligne."}


def test_the_blank_model_filled_is_a_right_workbook(client_for, director):
    client = client_for(director)
    workbook = openpyxl.load_workbook(blank(client))
    for name, rows in small_book().items():
        headings = [cell.value for cell in workbook[name][1]]
        for number, row in enumerate(rows, start=3):
            for column, heading in enumerate(headings, start=1):
                workbook[name].cell(number, column).value = row.get(heading)
    stream = io.BytesIO()
    workbook.save(stream)
    stream.seek(0)
    assert "Confirmer la reprise" in text(send(client, stream))


def test_who_cannot_reach_every_territory_is_told_before_preparing_a_file(client_for):
    manager = make_user(Role.GLA_MANAGER, "IDF")
    client = client_for(manager)
    assert "Vérifier le classeur" in client.get(UPLOAD).content.decode()
    make_home("HDF")
    page = client.get(UPLOAD).content.decode()
    assert "La direction fait la reprise" in page
    assert "Vérifier le classeur" not in page
