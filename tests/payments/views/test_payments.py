"""Payments by hand: found, tried, recorded once, taken back."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from payments.enums import EntryKind, Payer
from payments.models import Entry, Posting, TermPaper
from payments.services.closing import close_month
from payments.services.issuing import issue_receipts
from payments.services.openings import OpeningBalance, take_over_balances
from tests import factories
from tests.payments.views.conftest import pay, term_of

RECORD = reverse("payments:payment-record")
TRY = reverse("payments:payment-try")


def filled(contract, **more):
    return {
        "contrat": contract.number,
        "key": str(uuid.uuid4()),
        "amount": "200,00",
        "means": "CASH",
        "received_on": clock.today().isoformat(),
        "payer": "RESIDENT",
        "month": "",
        "note": "",
        **more,
    }


def payments():
    return Entry.objects.filter(kind=EntryKind.PAYMENT)


@pytest.mark.parametrize("words", ["diallo", "AMINA d", "C9001"])
def test_the_contract_is_found_by_name_or_number(client_for, manager, contract, neighbour, words):
    answer = client_for(manager).htmx("get", RECORD, {"q": words}, target="trouves")
    assert "DIALLO Amina" in answer.text
    assert "KARIMI" not in answer.text
    assert "<html" not in answer.text


def test_another_territory_is_not_found(client_for, manager, lille):
    client = client_for(manager)
    assert "LEFÈVRE" not in client.get(RECORD, {"q": "lefevre"}).text
    assert client.get(RECORD, {"contrat": lille.number}).status_code == 404


def test_the_form_shows_what_is_open(client_for, manager, contract, closed):
    answer = client_for(manager).get(RECORD, {"contrat": contract.number})
    assert closed.label.capitalize() in answer.text
    assert answer.context["form"].initial["key"]


def test_the_try_says_what_it_settles_and_writes_nothing(client_for, manager, contract, closed):
    data = filled(contract, amount="1 250,50")
    answer = client_for(manager).htmx("post", TRY, data, target="essai")
    tried = answer.context["tried"]
    assert [(share.amount, share.left) for share in tried.shares] == [(Decimal(200), Decimal(0))]
    assert tried.credit == Decimal("1050.50")
    assert not payments().exists()


@pytest.mark.parametrize("amount", ["", "deux cents", "-5", "0", "1,234"])
def test_the_try_of_no_amount_says_nothing(client_for, manager, contract, closed, amount):
    answer = client_for(manager).htmx("post", TRY, filled(contract, amount=amount), target="essai")
    assert answer.context["tried"] is None


def test_a_payment_is_recorded_once_whatever_is_sent(client_for, manager, contract, closed):
    client, data = client_for(manager), filled(contract, amount="1 234,56", note="Chèque 12")
    first = client.post(RECORD, data, follow=True)
    assert "En avance" in first.text
    again = client.post(RECORD, data, follow=True)
    assert "déjà enregistré" in again.text
    assert payments().count() == 1
    assert term_of(contract, closed).paid_amount == Decimal("200.00")


def test_the_same_form_with_another_amount_is_refused(client_for, manager, contract, closed):
    client, data = client_for(manager), filled(contract)
    client.post(RECORD, data)
    answer = client.post(RECORD, {**data, "amount": "300"})
    assert "rien n" in answer.text
    assert answer.context["form"].errors
    assert payments().count() == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("amount", "abc", "Indiquez un montant"),
        ("received_on", "2099-01-01", "avenir"),
        ("payer", "CAF", "mois précis"),
        ("means", "", "obligatoire"),
    ],
)
def test_a_wrong_field_is_told(client_for, manager, contract, closed, field, value, words):
    answer = client_for(manager).post(RECORD, filled(contract, **{field: value}))
    assert words in answer.text
    assert "Erreur : " in answer.text
    assert not payments().exists()


@pytest.fixture
def taken_over(contract, month, manager):
    """The month before, taken over with 80 € of aid awaited; then the month, posted."""
    before = month.previous()
    balance = OpeningBalance(contract, Decimal("40.00"), aid_expected=Decimal("80.00"))
    take_over_balances(balances=[balance], on=before.last, actor=manager)
    close_month(month=month, actor=manager)
    return before


def months_offered(answer):
    return dict(answer.context["form"].fields["month"].choices)


def test_every_billed_month_and_the_takeover_are_offered(
    client_for, manager, contract, taken_over, month
):
    pay(contract, "240.00", manager)
    offered = months_offered(client_for(manager).get(RECORD, {"contrat": contract.number}))
    assert list(offered) == ["", str(month), str(taken_over)]
    assert offered[str(month)] == f"{month.label.capitalize()} (réglé)"
    assert offered[str(taken_over)] == f"{taken_over.label.capitalize()} (avant la reprise)"


def test_aid_is_recorded_for_a_month_already_paid(client_for, manager, contract, closed):
    pay(contract, "200.00", manager)
    data = filled(contract, payer="CAF", month=str(closed), amount="90,00")
    client_for(manager).post(RECORD, data)
    posting = Posting.objects.get(payer=Payer.CAF)
    assert (posting.amount, posting.entitlement_month) == (Decimal("-90.00"), closed.first)


def test_aid_of_before_the_takeover_settles_what_it_awaits(
    client_for, manager, contract, taken_over
):
    client = client_for(manager)
    data = filled(contract, payer="CAF", month=str(taken_over), amount="80,00")
    tried = client.htmx("post", TRY, data, target="essai")
    assert "Aide attendue à la reprise" in tried.text
    assert (tried.context["tried"].shares, tried.context["tried"].still_awaited) == ([], 0)
    over = client.post(RECORD, {**data, "amount": "81,00"})
    assert "80,00" in over.text
    assert not payments().exists()
    client.post(RECORD, data)
    assert contract.accounts.get(kind="AID_AT_TAKEOVER").balance == 0
    assert contract.accounts.get(kind="RECEIVABLE").balance == Decimal("240.00")
    assert "déjà enregistré" in client.post(RECORD, data, follow=True).text
    listed = client.get(reverse("payments:payment-list"))
    assert listed.context["total"] == Decimal("80.00")


def test_aid_of_before_the_takeover_is_taken_back(client_for, manager, contract, taken_over):
    client = client_for(manager)
    client.post(RECORD, filled(contract, payer="CAF", month=str(taken_over), amount="80,00"))
    address = reverse("payments:payment-reverse", args=[payments().get().pk])
    assert client.get(address).context["tried"].amount == Decimal("80.00")
    client.post(address, {"reason": "Erreur de saisie", "on": clock.today()})
    assert contract.accounts.get(kind="AID_AT_TAKEOVER").balance == Decimal("80.00")


@pytest.mark.parametrize("payer", ["RESIDENT", "FSL", "OTHER"])
def test_others_name_a_month_still_to_pay(client_for, manager, contract, taken_over, month, payer):
    client = client_for(manager)
    data = filled(contract, payer=payer, month=str(taken_over))
    assert "précède la reprise" in client.post(RECORD, data).text
    pay(contract, "240.00", manager)
    data["month"] = str(month)
    assert "est déjà réglé" in client.post(RECORD, data).text
    assert payments().count() == 1


def test_a_payment_that_settled_its_month_is_known_when_sent_again(
    client_for, manager, contract, closed
):
    client, data = client_for(manager), filled(contract, month=str(closed))
    client.post(RECORD, data)
    assert term_of(contract, closed).is_paid
    assert "déjà enregistré" in client.post(RECORD, data, follow=True).text
    shouted = {**data, "key": data["key"].upper()}
    assert "déjà enregistré" in client.post(RECORD, shouted, follow=True).text
    assert payments().count() == 1


@pytest.mark.parametrize("key", ["", "n'importe quoi"])
def test_a_key_that_is_none_writes_nothing(client_for, manager, contract, closed, key):
    assert client_for(manager).post(RECORD, filled(contract, key=key)).status_code == 200
    assert not payments().exists()


def test_a_reversal_is_not_of_a_day_to_come(client_for, manager, contract, closed):
    entry = pay(contract, "200.00", manager).entry
    address = reverse("payments:payment-reverse", args=[entry.pk])
    day = clock.today() + timedelta(days=1)
    answer = client_for(manager).post(address, {"reason": "Sans provision", "on": day})
    assert "ne se date pas de l&#x27;avenir" in answer.text
    assert not Entry.objects.filter(reverses=entry).exists()


def test_without_script_the_try_is_a_button(client_for, manager, contract, closed):
    answer = client_for(manager).post(RECORD, filled(contract, essai="1"))
    assert answer.context["tried"].shares
    assert not payments().exists()


def test_one_may_go_on_with_the_next_payment(client_for, manager, contract, closed):
    answer = client_for(manager).post(RECORD, filled(contract, suivant="1"))
    assert answer.url == RECORD


def test_what_one_has_just_typed_is_undone_at_once(client_for, contract, closed, association):
    assistant = factories.make_user(Role.GLA_ASSISTANT)
    client = client_for(assistant)
    client.post(RECORD, filled(contract))
    undo = reverse("payments:payment-undo", args=[payments().get().pk])
    other = client_for(factories.make_user(Role.GLA_MANAGER)).post(undo, follow=True)
    assert "ne se défait plus" in other.text
    assert term_of(contract, closed).paid_amount == 200
    client.post(undo)
    assert term_of(contract, closed).paid_amount == 0


def test_a_reversal_says_what_it_does_then_does_it(client_for, manager, contract, closed):
    entry = pay(contract, "200.00", manager).entry
    issue_receipts(month=closed, on=clock.today(), actor=manager)
    paper = TermPaper.objects.get()
    client, address = client_for(manager), reverse("payments:payment-reverse", args=[entry.pk])
    answer = client.get(address)
    assert paper.document.number in answer.text
    assert answer.context["tried"].reopened == Decimal("200.00")
    assert not client.post(address, {"reason": " ", "on": clock.today()}).context["form"].is_valid()
    done = client.post(address, {"reason": "Sans provision", "on": clock.today()}, follow=True)
    assert "1 papier annulé" in done.text
    paper.refresh_from_db()
    assert paper.cancelled_by is not None
    assert "Déjà annulé" in client.get(address).text


def test_a_payment_elsewhere_is_not_found(client_for, manager, director, lille, closed):
    entry = pay(lille, "150.00", director).entry
    address = reverse("payments:payment-reverse", args=[entry.pk])
    assert client_for(manager).get(address).status_code == 404


def test_payments_are_listed_filtered_and_exported(
    client_for, manager, contract, neighbour, closed
):
    pay(contract, "200.00", manager, note="Reçu 7")
    pay(neighbour, "10.00", manager, means="CHEQUE")
    client, address = client_for(manager), reverse("payments:payment-list")
    assert client.get(address).context["total"] == Decimal("210.00")
    cheques = client.get(address, {"moyen": "CHEQUE", "mois": str(closed.next())})
    assert cheques.context["listing"].total == 1
    assert client.get(address, {"q": "diallo", "etat": "reversed"}).context["total"] == 0
    assert client.get(reverse("payments:payment-export")).content[:2] == b"PK"
