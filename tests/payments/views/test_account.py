"""The account: two books, at any date, explained; its papers and its export."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.audit.models import AccessRecord
from caracol.core import clock
from caracol.documents.models import Document
from caracol.documents.services import render_document
from payments.enums import Payer
from payments.models import Term
from payments.selectors.account import AccountSheet
from payments.selectors.owing import with_aid_awaited
from payments.services.closing import close_month
from payments.services.issuing import issue_due_notices
from payments.services.openings import OpeningBalance, take_over_balances
from residents.enums import AidEligibility
from tests import factories
from tests.payments.views.conftest import pay

D = Decimal


def account(contract, name="account-detail"):
    return reverse(f"payments:{name}", args=[contract.number])


@pytest.fixture
def aided(manager, month):
    contract = factories.make_contract(
        fee="300.00", expected_aid="120.00", aid_eligible=AidEligibility.YES
    )
    for each in (month.previous(), month):
        close_month(month=each, actor=manager)
    return contract


def test_the_two_books_are_apart(aided, manager, month):
    pay(aided, "120.00", manager, payer=Payer.CAF, month=month.previous())
    pay(aided, "250.00", manager)
    sheet = AccountSheet(aided, today=clock.today())
    last, before = sheet.terms
    assert (before.aid_paid, before.resident_part, before.resident_left) == (D(120), D(180), D(0))
    assert (last.aid_awaited, last.resident_part, last.resident_left) == (D(120), D(180), D(110))
    assert sheet.balance == D(230)
    assert sheet.overdue == D(110)
    assert [part.rule for money in sheet.money for part in money.parts] == [
        *("OLDEST", "OLDEST", "EARMARKED"),
    ]


def test_the_aid_awaited_is_the_same_in_python_and_in_the_database(aided, manager, month):
    pay(aided, "50.00", manager, payer=Payer.CAF, month=month)
    day = clock.today()
    for on in (day, day + timedelta(days=62), day + timedelta(days=200)):
        sheet = AccountSheet(aided, today=on)
        expected = with_aid_awaited(Term.objects.filter(contract=aided), on)
        found = {row.term.pk: row.aid_awaited for row in sheet.terms}
        assert found == dict(expected.values_list("pk", "aid_awaited"))


def test_the_past_is_read_as_it_was(client_for, aided, manager, month):
    pay(aided, "100.00", manager)
    answer = client_for(manager).get(account(aided), {"au": month.last.isoformat()})
    assert answer.context["account"].balance == D(600)
    assert "tel qu" in answer.text
    now = client_for(manager).get(account(aided), {"au": "pas une date"})
    assert now.context["account"].balance == D(500)


def test_the_running_balance_ends_at_the_balance(aided, manager):
    pay(aided, "33.33", manager)
    sheet = AccountSheet(aided, today=clock.today())
    assert sheet.movements[-1].balance == sheet.balance == D("566.67")


def test_reading_leaves_one_line(client_for, manager, contract, closed):
    client_for(manager).get(account(contract))
    record = AccessRecord.objects.get()
    assert (record.action, record.subject) == ("VIEW", contract)


def test_the_page_explains_terms_and_payments(client_for, manager, contract, closed):
    pay(contract, "200.00", manager, month=closed)
    answer = client_for(manager).get(account(contract))
    assert "Le mois entier" in answer.text
    assert "mois indiqué par qui a payé" in answer.text
    term = Term.objects.get(contract=contract)
    why = client_for(manager).get(reverse("payments:term-explain", args=[term.pk]))
    assert "Le mois entier" in why.text


def test_an_account_without_anything_answers(client_for, manager, contract):
    assert "Aucune échéance" in client_for(manager).get(account(contract)).text


def test_it_is_a_tab_of_the_person(client_for, manager, contract, closed):
    person = contract.holders.get().person
    address = reverse("payments:person-account", args=[person.pk])
    assert (
        address
        in client_for(manager).get(reverse("residents:person-detail", args=[person.pk])).text
    )
    answer = client_for(manager).get(address)
    assert answer.context["account"].balance == D(200)
    alone = factories.make_person("Seule", "Zoé", territory="IDF")
    empty = client_for(manager).get(reverse("payments:person-account", args=[alone.pk]))
    assert "Pas encore de compte" in empty.text


@pytest.mark.parametrize("role", [Role.MISSION_OFFICER, Role.TECHNICAL])
def test_no_amount_for_who_has_no_need_of_it(client_for, contract, closed, role, association):
    user = factories.make_user(role)
    home = contract.terms.get().room.colocation
    home.mission_officer = user
    home.save()
    client = client_for(user)
    person = contract.holders.get().person
    term = Term.objects.get(contract=contract)
    for address in (
        account(contract),
        account(contract, "account-export"),
        reverse("payments:person-account", args=[person.pk]),
        reverse("payments:term-explain", args=[term.pk]),
        reverse("payments:arrears-list"),
        reverse("payments:month-detail", args=[closed]),
        reverse("payments:payment-list"),
    ):
        assert client.get(address).status_code == 403, address
    assert "Compte" not in client.get(reverse("residents:person-detail", args=[person.pk])).text


def test_another_territory_is_not_found(client_for, manager, lille, closed):
    client = client_for(manager)
    for name in ("account-detail", "account-export", "account-papers"):
        assert client.get(account(lille, name)).status_code == 404
    assert client.post(account(lille, "account-statement"), {}).status_code == 404


def test_the_social_team_reads_and_does_not_act(client_for, contract, closed):
    client = client_for(factories.make_user(Role.SOCIAL_WORKER))
    answer = client.get(account(contract))
    assert answer.status_code == 200
    assert "Enregistrer un paiement" not in answer.text
    assert client.get(account(contract, "account-export")).status_code == 403


def test_accounting_knows_papers_by_number_only(client_for, manager, contract, closed):
    issue_due_notices(month=closed, on=clock.today(), actor=manager)
    data = {"starts_on": closed.first, "ends_on": clock.today()}
    client_for(manager).post(account(contract, "account-statement"), data)
    for each in Document.objects.all():
        render_document(each)
    term = Term.objects.get(contract=contract)
    papers = [term.papers.get().document.number, Document.objects.get(kind="STATEMENT").number]
    links = [reverse("documents:document-download", args=[number]) for number in papers]
    pages = (
        account(contract),
        account(contract, "account-papers"),
        reverse("payments:term-explain", args=[term.pk]),
    )
    reads, knows = client_for(manager), client_for(factories.make_user(Role.ACCOUNTANT))
    for address in pages:
        assert any(link in reads.get(address).text for link in links), address
        assert not any(link in knows.get(address).text for link in links), address
    shown = knows.get(account(contract)).text
    assert all(number in shown for number in papers)
    assert {knows.get(link).status_code for link in links} == {403}


def test_the_statement_is_the_same_paper_until_something_changes(
    client_for, manager, contract, closed
):
    client, day = client_for(manager), clock.today()
    data = {"starts_on": closed.first, "ends_on": day}
    client.post(account(contract, "account-statement"), data)
    again = client.post(account(contract, "account-statement"), data, follow=True)
    document = Document.objects.get()
    assert document.number in again.text
    assert (document.data["opening_balance"], document.data["closing_balance"]) == (
        *("0.00", "200.00"),
    )
    pay(contract, "50.00", manager)
    client.post(account(contract, "account-statement"), data)
    assert Document.objects.count() == 2


def test_a_statement_needs_a_period_and_an_account(client_for, manager, contract):
    client, day = client_for(manager), clock.today()
    address = account(contract, "account-statement")
    wrong = {"starts_on": day, "ends_on": day - timedelta(days=1)}
    assert "finit après" in client.post(address, wrong, follow=True).text
    right = {"starts_on": day, "ends_on": day}
    assert "ni échéance" in client.post(address, right, follow=True).text
    assert not Document.objects.exists()


@pytest.mark.parametrize(("owed", "words"), [("80.00", "80.00"), ("-30.00", "-30.00")])
def test_the_takeover_is_attested_once(client_for, manager, contract, month, owed, words):
    balance = OpeningBalance(contract, D(owed), aid_expected=D("40.00"))
    take_over_balances(balances=[balance], on=month.last, actor=manager)
    client = client_for(manager)
    assert "Faire l" in client.get(account(contract)).text
    client.post(account(contract, "account-attestation"))
    client.post(account(contract, "account-attestation"))
    data = Document.objects.get().data
    assert (data["balance"], data["aid_pending"]) == (words, "40.00")


def test_no_attestation_without_takeover(client_for, manager, contract, closed):
    answer = client_for(manager).post(account(contract, "account-attestation"), follow=True)
    assert "rien à attester" in answer.text


def test_the_export_leaves_its_line(client_for, manager, contract, closed):
    answer = client_for(manager).get(account(contract, "account-export"))
    assert answer.content[:2] == b"PK"
    assert AccessRecord.objects.get().action == "EXPORT"
