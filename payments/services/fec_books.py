"""Write the books as the French tax file (FEC, LPF art. A47 A-1): 18 columns, tabs between them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TextIO

from caracol.core import clock
from payments.calculations.fec import COLUMNS
from payments.calculations.lettering import Mark
from payments.enums import PER_CONTRACT, AccountKind, EntryKind
from payments.models import EntryNumber
from payments.selectors.labels import contract_labels
from payments.selectors.lettering import lettering
from payments.selectors.pieces import Piece, pieces
from payments.services.book_rows import CARRIED, Exported, Row, one_line
from residents.models import Contract

JOURNALS = {
    CARRIED: ("AN", "À nouveaux"),
    EntryKind.TERM: ("VE", "Ventes"),
    EntryKind.OPENING: ("AN", "À nouveaux"),
    EntryKind.PAYMENT: ("BQ", "Encaissements"),
    EntryKind.AID: ("BQ", "Encaissements"),
    EntryKind.REFUND: ("BQ", "Encaissements"),
    EntryKind.BANK: ("BQ", "Encaissements"),
}
MISCELLANEOUS = ("OD", "Opérations diverses")
CASH_JOURNAL = ("CA", "Caisse")
"""Of every entry that moves cash, whatever it is."""
CHUNK = 1000


def write_fec(
    stream: TextIO, entries: Iterator[list[Row]], first: date | None, last: date | None
) -> Exported:
    """Write numbered entries, in the order of their numbers, each with its paper and letters."""
    stream.write("\t".join(COLUMNS) + "\r\n")
    file = _File(first, last)
    count = postings = 0
    while chunk := list(islice(entries, CHUNK)):
        file.read(chunk)
        for rows in chunk:
            journal = _journal(rows)
            stream.writelines("\t".join([*journal, *file.cells(row)]) + "\r\n" for row in rows)
            postings += len(rows)
        count += len(chunk)
    return Exported(count, postings)


def _journal(rows: list[Row]) -> tuple[str, str]:
    kind = rows[0].kind
    if kind != CARRIED and any(row.account_kind == AccountKind.CASH for row in rows):
        return CASH_JOURNAL
    return JOURNALS.get(kind, MISCELLANEOUS)


class _File:
    """What the lines of one file say beside their entries: numbers, papers, letters, names."""

    def __init__(self, first: date | None, last: date | None) -> None:
        labels = contract_labels(
            Contract.objects.values_list("pk", flat=True), clock.today(), with_places=False
        )
        # The accountant reads these names on lists: nothing else of a person is written.
        self.holders = {label.number: label.people for label in labels.values()}
        self.marks: dict[int, Mark] = lettering(first, last)
        self.numbers: dict[int, str] = {}
        self.pieces: dict[int, Piece] = {}

    def read(self, chunk: list[list[Row]]) -> None:
        """Read the numbers and the papers of some entries."""
        ids = {rows[0].entry for rows in chunk}
        numbers = EntryNumber.objects.filter(entry__in=ids)
        self.numbers = {row.entry_id: str(row) for row in numbers}
        self.pieces = pieces(ids)

    def cells(self, row: Row) -> list[str]:
        """Return the columns after the journal's."""
        general, _, auxiliary = row.code.partition("-")
        holder = self.holders.get(row.contract or "", "") or row.account_label
        piece = self.pieces.get(row.entry) or Piece(_own_reference(row), row.on)
        mark = self.marks.get(row.posting)
        return [
            self.numbers.get(row.entry) or f"AN{row.on:%Y%m%d}",
            f"{row.on:%Y%m%d}",
            general.ljust(6, "0"),
            account_label(row),
            auxiliary,
            one_line(holder) if auxiliary else "",
            one_line(piece.number),
            f"{piece.on:%Y%m%d}",
            one_line(row.label),
            _comma(max(row.amount, Decimal(0))),
            _comma(max(-row.amount, Decimal(0))),
            mark.letter if mark else "",
            f"{mark.on:%Y%m%d}" if mark else "",
            # An entry dated ahead (a month billed before it begins) is final on its own day.
            f"{max(row.written_on, row.on):%Y%m%d}",
            "",
            "",
        ]


def account_label(row: Row) -> str:
    """Return the name of the general account: that of the kind, for those of contracts."""
    if row.account_kind in PER_CONTRACT:
        return str(AccountKind(row.account_kind).label).capitalize()
    return one_line(row.account_label)


def _own_reference(row: Row) -> str:
    """Return what an entry without a paper is found by: its number in the ledger, its nature."""
    if row.kind == CARRIED:
        return f"AN{row.on:%Y%m%d}"
    return f"REPRISE-{row.entry}" if row.kind == EntryKind.OPENING else f"E{row.entry}"


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")
