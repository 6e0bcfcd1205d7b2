"""The pages of the CAFs: files brought, lines named, statements tied and taken back."""

from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core.periods import Month
from caracol.jobs.models import Job
from caracol.jobs.services import run_now
from payments.enums import CafState
from payments.models import CafLayout, CafLine, CafOffice, CafStatement
from payments.services import caf_uploads
from tests import factories
from tests.payments.test_banking import entry as bank_entry
from tests.payments.test_caf import _association, bank, bill, imported, line, lodge, statement

__all__ = ["_association"]
D = Decimal
pytestmark = pytest.mark.django_db
LIST = "/caf/"
CREDIT = {"on": "2026-12-07", "text": "CAF 75 AIDES B202612-75", "payer": "CAF"}


@pytest.fixture
def actor():
    return factories.make_user()


@pytest.fixture
def page(client_for, actor):
    return client_for(actor)


@pytest.fixture
def contract():
    return lodge("Diallo", "Amina", "0123456")


def drop(page, *contents):
    """Drop files on the page."""
    files = [SimpleUploadedFile(f"f{rank}.csv", data) for rank, data in enumerate(contents)]
    return page.post(LIST, {"brought": files})


def test_a_file_dropped_leads_to_its_statement(page, contract):
    answer = drop(page, statement(line("0123456", "220.00"), line("9", "5.00")))
    found = CafStatement.objects.get()
    assert answer.headers["Location"] == reverse("payments:caf-detail", args=[found.pk])
    shown = page.get(answer.headers["Location"]).content.decode()
    assert "DIALLO Amina" in shown
    assert "à attribuer" in shown
    assert "à attribuer" in page.get(LIST).content.decode()


def test_several_files_each_say_what_became_of_them(page, contract):
    """One refused does not keep the others out."""
    good = statement(line("0123456", "220.00"))
    answer = drop(page, good, statement(line("0123456", "9.00"), number="X9", total="8.00"))
    assert answer.status_code == 422
    assert "écart" in answer.content.decode()
    assert CafStatement.objects.count() == 1


def test_an_unknown_layout_is_mapped_on_screen_and_remembered(page, contract):
    data = b"Dossier;Net;Periode\r\n123456;12,50;11/2026\r\n"
    asked = drop(page, data)
    assert asked.status_code == 422
    form = asked.context["form"]
    sent = {
        "content": form["content"].value(),
        "name": "f.csv",
        "col_number": "0",
        "col_amount": "1",
        "col_month_from": "2",
        "department": "75",
        "reference": "PAPIER-12",
        "paid_on": "2026-12-05",
    }
    answer = page.post(LIST, sent)
    assert answer.status_code == 302, answer.content.decode()
    assert CafLayout.objects.get().columns == {"number": 0, "amount": 1, "month_from": 2}
    assert CafStatement.objects.get().reference == "PAPIER-12"


def test_a_statement_is_typed_in(page, contract):
    sent = {
        "department": "75", "reference": "P1", "paid_on": "2026-12-05", "total": "220,00",
        "l-TOTAL_FORMS": "8", "l-INITIAL_FORMS": "0",
        "l-0-number": "123456", "l-0-month_from": "2026-11", "l-0-nature": "CURRENT",
        "l-0-amount": "220,00",
        **{f"l-{rank}-nature": "CURRENT" for rank in range(1, 8)},
    }  # fmt: skip
    assert page.get("/caf/saisir/").status_code == 200
    assert page.post("/caf/saisir/", sent | {"total": "221,00"}).status_code == 422
    answer = page.post("/caf/saisir/", sent)
    assert answer.status_code == 302, (
        answer.context["form"].errors,
        answer.context["lines"].errors,
    )
    assert CafLine.objects.get().contract == contract


def typed(count=8, **facts):
    """What the typing page sends, with one line filled."""
    return {
        "department": "75", "reference": "P1", "paid_on": "2026-12-05", "total": "220,00",
        "l-TOTAL_FORMS": str(count), "l-INITIAL_FORMS": "0",
        "l-0-number": "123456", "l-0-month_from": "2026-11", "l-0-nature": "CURRENT",
        "l-0-amount": "220,00",
        **{f"l-{rank}-nature": "CURRENT" for rank in range(1, count)},
        **facts,
    }  # fmt: skip


