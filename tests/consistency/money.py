"""What the bank, the CAF and direct debits leave beside a contract: one of each."""

from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from caracol.core import clock
from caracol.core.periods import Month
from payments.enums import BatchState, CafNature, PaymentMeans, RefundSource
from payments.models import (
    CafLine,
    DebitBatch,
    DepositSettlement,
    KnownPayer,
    LineProposal,
    Refund,
    RefundBatch,
)
from payments.readers.caf import CafRow
from payments.services.caf_importing import Given, type_statement
from payments.services.depositing import record_deposit
from payments.services.mandates import MandateFacts, record_mandates
from tests.payments.lines import make_line


def make_money(code, author, contract):
    """Make them in the contract's territory; return them by the names that a world gives them."""
    return {
        **_deposit(code, author, contract),
        "caf": _caf(author, contract.territory),
        **_files(code, author, contract),
        **_bank(code, author, contract),
    }


def _deposit(code, author, contract):
    today = clock.today()
    contract.deposit = Decimal("50.00")
    contract.save(update_fields=["deposit"])
    received = record_deposit(
        key=f"canari:{code}",
        contract=contract,
        amount=contract.deposit,
        means=PaymentMeans.CHEQUE,
        received_on=today,
        today=today,
        actor=author,
    )
    settlement = DepositSettlement.objects.create(
        contract=contract, prepared_by=author, prepared_on=today
    )
    return {"deposit": received.entry, "settlement": settlement}


def _bank(code, author, contract):
    """A line of the bank proposed for the contract, and somebody who pays for it."""
    line = make_line(author, "12.00", on=clock.today(), text=f"loyer {contract.number}")
    LineProposal.objects.create(
        line=line, certainty="proposed", rule="REFERENCE", reason="x", contract=contract
    )
    payer = KnownPayer.objects.create(
        contract=contract, name="ENTRAIDE", name_key=f"entraide {code}", confirmed_by=author
    )
    return {"line": line, "payer": payer}


def _caf(author, territory):
    """A line of a CAF's statement that waits for somebody to say whose it is."""
    month = Month.of(clock.today()).previous()
    row = CafRow(
        place="",
        number="1234567",
        amount=Decimal("1.00"),
        month_from=month,
        month_to=month,
        nature=CafNature.CURRENT,
    )
    found = type_statement(
        rows=[row],
        total=row.amount,
        given=Given(territory.departments[0], f"BORD{territory.code}", clock.today()),
        actor=author,
        today=clock.today(),
    )
    return CafLine.objects.select_related("statement").get(statement=found.statements[0])


def _files(code, author, contract):
    """A mandate, a file of debits sent, a refund to approve and a file of transfers."""
    iban = "FR1420041010050500013M02606"
    [mandate] = record_mandates(
        [MandateFacts(contract, f"RUMCANARI{code}", iban, contract.starts_on)]
    )
    shared = {
        "territory": contract.territory,
        "state": BatchState.SENT,
        "count": 1,
        "total": Decimal("10.00"),
        "sent_by": author,
        "sent_at": clock.now(),
        "sha256": "0" * 64,
    }
    debits = DebitBatch.objects.create(
        reference=f"PRLVCANARI{code}",
        month=clock.today().replace(day=1),
        collect_on=clock.today(),
        message="pain.008.001.08",
        prepared_by=author,
        file=default_storage.save("sepa/canari.xml", ContentFile(b"<a/>")),
        **shared,
    )
    transfers = RefundBatch.objects.create(
        reference=f"REMBCANARI{code}",
        execute_on=clock.today(),
        message="pain.001.001.09",
        file=default_storage.save("sepa/canari.xml", ContentFile(b"<a/>")),
        **shared,
    )
    refund = Refund.objects.create(
        contract=contract,
        source=RefundSource.DUE,
        amount=Decimal("5.00"),
        reason="Canari",
        beneficiary="Canari",
        iban=iban,
        iban_tail="2606",
        prepared_on=clock.today(),
        prepared_by=author,
    )
    return {
        "mandate": mandate,
        "debit_batch": debits,
        "refund": refund,
        "refund_batch": transfers,
    }


ARGUMENTS = {
    "payments:caf-july-paper": lambda world: [clock.today().year, world.home.site.department],
    "payments:bank-line": lambda world: [world.line.pk],
    "payments:bank-line-settle": lambda world: [world.line.pk],
    "payments:bank-line-split": lambda world: [world.line.pk],
    "payments:bank-line-aside": lambda world: [world.line.pk],
    "payments:bank-line-wait": lambda world: [world.line.pk],
    "payments:bank-line-undo": lambda world: [world.line.pk],
    "payments:bank-line-held": lambda world: [world.line.pk],
    "payments:payer-revoke": lambda world: [world.payer.pk],
    "payments:caf-detail": lambda world: [world.caf.statement_id],
    "payments:caf-force": lambda world: [world.caf.statement_id],
    "payments:caf-name": lambda world: [world.caf.pk],
    "payments:caf-office": lambda world: [world.caf.statement.office_id],
    "payments:caf-reverse": lambda world: [world.caf.statement_id],
    "payments:caf-review": lambda world: [world.caf.pk],
    "payments:caf-settle": lambda world: [world.caf.statement_id],
    "payments:caf-unname": lambda world: [world.caf.pk],
    "payments:contract-mandate": lambda world: [world.contract.pk],
    "payments:mandate-prepare": lambda world: [world.contract.pk],
    "payments:mandate-sign": lambda world: [world.mandate.pk],
    "payments:mandate-copy": lambda world: [world.mandate.pk],
    "payments:mandate-suspend": lambda world: [world.mandate.pk],
    "payments:mandate-resume": lambda world: [world.mandate.pk],
    "payments:mandate-revoke": lambda world: [world.mandate.pk],
    "payments:mandate-aid": lambda world: [world.mandate.pk],
    "payments:debit-batch": lambda world: [world.debit_batch.pk],
    "payments:debit-send": lambda world: [world.debit_batch.pk],
    "payments:debit-cancel": lambda world: [world.debit_batch.pk],
    "payments:debit-file": lambda world: [world.debit_batch.pk],
    "payments:refund-prepare": lambda world: [world.contract.pk],
    "payments:refund-approve": lambda world: [world.refund.pk],
    "payments:refund-cancel": lambda world: [world.refund.pk],
    "payments:refund-file": lambda world: [world.refund_batch.pk],
    "payments:refund-call-off": lambda world: [world.refund_batch.pk],
    "payments:contract-deposit": lambda world: [world.contract.pk],
    "payments:deposit-record": lambda world: [world.contract.pk],
    "payments:deposit-reverse": lambda world: [world.deposit.pk],
    "payments:settlement-prepare": lambda world: [world.contract.pk],
    "payments:settlement-approve": lambda world: [world.settlement.pk],
    "payments:settlement-cancel": lambda world: [world.settlement.pk],
}
