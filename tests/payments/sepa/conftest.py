"""What tests of files handed to the bank share: contracts debited, their month closed."""

import io
from datetime import date
from decimal import Decimal

import pytest

from caracol.accounts.enums import Role
from caracol.core.periods import Month
from payments.enums import AccountKind, PaymentMeans
from payments.models import Account, Mandate
from payments.services.accounts import account_of
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.collecting import Wish, plan_debits, prepare_debits, send_debits
from payments.services.debit_posting import post_debits
from payments.services.mandates import MandateFacts, record_mandates
from payments.services.receiving import record_payment
from payments.services.reporting_status import import_status
from residents.enums import AidEligibility, ContractKind, PaymentMethod
from tests import factories

D = Decimal
TODAY = date(2026, 11, 24)
MONTH = Month(2026, 12)
DAY = date(2026, 12, 8)
IBANS = ("FR1420041010050500013M02606", "FR7630006000011234567890189", "DE89370400440532013000")


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    default = storage | {"OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = settings.STORAGES | {"default": default}


@pytest.fixture
def actor(association):
    yield factories.make_user(Role.GLA_MANAGER)
    report = check_ledger()
    assert report.ok, report.failures


@pytest.fixture
def director(association):
    return factories.make_user(Role.DIRECTOR, "*")


def debited(iban=IBANS[0], *, fee="200.00", aid="0.00", **fields):
    """A contract that pays by direct debit, its mandate signed."""
    contract = factories.make_contract(
        kind=ContractKind.COP,
        starts_on=date(2026, 12, 1),
        ends_on=date(2027, 10, 31),
        fee=fee,
        expected_aid=D(aid),
        payment_method=PaymentMethod.DIRECT_DEBIT,
        aid_eligible=AidEligibility.YES if D(aid) else AidEligibility.NO,
        **fields,
    )
    record_mandates([MandateFacts(contract, f"RUM-{contract.number}", iban, date(2026, 10, 1))])
    contract.holders.get().person.__class__.objects.update(email_consent=True)
    return contract


@pytest.fixture
def contract(actor):
    """One contract of 200 € a month, debited; December closed."""
    found = debited()
    close_month(month=MONTH, actor=actor)
    return found


def plan(today=TODAY, **wish):
    return plan_debits(Wish(**{"month": MONTH, "on": DAY, **wish}), today)


def prepared(actor, today=TODAY, **wish):
    asked = Wish(**{"month": MONTH, "on": DAY, **wish})
    token = plan_debits(asked, today).token
    return prepare_debits(wish=asked, token=token, today=today, actor=actor)


def collected(actor, today=DAY, **wish):
    """A file sent and posted on its day."""
    batch = send_debits(batch=prepared(actor, **wish), today=TODAY, actor=actor)
    post_debits(batch=batch, today=today, actor=actor)
    return batch


def pay_more(contract, actor, amount="350.00"):
    """Money in cash, above what is owed."""
    record_payment(
        key=f"rich-{contract.pk}",
        contract=contract,
        amount=D(amount),
        means=PaymentMeans.CASH,
        received_on=TODAY,
        today=TODAY,
        actor=actor,
    )


def owed(contract):
    return account_of(contract, AccountKind.RECEIVABLE).balance


def in_transit():
    account = Account.objects.get(kind=AccountKind.IN_TRANSIT, contract=None)
    return sum(account.postings.values_list("amount", flat=True), D(0))


def suspense():
    account = Account.objects.get(kind=AccountKind.SUSPENSE, contract=None)
    return sum(account.postings.values_list("amount", flat=True), D(0))


def mandate_of(contract):
    return Mandate.objects.get(contract=contract)


ROW = (
    "<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn>"
    "<Cd>{code}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
)


def report(*rows, message="M", status="PART", groups=""):
    """A pain.002 of these refusals: (end to end id, code)."""
    lines = "".join(ROW.format(id=name, code=code) for name, code in rows)
    group = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>G</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts>"
    return (
        '<?xml version="1.0"?><Document><CstmrPmtStsRpt><GrpHdr><MsgId>R</MsgId></GrpHdr>'
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><GrpSts>{status}</GrpSts>"
        f"</OrgnlGrpInfAndSts>{groups or (group if rows else '')}</CstmrPmtStsRpt></Document>"
    ).encode()


def told(data, actor, *, today=DAY, name="psr.xml"):
    return import_status(stream=io.BytesIO(data), name=name, today=today, actor=actor)
