"""Whether the rows of a workbook hold together, and with the rules in force. Pure.

An error that only follows from another reported one is not reported.
"""

from caracol.takeover.checks import (
    balances,
    contracts,
    homes,
    insurances,
    occupancy,
    residents,
)
from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.checks.rules import Rules
from caracol.takeover.findings import Findings
from caracol.takeover.rows import TakeoverBook

__all__ = ["Rules", "check_book"]


def check_book(book: TakeoverBook, rules: Rules, found: Findings) -> CheckedBook:
    """Note every remark on the rows and return them with what finds them."""
    checked = CheckedBook.index(book, found)
    for part in (homes, residents, contracts, occupancy, insurances, balances):
        part.check(checked, rules, found)
    return checked
