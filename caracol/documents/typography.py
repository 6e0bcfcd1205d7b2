"""French typography for the papers: amounts, days, spaces, references. Pure but for the library.

The templates of the papers have these filters as built-ins and no other tag library.
"""

import re
from datetime import date
from decimal import Decimal

from django.template import Library

from caracol.core.money import NBSP, NNBSP, euros, number
from caracol.core.periods import Month, french_day

register = Library()
APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
DASH = "\N{EN DASH}"


@register.filter
def french(text: str) -> str:
    """Set a French sentence: apostrophes, no-break spaces at high marks, units and numbers."""
    text = text.replace("'", APOSTROPHE)
    text = re.sub(r"(?<=[\w)»%€])[ \u00a0\u202f]*([;!?])(?=\s|$)", rf"{NNBSP}\1", text)
    text = re.sub(r"[ \u00a0\u202f]+:(?=\s|$)", f"{NBSP}:", text)
    text = re.sub(r"«[ \u00a0\u202f]*", f"«{NBSP}", text)
    text = re.sub(r"[ \u00a0\u202f]*»", f"{NBSP}»", text)
    text = re.sub(r"(?<=\d) (?=€|%|jours?\b|mois\b)", NBSP, text)
    text = re.sub(r"(?<=\d) (?=\d{3}\b)", NNBSP, text)
    text = re.sub(r"\b(\d{1,2}|1er) (?=[a-zéû]{3,9} \d{4}\b)", rf"\1{NBSP}", text)
    return re.sub(r"\b(n°|M\.|Mme|art\.) ", rf"\1{NBSP}", text)


@register.filter(name="euros")
def euros_of(amount: str) -> str:
    """Write a frozen amount: "1 234,56 €"."""
    return euros(Decimal(amount))


@register.filter(name="amount")
def amount_of(amount: str) -> str:
    """Write a frozen amount without its unit, for a column headed in euros."""
    return number(Decimal(amount))


@register.filter
def opposite(amount: str) -> str:
    """Return a frozen amount with the other sign."""
    return format(-Decimal(amount), "f")


@register.filter
def plus(amount: str, other: str) -> str:
    """Return the sum of two frozen amounts."""
    return format(Decimal(amount) + Decimal(other), "f")


@register.filter
def total(items: list[dict[str, str]], name: str) -> str:
    """Return the sum of one amount over frozen lines."""
    return format(sum((Decimal(item[name]) for item in items), Decimal("0.00")), "f")


@register.filter
def sign(amount: str) -> int:
    """Return -1, 0 or 1, to compare a frozen amount in a template."""
    value = Decimal(amount)
    return (value > 0) - (value < 0)


@register.filter
def day(iso: str) -> str:
    """Write a frozen day: "1er novembre 2026"."""
    return french_day(date.fromisoformat(iso)).replace(" ", NBSP, 1)


@register.filter
def short_day(iso: str) -> str:
    """Write a frozen day in figures: "01/11/2026"."""
    return f"{date.fromisoformat(iso):%d/%m/%Y}"


@register.filter
def month(text: str) -> str:
    """Write a frozen month: "novembre 2026"."""
    return Month.parse(text).label.replace(" ", NBSP)


@register.filter
def of_month(text: str) -> str:
    """Write a frozen month after its preposition: "de novembre 2026", "d'avril 2026"."""
    label = month(text)
    return f"d{APOSTROPHE}{label}" if label[0] in "ao" else f"de {label}"


@register.filter
def span(first: str, last: str) -> str:
    """Write a period: "du 1er au 30 novembre 2026"; what both days share is said once."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    words = french_day(start).split(" ")
    if start.year == end.year:
        words.pop()
        if start.month == end.month:
            words.pop()
    return f"du {NBSP.join(words)} au {day(last)}"


@register.filter
def fours(text: str) -> str:
    """Group an IBAN or a fingerprint by four."""
    bare = text.replace(" ", "").upper()
    return NBSP.join(bare[i : i + 4] for i in range(0, len(bare), 4))


@register.filter
def siret(text: str) -> str:
    """Group a SIRET: "123 456 782 00010"."""
    bare = text.replace(" ", "")
    if len(bare) != 14:
        return text
    return NBSP.join((bare[:3], bare[3:6], bare[6:9], bare[9:]))


@register.filter
def address_lines(text: str) -> list[str]:
    """Cut an address at its commas, one line each."""
    return [part.strip() for part in text.split(",") if part.strip()]