def test_lines_are_added_and_all_that_was_typed_stays(page, contract):
    """Without a script: another submit of the same form; the first new line has the focus."""
    sent = typed(**{"l-7-amount": "pas un montant", "total": "", "ajouter": "1"})
    shown = page.post("/caf/saisir/", sent)
    assert shown.status_code == 200
    lines = shown.context["lines"]
    assert (lines.total_form_count(), lines.initial_form_count()) == (13, 0)
    assert lines.forms[0]["number"].value() == "123456"
    assert lines.forms[7]["amount"].value() == "pas un montant"
    text = shown.content.decode()
    assert "field-error" not in text
    assert text.count("autofocus") == 1
    assert "autofocus" in str(lines.forms[8]["number"])
    assert not CafStatement.objects.exists()
    saved = page.post("/caf/saisir/", typed(13, **{"l-12-number": "9", "total": "225,00",
        "l-12-month_from": "2026-11", "l-12-amount": "5,00"}))  # fmt: skip
    assert saved.status_code == 302
    assert CafStatement.objects.get().lines.count() == 2


@pytest.mark.parametrize("count", ["200", "100000", "", "-3", "x", "9" * 5000])
def test_lines_asked_for_have_a_limit(page, count):
    shown = page.post("/caf/saisir/", typed() | {"ajouter": "1", "l-TOTAL_FORMS": count})
    assert shown.status_code == 200
    assert shown.context["lines"].total_form_count() <= 200


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "le total est juste"),
        ({"total": "221,00"}, "le total ne correspond pas"),
        ({"total": ""}, "1 ligne, 220,00"),
        ({"l-1-amount": "20", "l-1-nature": "RECOVERY", "total": "200"}, "le total est juste"),
    ],
)
def test_the_sum_of_what_is_typed_is_said_on_the_way(page, facts, said):
    sent = page.post("/caf/saisir/?essai=1", typed(**facts), headers={"HX-Request": "true"})
    assert said in sent.content.decode()
    assert "<form" not in sent.content.decode()


def test_wrong_lines_are_named_at_the_top(page):
    shown = page.post("/caf/saisir/", typed(**{"l-2-number": "7", "l-4-amount": "3"}))
    assert shown.status_code == 422
    assert "Vérifiez les lignes 3, 5." in shown.content.decode()


def test_what_is_to_be_done_is_one_filter(page, actor, contract):
    imported(statement(line("123456", "1.00"), number="A1234567"), actor)
    imported(statement(line("9", "1.00"), number="B1234567"), actor)
    shown = page.get(LIST, {"etat": "a-traiter"}).context["lines"]
    assert [one.statement.reference for one in shown] == ["B1234567"]


def test_a_line_is_named_looked_at_and_put_back(page, actor, contract):
    imported(statement(line("77", "50.00", name="DIALLO", first="AMINA")), actor)
    held = CafLine.objects.get()
    url = reverse("payments:caf-name", args=[held.pk])
    assert "nom et prénom" in page.get(url).content.decode()
    assert contract.number in page.get(url, {"q": "diallo"}).content.decode()
    page.post(url, {"contrat": contract.number})
    assert CafLine.objects.get().contract == contract
    page.post(reverse("payments:caf-review", args=[held.pk]))
    assert CafLine.objects.get().reviewed_by == actor
    page.post(reverse("payments:caf-unname", args=[held.pk]))
    assert CafLine.objects.get().contract is None


def test_a_held_statement_is_posted_with_the_credits_chosen(page, actor, contract):
    bank(bank_entry("200.00", **CREDIT), bank_entry("20.00", on="2026-12-08", text="CAF 75"))
    imported(statement(line("123456", "220.00")), actor)
    found = CafStatement.objects.get()
    assert found.state == CafState.HELD
    shown = page.get(reverse("payments:caf-detail", args=[found.pk]))
    credits = [str(one.pk) for one in shown.context["shown"].credits]
    page.post(reverse("payments:caf-settle", args=[found.pk]), {"credits": credits})
    found.refresh_from_db()
    assert (found.state, found.ties.count()) == (CafState.POSTED, 2)
    page.post(reverse("payments:caf-reverse", args=[found.pk]), {"reason": "erreur"})
    found.refresh_from_db()
    assert found.state == CafState.REVERSED


