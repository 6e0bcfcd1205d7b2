"""The pages of the bank: who sees which line, and what an unknown file asks for."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core.export import XLSX
from caracol.jobs.enums import JobState
from caracol.jobs.models import Job
from caracol.jobs.services import run_now
from payments.enums import BankLineState, PaymentMeans
from payments.models import BankAccount, BankLayout, BankLine, Reconciliation
from payments.services import bank_uploads
from payments.services.line_parts import LinePart
from payments.services.receiving import record_payment
from payments.services.reconciling import settle_line
from tests import factories
from tests.payments.lines import make_line

D = Decimal
UNKNOWN = "05/11/2026;VIREMENT UN;12,50;A1\n06/11/2026;VIREMENT DEUX;-3,20;A2\n"
KNOWN = "Date;Libellé;Montant\n05/11/2026;VIREMENT UN;12,50\n"


@pytest.fixture(autouse=True)
def _private_files(association, settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


def dropped(client, text, name="releve.csv"):
    file = SimpleUploadedFile(name, text.encode())
    return client.post("/banque/releves/", {"file": file})


def test_the_columns_of_an_unknown_file_are_said_once(client):
    client.force_login(factories.make_user())
    assert dropped(client, UNKNOWN).headers["Location"] == "/banque/releves/colonnes/"
    asked = client.get("/banque/releves/colonnes/")
    assert "VIREMENT UN" in asked.content.decode()
    columns = {"name": "Banque X", "booked": "0", "label": "1", "amount": "2", "reference": "3"}
    assert client.post("/banque/releves/colonnes/", columns).status_code == 302
    assert sorted(BankLine.objects.values_list("amount", flat=True)) == [D("-3.20"), D("12.50")]
    assert BankLayout.objects.get().name == "Banque X"
    later = UNKNOWN.replace("05/11", "07/11").replace("06/11", "08/11")
    assert dropped(client, later).headers["Location"] == "/banque/"
    assert BankLine.objects.count() == 4


def test_a_file_that_is_refused_says_why_and_leaves_nothing(client):
    client.force_login(factories.make_user())
    answer = dropped(client, "<?xml version='1.0'?><Document><CstmrPmtStsRpt/></Document>", "p.xml")
    assert answer.status_code == 422
    assert "pas un relevé" in answer.content.decode()
    assert not BankLine.objects.exists()


def test_a_line_of_another_territory_is_not_there(client):
    lille = factories.make_contract(factories.make_room(factories.make_home("HDF")))
    author = factories.make_user(territory="*")
    line = make_line(author, "20.00", on=date(2026, 11, 5), payer="QUELQU'UN")
    settle_line(
        line=line, parts=[LinePart(D("20.00"), lille)], actor=author, today=date(2026, 11, 24)
    )
    client.force_login(factories.make_user(territory="IDF"))
    assert client.get(f"/banque/{line.pk}/").status_code == 404
    assert "QUELQU" not in client.get("/banque/?etat=rapprochees").content.decode()


def test_accounting_reads_lines_and_decides_none(client):
    line = make_line(factories.make_user(), "20.00", on=date(2026, 11, 5))
    client.force_login(factories.make_user(Role.ACCOUNTANT, "*"))
    assert client.get(f"/banque/{line.pk}/").status_code == 200
    assert client.post(f"/banque/{line.pk}/hors-gestion/").status_code == 403
    assert not Reconciliation.objects.exists()


def test_a_held_line_is_taken_put_away_and_held_again(client):
    manager = factories.make_user()
    line = make_line(manager, "20.00", on=date(2026, 11, 5), state=BankLineState.HELD)
    client.force_login(manager)
    client.post(f"/banque/{line.pk}/retenue/", {"ecarter": "1"})
    line.refresh_from_db()
    assert line.state == BankLineState.DISCARDED
    client.post(f"/banque/{line.pk}/defaire/")
    client.post(f"/banque/{line.pk}/retenue/", {"prendre": "1"})
    line.refresh_from_db()
    assert (line.state, line.entry.date) == (BankLineState.TO_SETTLE, date(2026, 11, 5))


def test_the_list_reads_as_often_for_twenty_lines_as_for_two(client, django_assert_max_num_queries):
    manager = factories.make_user()
    for number in range(1, 21):
        make_line(manager, f"{number}.00", on=date(2026, 11, 5))
    client.force_login(manager)
    with django_assert_max_num_queries(30):
        assert client.get("/banque/").status_code == 200


def test_a_great_file_is_imported_by_a_job(client, monkeypatch):
    """Its page shows how far it is, then what came out; nothing is left of it beside the import."""
    monkeypatch.setattr("payments.views.banking.AT_ONCE", 10)
    client.force_login(factories.make_user())
    sent = dropped(client, KNOWN)
    job = Job.objects.get(kind=bank_uploads.IMPORT)
    assert sent.headers["Location"] == reverse("jobs:job-detail", args=[job.pk])
    assert not BankLine.objects.exists()
    done = run_now(job)
    assert done.state == JobState.DONE
    assert "1 lignes nouvelles" in done.result["message"]
    assert BankLine.objects.count() == 1
    assert not default_storage.exists(job.payload["path"])
    assert "Rapprocher les lignes" in client.get(sent.headers["Location"]).content.decode()


def test_a_great_file_that_is_refused_says_why_on_its_page(client, monkeypatch):
    """The same words as for a small one."""
    monkeypatch.setattr("payments.views.banking.AT_ONCE", 10)
    client.force_login(factories.make_user())
    sent = dropped(client, "Bonjour à tous")
    job = run_now(Job.objects.get(kind=bank_uploads.IMPORT))
    assert job.is_stopped
    assert "aucun format connu" in client.get(sent.headers["Location"]).content.decode()
    assert not default_storage.exists(job.payload["path"])


def test_the_lines_shown_go_out_to_a_file_without_formulas(client):
    """The filters of the page hold; one access line; what a payer writes is never a formula."""
    manager = factories.make_user()
    make_line(manager, "20.00", on=date(2026, 11, 5), payer="=HYPERLINK(1)", text="LOYER PREMIER")
    make_line(manager, "30.00", on=date(2026, 11, 6), payer="MARTIN", text="LOYER SECOND")
    client.force_login(manager)
    asked = {"etat": "a-rapprocher", "q": "LOYER PREMIER", "format": "csv"}
    text = client.get("/banque/export/", asked).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "20,00" in text
    assert "MARTIN" not in text
    line = AccessRecord.objects.get(action="EXPORT")
    assert (line.rows, line.page) == (1, "payments:bank-lines-export")
    assert client.get("/banque/export/").headers["Content-Type"] == XLSX
    assert 'href="/banque/export/?etat=a-rapprocher' in client.get("/banque/").content.decode()


def account_facts(**facts):
    return {"label": "Livret", "number": "FR76 3000 6000 0112 3456 7890 189", "bic": "", **facts}


def test_an_account_of_the_association_is_added_and_corrected(client):
    client.force_login(factories.make_user())
    start = {"opening": "1 250,00", "opening_on": "2026-11-01"}
    assert client.post("/banque/comptes/enregistrer/", account_facts(**start)).status_code == 302
    account = BankAccount.objects.get(label="Livret")
    assert (account.number, account.opening) == ("FR7630006000011234567890189", D("1250.00"))
    sent = account_facts(label="Livret A", compte=account.pk)
    assert client.post("/banque/comptes/enregistrer/", sent).status_code == 302
    account.refresh_from_db()
    assert (account.label, account.opening) == ("Livret A", None)
    assert "Livret A" in client.get("/banque/comptes/").content.decode()


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"number": "FR7630006000011234567890188"}, "sa clé est fausse"),
        ({"bic": "XX"}, "Ce BIC n&#x27;existe pas"),
        ({"opening": "12,00"}, "donnez les deux"),
    ],
)
def test_a_wrong_account_is_refused_beside_its_field(client, facts, words):
    client.force_login(factories.make_user())
    answer = client.post("/banque/comptes/enregistrer/", account_facts(**facts))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not BankAccount.objects.filter(label="Livret").exists()


def test_an_account_taken_over_with_a_wrong_key_keeps_its_number(client):
    """Its statements bear it: its name changes all the same."""
    manager = factories.make_user()
    account = make_line(manager, "20.00", on=date(2026, 11, 5)).statement.bank_account
    BankAccount.objects.filter(pk=account.pk).update(number="FR7642559100000801234567862")
    client.force_login(manager)
    sent = account_facts(number="FR76 4255 9100 0008 0123 4567 862", compte=account.pk)
    assert client.post("/banque/comptes/enregistrer/", sent).status_code == 302
    account.refresh_from_db()
    assert (account.label, account.number) == ("Livret", "FR7642559100000801234567862")


def test_the_number_of_an_account_with_statements_stays(client):
    manager = factories.make_user()
    account = make_line(manager, "20.00", on=date(2026, 11, 5)).statement.bank_account
    client.force_login(manager)
    sent = account_facts(compte=account.pk)
    answer = client.post("/banque/comptes/enregistrer/", sent)
    assert "Des relevés de ce compte" in answer.content.decode()
    again = account_facts(number=account.number, compte="")
    answer = client.post("/banque/comptes/enregistrer/", again)
    assert "déjà enregistré" in answer.content.decode()
    client.force_login(factories.make_user(Role.ACCOUNTANT, "*"))
    assert client.get("/banque/comptes/").status_code == 200
    assert client.post("/banque/comptes/enregistrer/", sent).status_code == 403


def test_the_key_that_accepts_is_the_payment_proposed_and_not_a_nearer_one(client):
    """Two payments of one amount recorded by hand: the line names the one further away."""
    manager = factories.make_user()
    on = date(2026, 11, 5)
    named, other = factories.make_contract(), factories.make_contract()
    received = [
        record_payment(
            key=f"k{contract.pk}",
            contract=contract,
            amount=D("190.00"),
            means=PaymentMeans.TRANSFER,
            received_on=day,
            today=date(2026, 11, 24),
            actor=manager,
        ).entry
        for contract, day in ((named, date(2026, 11, 3)), (other, on))
    ]
    line = make_line(manager, "190.00", on=on, text=f"LOYER {named.number}")
    client.force_login(manager)
    text = client.get(f"/banque/{line.pk}/").content.decode()
    assert text.count('name="saisi"') == 2
    assert f'value="{received[0].pk}" data-key="a"' in text
    assert f'value="{received[1].pk}" data-key="a"' not in text
    client.post(f"/banque/{line.pk}/regler/", {"saisi": received[0].pk})
    told = client.get(f"/banque/{line.pk}/").content.decode()
    assert f"/comptes/{named.number}/" in told
    assert f"/comptes/{other.number}/" not in told


def test_a_line_is_shared_between_as_many_contracts_as_it_takes(client):
    """Five rows more at a time, what was typed kept; forty in the file of a grouped debit."""
    manager = factories.make_user()
    home = factories.make_home("IDF")
    contracts = [factories.make_contract(factories.make_room(home)) for _each in range(7)]
    line = make_line(manager, "70.00", on=date(2026, 11, 5), text="PRLV GROUPE")
    client.force_login(manager)
    url = reverse("payments:bank-line-split", args=[line.pk])
    typed = {"count": "5", "contract1": contracts[0].number, "amount1": "10,00", "plus": "1"}
    longer = client.post(url, typed).content.decode()
    assert 'name="contract10"' in longer
    assert f'value="{contracts[0].number}"' in longer
    assert not Reconciliation.objects.exists()
    rows = {f"contract{n}": one.number for n, one in enumerate(contracts, start=1)}
    rows |= {f"amount{n}": "10,00" for n in range(1, 8)}
    assert client.post(url, {"count": "10", **rows}).status_code == 302
    parts = Reconciliation.objects.get().parts.all()
    assert sorted(part.contract.number for part in parts) == sorted(c.number for c in contracts)


@pytest.mark.parametrize("count", ["", "-3", "999999", "x"])
def test_an_absurd_number_of_rows_changes_nothing(client, count):
    manager = factories.make_user()
    line = make_line(manager, "70.00", on=date(2026, 11, 5))
    client.force_login(manager)
    url = reverse("payments:bank-line-split", args=[line.pk])
    answer = client.post(url, {"count": count})
    assert answer.status_code == 422
    assert answer.content.decode().count('name="contract') <= 100


def test_a_line_like_one_set_aside_is_set_aside_by_either_key(client):
    """`a` does what is natural, `h` says the same: whoever knows one finds it."""
    manager = factories.make_user()
    first, again = (
        make_line(manager, "-18.40", on=date(2026, 11, day), text="FRAIS", payer="BANQUE")
        for day in (5, 6)
    )
    client.force_login(manager)
    assert 'data-key="a h"' in client.get(f"/banque/{first.pk}/").content.decode()
    client.post(reverse("payments:bank-line-aside", args=[first.pk]))
    assert 'data-key="a h"' in client.get(f"/banque/{again.pk}/").content.decode()


def keys_shown(client, line):
    """The keys that the page of a line tells, and the page."""
    text = client.get(f"/banque/{line.pk}/").content.decode()
    listed = text.split('<ul class="key-list">')[1].split("</ul>")[0]
    return re.findall("<kbd>(.*?)</kbd>", listed), text


def test_only_the_keys_of_this_line_are_told(client):
    """What a held line, a credit of nobody and a discarded line take; `a` says why it does not."""
    manager = factories.make_user()
    unknown = make_line(manager, "33.00", on=date(2026, 11, 5), text="?")
    held = make_line(manager, "9.00", on=date(2026, 11, 6), state=BankLineState.HELD, note="x")
    client.force_login(manager)
    keys, text = keys_shown(client, unknown)
    assert keys == ["r", "s", "t", "h"]
    assert "Rien à accepter" in text
    assert keys_shown(client, held)[0] == ["k", "a", "p"]
    client.post(reverse("payments:bank-line-held", args=[held.pk]), {"ecarter": "1"})
    assert keys_shown(client, held)[0] == ["k", "u"]


def test_the_way_back_is_to_the_line_one_just_decided(client):
    """Whatever its state is now, one after the other."""
    manager = factories.make_user()
    first, second, third = (
        make_line(manager, f"-{day}.00", on=date(2026, 11, day), text=f"FRAIS {day}")
        for day in (5, 6, 7)
    )
    client.force_login(manager)
    for line in (first, second):
        client.post(reverse("payments:bank-line-aside", args=[line.pk]))
    for line, back in ((third, second), (second, first)):
        text = client.get(f"/banque/{line.pk}/").content.decode()
        assert re.search(rf'href="/banque/{back.pk}/[^"]*" data-key="k"', text)
