"""The ledger and what hangs on it."""

from payments.models.ledger import Account, Entry, Posting
from payments.models.mandates import Mandate
from payments.models.papers import TermPaper
from payments.models.periods import MonthClosing, PeriodLock
from payments.models.terms import Term, TermLine

__all__ = [
    "Account",
    "Entry",
    "Mandate",
    "MonthClosing",
    "PeriodLock",
    "Posting",
    "Term",
    "TermLine",
    "TermPaper",
]
