"""The pages of mandates, debits and refunds, each with something on it."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month
from caracol.documents.models import Upload
from payments.calculations.target import next_target_day, target_days_after
from payments.enums import BatchState, DebitState, PaymentMeans, RefundState
from payments.models import Debit, DebitBatch, Mandate, Refund
from payments.services.closing import close_month
from payments.services.collecting import Wish, plan_debits, prepare_debits, send_debits
from payments.services.mandates import MandateFacts, record_mandates
from payments.services.receiving import record_payment
from payments.services.returning import ReturnFacts, record_return
from residents.enums import ContractKind, PaymentMethod
from tests import factories
from tests.documents.brought import pdf
from tests.payments.sepa.conftest import IBANS

D = Decimal


@pytest.fixture
def month():
    return Month.of(clock.today())


@pytest.fixture
def manager(association):
    return factories.make_user(Role.GLA_MANAGER)


@pytest.fixture
def held(manager, month):
    """A contract debited, this month closed."""
    found = factories.make_contract(
        kind=ContractKind.COP, fee="200.00", payment_method=PaymentMethod.DIRECT_DEBIT
    )
    record_mandates([MandateFacts(found, "RUM-1", IBANS[0], found.starts_on)])
    close_month(month=month, actor=manager)
    return found


@pytest.fixture
def day():
    return target_days_after(next_target_day(clock.today()), 4)


def prepared(held, manager, month, day):
    wish = Wish(month, day, held.territory)
    token = plan_debits(wish, clock.today()).token
    return prepare_debits(wish=wish, token=token, today=clock.today(), actor=manager)


def at(name, *args):
    return reverse(f"payments:{name}", args=args)


def test_a_month_is_prepared_then_sent_then_downloaded(client_for, manager, held, month, day):
    client = client_for(manager)
    page = client.get(at("debit-prepare", month), {"on": day.isoformat()})
    assert "Préparer la remise (1, 200,00" in page.text.replace("\xa0", " ")
    token = page.context["plan"].token
    asked = {"on": day.isoformat(), "vu": token}
    answer = client.post(at("debit-prepare", month), asked)
    batch = DebitBatch.objects.get()
    assert answer.url == at("debit-batch", batch.pk)
    assert client.get(at("debit-file", batch.pk)).status_code == 302
    assert "à envoyer" in client.get(at("debit-batch", batch.pk)).text
    client.post(at("debit-send", batch.pk))
    batch.refresh_from_db()
    assert batch.state == BatchState.SENT
    file = client.get(at("debit-file", batch.pk))
    assert b"CstmrDrctDbtInitn" in b"".join(file.streaming_content)
    client.post(at("debit-send", batch.pk))
    assert "déjà partie" in client.get(at("debits")).text


def test_what_changed_is_not_prepared(client_for, manager, held, month, day):
    asked = {"on": day.isoformat(), "vu": "autre"}
    page = client_for(manager).post(at("debit-prepare", month), asked)
    assert "quelque chose a changé" in page.text
    assert not DebitBatch.objects.exists()


def test_a_sunday_is_refused_in_words(client_for, manager, held, month):
    page = client_for(manager).get(at("debit-prepare", month), {"on": "2027-01-03"})
    assert "4 janvier 2027" in page.text.replace("\xa0", " ")


def test_a_file_is_cancelled_with_a_reason(client_for, manager, held, month, day):
    batch = prepared(held, manager, month, day)
    client = client_for(manager)
    assert client.get(at("debit-cancel", batch.pk)).status_code == 200
    client.post(at("debit-cancel", batch.pk), {"reason": "mauvais jour"})
    assert Debit.objects.get().state == DebitState.CANCELLED


def test_what_came_back_is_explained_and_proposed_again(client_for, manager, held, month, day):
    batch = send_debits(
        batch=prepared(held, manager, month, day), today=clock.today(), actor=manager
    )
    debit = batch.debits.get()
    facts = ReturnFacts("AM04", day, "relevé")
    record_return(debit=debit, facts=facts, today=day, actor=manager)
    client = client_for(manager)
    page = client.get(at("debits")).text
    assert "pas assez d&#x27;argent" in page.lower() or "pas assez d'argent" in page.lower()
    asked = {"on": day.isoformat(), "representer": str(debit.pk)}
    page = client.get(at("debit-prepare", month), asked)
    assert [line.represents.pk for line in page.context["plan"].lines] == [debit.pk]
    assert client.get(at("contract-mandate", held.pk)).status_code == 200


def test_a_report_is_brought_or_refused(client_for, manager, held):
    client = client_for(manager)
    assert client.get(at("status-import")).status_code == 200
    wrong = SimpleUploadedFile("a.xml", b"<Document><BkToCstmrStmt/></Document>")
    assert "camt.053" in client.post(at("status-import"), {"report": wrong}).text
    unknown = SimpleUploadedFile(
        "b.xml",
        b"<Document><CstmrPmtStsRpt><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>X1"
        b"</OrgnlEndToEndId></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
    )
    assert "X1" in client.post(at("status-import"), {"report": unknown}).text


def test_a_mandate_from_paper_to_revocation(client_for, manager, month):
    contract = factories.make_contract(kind=ContractKind.COP)
    client = client_for(manager)
    assert "Préparer un mandat" in client.get(at("contract-mandate", contract.pk)).text
    assert client.get(at("mandate-prepare", contract.pk)).status_code == 200
    asked = {"holder": "Amina Diallo", "iban": "FR14 2004 1010 0505 0001 3M02 606", "bic": ""}
    client.post(at("mandate-prepare", contract.pk), asked)
    mandate = Mandate.objects.get(contract=contract)
    assert (mandate.iban_tail, mandate.signed_on) == ("2606", None)
    assert mandate.document.kind == "SEPA_MANDATE"
    said = str(mandate.document.data)
    assert mandate.reference in said
    assert "FR72ZZZ123456" in said
    assert client.get(at("mandate-sign", mandate.pk)).status_code == 200
    client.post(at("mandate-sign", mandate.pk), {"signed_on": clock.today().isoformat()})
    assert client.get(at("mandate-suspend", mandate.pk)).status_code == 200
    client.post(at("mandate-suspend", mandate.pk), {"reason": "demande"})
    assert "Suspendu" in client.get(at("contract-mandate", contract.pk)).text
    client.post(at("mandate-resume", mandate.pk))
    client.post(at("mandate-aid", mandate.pk), {"deduire": "oui"})
    mandate.refresh_from_db()
    assert mandate.suspended_on is None
    assert "RUM-" in client.get(at("mandate-list"), {"q": mandate.reference}).text
    client.post(at("mandate-prepare", contract.pk), asked)
    mandate.refresh_from_db()
    assert mandate.revoked_on == clock.today()
    assert Mandate.objects.filter(contract=contract, revoked_on=None).count() == 1
    living = Mandate.objects.get(contract=contract, revoked_on=None)
    client.post(at("mandate-revoke", living.pk), {"reason": "demande"})
    assert client.get(at("contract-mandate", contract.pk)).status_code == 200


def test_a_wrong_iban_is_said_on_the_form(client_for, manager):
    contract = factories.make_contract(kind=ContractKind.COP)
    asked = {"holder": "Amina", "iban": "FR1420041010050500013M02607"}
    page = client_for(manager).post(at("mandate-prepare", contract.pk), asked)
    assert "IBAN est faux" in page.text


def test_a_refund_goes_through_two_people(client_for, manager, held):
    director = factories.make_user(Role.DIRECTOR, "*")
    record_payment(
        key="r",
        contract=held,
        amount=D("250.00"),
        means=PaymentMeans.CASH,
        received_on=clock.today(),
        today=clock.today(),
        actor=manager,
    )
    client = client_for(manager)
    assert "Avance du compte" in client.get(at("refund-list")).text
    assert client.get(at("refund-prepare", held.pk)).status_code == 200
    asked = {
        "what": "ACCOUNT:RESIDENT",
        "amount": "50,00",
        "beneficiary": "Amina Diallo",
        "iban": IBANS[0],
    }
    client.post(at("refund-prepare", held.pk), asked)
    refund = Refund.objects.get()
    assert client.get(at("refund-approve", refund.pk)).status_code == 403
    other = client_for(director)
    assert IBANS[0] in other.get(at("refund-approve", refund.pk)).text
    other.post(at("refund-approve", refund.pk))
    assert "Faire le fichier de virements" in other.get(at("refund-list")).text
    other.post(at("refund-send"))
    refund.refresh_from_db()
    assert refund.state == RefundState.SENT
    file = other.get(at("refund-file", refund.batch_id))
    assert b"CstmrCdtTrfInitn" in b"".join(file.streaming_content)
    page = other.get(at("refund-list"), {"etat": "SENT"})
    assert refund.batch.reference in page.text


def test_the_signed_mandate_is_kept_with_its_contract(client, held, manager, settings, tmp_path):
    """With the signature, or later; what is no paper is refused beside the field."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}
    client.force_login(manager)
    mandate = Mandate.objects.get()
    bad = SimpleUploadedFile("m.pdf", b"bonjour")
    assert client.post(at("mandate-copy", mandate.pk), {"file": bad}).status_code in (200, 422)
    assert not Upload.objects.exists()
    scan = SimpleUploadedFile("m.pdf", pdf())
    answer = client.post(at("mandate-copy", mandate.pk), {"file": scan})
    assert answer.headers["Location"] == at("contract-mandate", held.pk)
    kept = Upload.objects.get()
    assert (kept.kind, kept.object_id, kept.territory) == (
        "SIGNED_MANDATE",
        mandate.pk,
        held.territory,
    )
    assert "Mandat RUM-1 signé" in client.get(answer.headers["Location"]).content.decode()
