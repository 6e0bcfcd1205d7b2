"""The ledger and what hangs on it."""

from payments.models.bank import BankAccount, BankFile, BankLayout, BankLine, BankStatement
from payments.models.caf import (
    CafFile,
    CafLayout,
    CafLine,
    CafOffice,
    CafStatement,
    CafTie,
)
from payments.models.debits import Debit, DebitBatch, StatusReport
from payments.models.deposits import DepositDeduction, DepositSettlement
from payments.models.ledger import Account, Entry, EntryNumber, Posting
from payments.models.mandates import Mandate
from payments.models.papers import TermPaper
from payments.models.periods import MonthClosing, PeriodLock
from payments.models.reconciling import (
    KnownPayer,
    LineProposal,
    Reconciliation,
    ReconciliationPart,
)
from payments.models.refunds import CalledOffTransfer, Refund, RefundBatch
from payments.models.terms import Term, TermLine

__all__ = [
    "Account",
    "BankAccount",
    "BankFile",
    "BankLayout",
    "BankLine",
    "BankStatement",
    "CafFile",
    "CafLayout",
    "CafLine",
    "CafOffice",
    "CafStatement",
    "CafTie",
    "CalledOffTransfer",
    "Debit",
    "DebitBatch",
    "DepositDeduction",
    "DepositSettlement",
    "Entry",
    "EntryNumber",
    "KnownPayer",
    "LineProposal",
    "Mandate",
    "MonthClosing",
    "PeriodLock",
    "Posting",
    "Reconciliation",
    "ReconciliationPart",
    "Refund",
    "RefundBatch",
    "StatusReport",
    "Term",
    "TermLine",
    "TermPaper",
]
