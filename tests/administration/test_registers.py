"""Registers go out to a file and come back: checked line by line, all or nothing."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.parameters.models import IndexValue, Parameter
from colocations.models import Owner, Room, Site
from tests import factories

pytestmark = pytest.mark.django_db
ROOMS = "/admin/colocations/room/"
HEADINGS = ["Colocation", "Numéro", "Redevance mensuelle", "Ouverte le"]


@pytest.fixture
def client(client_for):
    return client_for(factories.make_user(Role.DIRECTOR, "*"))


@pytest.fixture
def home():
    return factories.make_home(code="TIL", rooms=1)


def csv_file(*rows, name="registre.csv", headings=HEADINGS):
    text = "\r\n".join(";".join(map(str, row)) for row in (headings, *rows))
    return SimpleUploadedFile(name, text.encode("utf-8-sig"), "text/csv")


def xlsx_file(*rows, headings=HEADINGS):
    book, stream = Workbook(), io.BytesIO()
    for row in (headings, *rows):
        book.active.append(list(row))
    book.save(stream)
    return SimpleUploadedFile("registre.xlsx", stream.getvalue())


def send(client, file, path=ROOMS):
    return client.post(f"{path}import/", {"table": file})


def confirm(client, answer, path=ROOMS):
    return client.post(f"{path}import/", {"kept": answer.context["kept"]}, follow=True)


def faults(answer):
    return [(f.line, f.heading, f.message) for f in answer.context["reading"].faults]


def test_a_file_is_looked_at_then_taken(client, home):
    answer = send(client, csv_file(("TIL", "1", "195,50", ""), ("TIL", "2", "1 180", "01/02/2026")))
    assert answer.status_code == 200
    assert [plan.act for plan in answer.context["reading"].plans] == ["update", "new"]
    assert Room.objects.filter(number="2").count() == 0
    done = confirm(client, answer).content.decode()
    assert "1 ajoutées, 1 modifiées, 0 inchangées" in done
    assert Room.objects.get(number="2").opens_on == date(2026, 2, 1)
    assert str(Room.objects.get(number="1").fee) == "195.50"


def test_one_wrong_line_and_nothing_is_taken(client, home):
    answer = send(
        client,
        csv_file(
            ("TIL", "1", "195,50", ""),
            ("NULLE", "2", "200", ""),
            ("TIL", "3", "cher", "31/02/2026"),
            ("TIL", "4", "-5", ""),
        ),
    )
    assert answer.status_code == 422
    assert answer.context["kept"] == ""
    found = faults(answer)
    assert (
        3,
        "",
        "Aucun colocation « NULLE ». Corrigez, ou importez d'abord le registre qui le crée.",
    ) in found
    assert any(line == 4 and "« cher » n'est pas un nombre" in said for line, _h, said in found)
    assert any(line == 4 and "31/12/2026" in said for line, _h, said in found)
    assert any(line == 5 and "négatifs" in said for line, _h, said in found)
    assert str(Room.objects.get().fee) == "180.00"


def test_columns_are_known_by_name_in_any_order(client, home):
    answer = send(
        client, xlsx_file((190, "TIL", 1), headings=["REDEVANCE MENSUELLE", "colocation", "numero"])
    )
    assert [plan.act for plan in answer.context["reading"].plans] == ["update"]


def test_columns_missing_unknown_or_double_are_said(client, home):
    answer = send(
        client, csv_file(("TIL", "bleue", "1"), headings=["Colocation", "Couleur", "Numéro"])
    )
    said = {(heading, message[:20]) for _line, heading, message in faults(answer)}
    assert {heading for heading, _m in said} == {"Couleur", "Redevance mensuelle"}
    double = send(client, csv_file(("TIL", "1", "180", ""), ("TIL", "1", "190", "")))
    assert "La ligne 2 parle déjà de la même chose" in faults(double)[0][2]


def test_the_same_file_again_changes_nothing(client, home):
    row = ("TIL", "1", "180,00", "")
    answer = send(client, csv_file(row))
    assert [plan.act for plan in answer.context["reading"].plans] == ["skip"]


def test_what_is_confirmed_is_what_was_shown(client, client_for, home):
    answer = send(client, csv_file(("TIL", "2", "200", "")))
    kept = answer.context["kept"]
    forged = client.post(f"{ROOMS}import/", {"kept": kept[:-3] + "abc"}, follow=True)
    assert "trop ancien" in forged.content.decode()
    other = client_for(factories.make_user(Role.DIRECTOR, "*"))
    assert (
        "trop ancien" in other.post(f"{ROOMS}import/", {"kept": kept}, follow=True).content.decode()
    )
    assert Room.objects.count() == 1


def test_what_changed_in_between_is_refused_whole(client, home):
    answer = send(client, csv_file(("TIL", "2", "200", ""), ("TIL", "3", "200", "")))
    home.code = "AUTRE"
    home.save()
    after = client.post(f"{ROOMS}import/", {"kept": answer.context["kept"]})
    assert after.status_code == 422
    assert Room.objects.count() == 1


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "x")
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    return SimpleUploadedFile("bombe.xlsx", stream.getvalue())


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken"), "abîmé"),
        (SimpleUploadedFile("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "ancien classeur .xls"),
        (SimpleUploadedFile("a.exe", b"MZ"), ".xlsx ou .csv, rien d"),
        (SimpleUploadedFile("a.csv", b""), "vide"),
        (SimpleUploadedFile("a.csv", b"x" * 2_200_000), "dépasse 2 Mo"),
        (csv_file(*[("TIL", n, 1, "") for n in range(2001)]), "plus de 2000 lignes"),
    ],
)
def test_files_that_are_no_register_are_refused_in_words(client, home, file, words):
    answer = send(client, file)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_bomb_is_not_opened(client, home):
    assert "beaucoup trop de données" in send(client, bomb()).content.decode()


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_goes_out_comes_back_unchanged_and_is_no_formula(client, form):
    names = ["=cmd()", "+33 1", "-1", "@x", "==y", "Régie d'Île-de-France"]
    for name in names:
        Owner.objects.create(name=name, email="a@example.org")
    out = client.get("/admin/colocations/owner/export/", {"format": form})
    if form == "xlsx":
        sheet = load_workbook(io.BytesIO(out.content)).active
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    file = SimpleUploadedFile(f"retour.{form}", out.content)
    answer = send(client, file, "/admin/colocations/owner/")
    assert answer.status_code == 200, faults(answer)
    assert {plan.act for plan in answer.context["reading"].plans} == {"skip"}
    record = AccessRecord.objects.get(action="EXPORT")
    assert record.rows == len(names)


def test_an_export_keeps_what_the_list_filters(client):
    factories.make_site("IDF", code="S-IDF")
    factories.make_site("HDF", code="S-HDF")
    territory = Site.objects.get(code="S-HDF").territory_id
    out = client.get(
        "/admin/colocations/site/export/", {"format": "csv", "territory__id__exact": territory}
    )
    assert "S-HDF" in out.content.decode("utf-8-sig")
    assert "S-IDF" not in out.content.decode("utf-8-sig")


def test_the_blank_model_has_the_headings(client):
    out = client.get(f"{ROOMS}export/", {"modele": 1, "format": "xlsx"})
    sheet = load_workbook(io.BytesIO(out.content)).active
    assert [cell.value for cell in sheet[1]][:2] == ["Colocation", "Numéro"]
    assert sheet.max_row == 1


def test_values_of_rules_close_the_ones_before(client):
    headings = ["Clé", "Valeur", "Valable du", "Source"]
    path = "/admin/parameters/parameter/"
    rows = [("conciliation.threshold", "6000.00", "01/01/2030", "Décret")]
    answer = send(client, csv_file(*rows, headings=headings), path)
    assert [plan.act for plan in answer.context["reading"].plans] == ["new"], faults(answer)
    confirm(client, answer, path)
    first, second = Parameter.objects.filter(key="conciliation.threshold").order_by("valid_from")
    assert (first.valid_to, second.valid_to) == (date(2029, 12, 31), None)
    wrong = [("conciliation.threshold", "1", "01/01/2020", "Décret")]
    assert (
        "corrigez-la sur sa page"
        in faults(send(client, csv_file(*wrong, headings=headings), path))[0][2]
    )


def test_the_index_comes_from_a_file(client):
    headings = ["Année", "Trimestre", "Indice", "Source"]
    path = "/admin/parameters/indexvalue/"
    answer = send(client, csv_file((2026, 3, "149,10", "INSEE"), headings=headings), path)
    confirm(client, answer, path)
    assert IndexValue.objects.get(year=2026, quarter=3).value.as_tuple() == (0, (1, 4, 9, 1, 0), -2)


def test_the_history_says_who_imported(client, home):
    confirm(client, send(client, csv_file(("TIL", "9", "150", ""))))
    event = Room.pgh_event_model.objects.filter(number="9").get()
    assert event.pgh_context.metadata["act"] == "register.imported"
    assert event.pgh_context.metadata["user"]


def test_a_line_costs_its_own_queries_and_no_more(client, home, query_count):
    with query_count() as few:
        send(client, csv_file(("TIL", "A1", 100, ""), ("TIL", "A2", 100, "")))
    with query_count() as many:
        send(client, csv_file(*[("TIL", f"B{n}", 100, "") for n in range(40)]))
    # A line costs its savepoint, its checks of uniqueness and its row: nothing is read again.
    assert (many.value - few.value) / 38 <= 6
