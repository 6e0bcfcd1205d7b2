"""Amounts, days and texts as banks write them. Pure."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

_SPACES = str.maketrans("", "", " \t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}'")
_ENDS = re.compile(r"(EUR|€)", re.IGNORECASE)


def amount_of(text: str) -> Decimal | None:
    """Read "1 234,56", "-1.234,56", "+30,00", "1,234.56", "12.5"; None for anything else.

    The last of comma and dot is the decimal one, unless it groups thousands.
    """
    bare = _ENDS.sub("", text).translate(_SPACES).replace("\N{MINUS SIGN}", "-")
    if "," in bare and "." in bare:
        thousands = "," if bare.rfind(".") > bare.rfind(",") else "."
        bare = bare.replace(thousands, "")
    if bare.count(",") > 1:
        bare = bare.replace(",", "")
    bare = bare.replace(",", ".")
    if bare.count(".") > 1:
        bare = bare.replace(".", "")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", bare):
        return None
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None


def day_of(text: str, *forms: str) -> date | None:
    """Read a day in the first of the forms (strptime) that fits; None when none does."""
    for form in forms:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    return None


def folded(text: str) -> str:
    """Return a text on one line, its spaces folded."""
    return " ".join(text.split())
