"""Write pain.008 (debits) and pain.001 (transfers), in the version the bank takes.

No postal address is written: unstructured ones are refused from November 2026 (FORMATS 2.5).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lxml import etree

from caracol.core.money import ZERO
from payments.calculations.sepa import NAME, sepa_text
from payments.writers.checks import check_debits, check_schema, check_transfers
from payments.writers.shapes import (
    DebitFile,
    DebitOrder,
    Party,
    TransferFile,
    TransferOrder,
)

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
# The versions that name a bank's code BIC; later ones say BICFI.
_OLD = frozenset({"pain.008.001.02", "pain.001.001.03"})
_NO_BIC = "NOTPROVIDED"


def write_debits(file: DebitFile) -> bytes:
    """Return a file of debits, checked as its bank would. Raises FileNotValid."""
    check_debits(file)
    root = _document(file.message)
    body = _add(root, "CstmrDrctDbtInitn")
    _header(body, file.reference, file.made_at, file.orders, file.creditor)
    for sequence in sorted({order.sequence for order in file.orders}):
        orders = [order for order in file.orders if order.sequence == sequence]
        _debit_group(body, file, sequence, orders)
    return _bytes(root, file.message)


def group_id(reference: str, sequence: str) -> str:
    """Return the reference of the part of a file that is of one sequence."""
    return f"{reference}-{sequence}"


def write_transfers(file: TransferFile) -> bytes:
    """Return a file of transfers, checked as its bank would. Raises FileNotValid."""
    check_transfers(file)
    root = _document(file.message)
    body = _add(root, "CstmrCdtTrfInitn")
    _header(body, file.reference, file.made_at, file.orders, file.debtor)
    group = _add(body, "PmtInf")
    _texts(group, PmtInfId=file.reference, PmtMtd="TRF", BtchBookg="false")
    _sums(group, file.orders)
    _texts(_add(_add(group, "PmtTpInf"), "SvcLvl"), Cd="SEPA")
    if file.message in _OLD:
        _texts(group, ReqdExctnDt=file.execute_on.isoformat())
    else:
        _texts(_add(group, "ReqdExctnDt"), Dt=file.execute_on.isoformat())
    _named(group, "Dbtr", file.debtor.name)
    _account(group, "DbtrAcct", file.debtor.iban)
    _agent(group, "DbtrAgt", file.debtor.bic, file.message)
    _texts(group, ChrgBr="SLEV")
    for order in file.orders:
        _transfer(group, order, file.message)
    return _bytes(root, file.message)


def _document(message: str) -> Any:
    space = NAMESPACE + message
    return etree.Element(f"{{{space}}}Document", nsmap={None: space})


def _add(parent: Any, name: str) -> Any:
    return etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")


def _texts(parent: Any, **values: str) -> None:
    for name, value in values.items():
        _add(parent, name).text = value


def _header(
    body: Any, reference: str, made_at: Any, orders: Iterable[Any], initiator: Party
) -> None:
    header = _add(body, "GrpHdr")
    _texts(header, MsgId=reference, CreDtTm=made_at.strftime("%Y-%m-%dT%H:%M:%S"))
    _sums(header, orders)
    _named(header, "InitgPty", initiator.name)


def _sums(parent: Any, orders: Iterable[Any]) -> None:
    amounts = [order.amount for order in orders]
    _texts(parent, NbOfTxs=str(len(amounts)), CtrlSum=_euros(sum(amounts, ZERO)))


def _euros(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _named(parent: Any, name: str, text: str) -> None:
    _texts(_add(parent, name), Nm=sepa_text(text, NAME))


def _account(parent: Any, name: str, iban: str) -> None:
    _texts(_add(_add(parent, name), "Id"), IBAN=iban)


def _agent(parent: Any, name: str, bic: str, message: str) -> None:
    agent = _add(_add(parent, name), "FinInstnId")
    if bic:
        _texts(agent, **{"BIC" if message in _OLD else "BICFI": bic})
    else:
        _texts(_add(agent, "Othr"), Id=_NO_BIC)


def _debit_group(body: Any, file: DebitFile, sequence: str, orders: list[DebitOrder]) -> None:
    group = _add(body, "PmtInf")
    _texts(group, PmtInfId=group_id(file.reference, sequence), PmtMtd="DD", BtchBookg="true")
    _sums(group, orders)
    kind = _add(group, "PmtTpInf")
    _texts(_add(kind, "SvcLvl"), Cd="SEPA")
    _texts(_add(kind, "LclInstrm"), Cd="CORE")
    _texts(kind, SeqTp=sequence)
    _texts(group, ReqdColltnDt=file.collect_on.isoformat())
    _named(group, "Cdtr", file.creditor.name)
    _account(group, "CdtrAcct", file.creditor.iban)
    _agent(group, "CdtrAgt", file.creditor.bic, file.message)
    _texts(group, ChrgBr="SLEV")
    scheme = _add(group, "CdtrSchmeId")
    other = _add(_add(_add(scheme, "Id"), "PrvtId"), "Othr")
    _texts(other, Id=file.creditor.creditor_id)
    _texts(_add(other, "SchmeNm"), Prtry="SEPA")
    for order in orders:
        _debit(group, order, file.message)


def _debit(group: Any, order: DebitOrder, message: str) -> None:
    debit = _add(group, "DrctDbtTxInf")
    _texts(_add(debit, "PmtId"), EndToEndId=order.end_to_end_id)
    amount = _add(debit, "InstdAmt")
    amount.set("Ccy", "EUR")
    amount.text = _euros(order.amount)
    mandate = _add(_add(debit, "DrctDbtTx"), "MndtRltdInf")
    _texts(mandate, MndtId=order.mandate, DtOfSgntr=order.signed_on.isoformat())
    _agent(debit, "DbtrAgt", order.bic, message)
    _named(debit, "Dbtr", order.debtor)
    _account(debit, "DbtrAcct", order.iban)
    _texts(_add(debit, "RmtInf"), Ustrd=order.remittance)


def _transfer(group: Any, order: TransferOrder, message: str) -> None:
    transfer = _add(group, "CdtTrfTxInf")
    _texts(_add(transfer, "PmtId"), EndToEndId=order.end_to_end_id)
    amount = _add(_add(transfer, "Amt"), "InstdAmt")
    amount.set("Ccy", "EUR")
    amount.text = _euros(order.amount)
    if order.bic:
        _agent(transfer, "CdtrAgt", order.bic, message)
    _named(transfer, "Cdtr", order.beneficiary)
    _account(transfer, "CdtrAcct", order.iban)
    _texts(_add(transfer, "RmtInf"), Ustrd=order.remittance)


def _bytes(root: Any, message: str) -> bytes:
    # Read back as the bank will: what is checked is what is written.
    data: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    check_schema(etree.fromstring(data), message)
    return data
