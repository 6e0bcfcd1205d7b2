"""Columns of CSV layouts that no heading tells: said once by a person, then remembered."""

import hashlib
from collections.abc import Mapping as Facts
from collections.abc import Sequence
from typing import BinaryIO

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.text import sort_key
from payments.models import BankLayout
from payments.readers.detection import READERS
from payments.readers.shapes import Events
from payments.readers.sheet import LayoutUnknown, Mapping, read_csv
from payments.readers.values import amount_of

REMEMBERED = history.label("payments.layout-remembered", "Disposition de colonnes retenue")


def events_of(kind: str, stream: BinaryIO) -> Events:
    """Return what a file holds; a CSV of a layout remembered is read by it. Raises FileRefused."""
    if kind != "csv":
        return READERS[kind](stream)
    return _csv_events(stream)


def _csv_events(stream: BinaryIO) -> Events:
    try:
        yield from read_csv(stream)
    except LayoutUnknown as unknown:
        known = BankLayout.objects.filter(signature=signature_of(unknown.rows)).first()
        if known is None:
            raise
        stream.seek(0)
        yield from read_csv(stream, Mapping(known.columns))


def signature_of(rows: Sequence[Sequence[str]]) -> str:
    """Return what tells a layout: its headings, or how many columns when it has none."""
    widest = max(rows, key=len, default=())
    head = next((row for row in rows if len(row) == len(widest)), ())
    bare = any(amount_of(cell) is not None for cell in head if cell.strip())
    words = f"{len(head)} colonnes" if bare else "|".join(sort_key(cell) for cell in head)
    return hashlib.sha256(words.encode()).hexdigest()


@transaction.atomic
def remember_layout(
    *, rows: Sequence[Sequence[str]], name: str, columns: Facts[str, int], actor: User
) -> BankLayout:
    """Remember which column holds what; a layout known already is replaced."""
    with history.act(REMEMBERED, actor=actor):
        layout, _created = BankLayout.objects.update_or_create(
            signature=signature_of(rows),
            defaults={"name": name, "columns": dict(columns), "made_by": actor},
        )
    return layout
