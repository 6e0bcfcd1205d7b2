"""Give contracts readable numbers, never the same twice: CRT-2026-031."""

import re

from django.db import connection

from residents.enums import NUMBER_PREFIXES
from residents.models import Contract

NUMBER_LOCKS = 731


def next_number(kind: str, year: int) -> str:
    """Return the next number of a type and a year, to be used in this transaction.

    Whoever asks for the same series waits until it ends. Numbers of a workbook that look alike
    count; a number once given is never given again, even to replace an abandoned draft.
    """
    series = f"{NUMBER_PREFIXES[kind]}-{year}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [NUMBER_LOCKS, series])
    numbers = Contract.objects.filter(number__startswith=series).values_list("number", flat=True)
    ranks = [
        int(found[1]) for text in numbers if (found := re.fullmatch(r"(\d+)", text[len(series) :]))
    ]
    return f"{series}{max(ranks, default=0) + 1:03}"