def test_posting_without_a_credit_asks_why(page, actor, contract):
    bank(bank_entry("12.00", on="2026-12-07", text="VIREMENT"))
    imported(statement(line("123456", "220.00")), actor)
    found = CafStatement.objects.get()
    url = reverse("payments:caf-force", args=[found.pk])
    assert page.get(url).status_code == 200
    page.post(url, {"reason": "vu sur l'autre compte"})
    found.refresh_from_db()
    assert found.state == CafState.POSTED


def test_gaps_are_listed_first_and_exported(page, actor, contract):
    contract.terms.update(expected_aid=D("220.00"))
    other = lodge("Keita", "Oumar", "777")
    other.terms.update(expected_aid=D("100.00"))
    bill(actor, "2026-11")
    imported(statement(line("123456", "220.00")), actor)
    month = Month(2026, 11)
    shown = page.get(reverse("payments:caf-expected", args=[month]))
    rules = [one.rule for one in shown.context["lines"]]
    assert rules[-1] == "received"
    assert len(rules) == 2
    only = page.get(reverse("payments:caf-expected", args=[month]), {"etat": "received"})
    assert [one.label.number for one in only.context["lines"]] == [contract.number]
    file = page.get(reverse("payments:caf-expected-export", args=[month]), {"format": "csv"})
    assert "Keita".upper() in file.content.decode()


def test_a_caf_of_another_territory_is_refused(client_for, contract):
    """Nothing is kept of it."""
    elsewhere = client_for(factories.make_user(Role.GLA_MANAGER, "HDF"))
    answer = drop(elsewhere, statement(line("123456", "220.00")))
    assert "hors de votre territoire" in answer.content.decode()
    assert not CafStatement.objects.exists()


def test_accounting_reads_no_recipient_number(client_for, actor, contract):
    imported(statement(line("123456", "220.00")), actor)
    reader = client_for(factories.make_user(Role.ACCOUNTANT))
    url = reverse("payments:caf-detail", args=[CafStatement.objects.get().pk])
    shown = reader.get(url).content.decode()
    assert "DIALLO Amina" in shown
    assert "123456" not in shown


def test_where_to_write_to_a_caf_is_kept(page, actor, contract):
    imported(statement(line("123456", "220.00")), actor)
    office = CafOffice.objects.get()
    sent = {"name": "CAF de Paris", "address": "50 rue Exemple", "postcode": "75015",
            "city": "Paris", "landlord_number": "0012345"}  # fmt: skip
    page.post(reverse("payments:caf-office", args=[office.pk]), sent)
    office.refresh_from_db()
    assert office.city == "Paris"


def test_a_page_of_many_statements_asks_as_little(
    page, actor, contract, django_assert_max_num_queries
):
    for rank in range(3):
        imported(statement(line("123456", "1.00"), number=f"N{rank}"), actor)
    with django_assert_max_num_queries(40):
        page.get(LIST)


def test_a_great_statement_is_imported_by_a_job(page, actor, contract, monkeypatch):
    monkeypatch.setattr("payments.views.caf.AT_ONCE", 10)
    answer = drop(page, statement(line("0123456", "220.00"), line("9", "5.00")))
    job = Job.objects.get(kind=caf_uploads.IMPORT)
    assert answer.headers["Location"] == reverse("jobs:job-detail", args=[job.pk])
    assert not CafStatement.objects.exists()
    done = run_now(job)
    assert "1 inscrites, 1 à attribuer" in done.result["message"]
    found = CafStatement.objects.get()
    assert (
        reverse("payments:caf-detail", args=[found.pk])
        in page.get(answer.headers["Location"]).content.decode()
    )
    assert not default_storage.exists(job.payload["path"])


def test_a_great_statement_of_another_territory_is_refused_by_the_job(client_for, monkeypatch):
    monkeypatch.setattr("payments.views.caf.AT_ONCE", 10)
    drop(client_for(factories.make_user(territory="HDF")), statement(line("1", "2.00")))
    job = run_now(Job.objects.get(kind=caf_uploads.IMPORT))
    assert job.is_stopped
    assert "hors de votre territoire" in job.error
    assert not CafStatement.objects.exists()
