"""How a bank line is known again, and how accounts written in two ways are the same. Pure."""

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from caracol.core.text import sort_key


@lru_cache(maxsize=256)
def account_core(number: str) -> str:
    """Return what an IBAN and a RIB of one French account share: bank, branch and number.

    Any other account is its letters and digits.
    """
    bare = re.sub(r"[^A-Z0-9]", "", number.upper())
    if re.fullmatch(r"FR\d{2}[A-Z0-9]{23}", bare):
        return bare[4:25]
    return bare


def same_account(one: str, other: str) -> bool:
    """Whether two numbers name one account; an export may give its end only, of 8 signs or more."""
    first, second = account_core(one), account_core(other)
    if not first or not second:
        return False
    short, long = sorted((first, second), key=len)
    return first == second or (len(short) >= 8 and short in long)


def line_base(
    *,
    account: str,
    booked_on: date,
    amount: Decimal,
    currency: str,
    bank_ref: str,
    texts: Iterable[str],
) -> str:
    """Return the fingerprint of what a line says, without its rank among equal ones.

    The bank's own reference stands for the words where there is one: banks change these later.
    """
    said = bank_ref.strip() or " ".join(sort_key(text) for text in texts if text)
    facts = (account_core(account), booked_on.isoformat(), f"{amount:.2f}", currency, said)
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:40]
