"""Write the whole ledger in the formats that accountants and their tools read."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, TextIO

from django.db import transaction

from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.export import Column, safe_text, write_xlsx
from payments.calculations.fec import COLUMNS
from payments.enums import AccountKind, EntryKind, Payer
from payments.selectors.labels import contract_labels
from payments.services.book_rows import CARRIED, PAST_RESULT, YEAR_RESULT, Row, entries_of
from residents.models import Contract

HLEDGER_ROOTS = {
    "RECEIVABLE": "actif:résidents",
    "AID_AT_TAKEOVER": "actif:aides à la reprise",
    "BANK": "actif:banque",
    "CASH": "actif:caisse",
    "IN_TRANSIT": "actif:à rapprocher",
    "DEPOSIT_HELD": "passif:dépôts de garantie",
    "REFUND_DUE": "passif:à rembourser",
    "SUSPENSE": "passif:attente",
    "OUT_OF_SCOPE": "passif:hors gestion locative",
    "FEES": "produits:redevances",
    "CHARGES": "produits:charges récupérées",
    "WRITE_OFF": "charges:créances abandonnées",
    "DEPOSIT_KEPT": "produits:retenues sur dépôts",
    "PENALTY": "charges:majorations",
    "OPENING": "capitaux:reprise",
    PAST_RESULT: "capitaux:report à nouveau",
    YEAR_RESULT: "capitaux:résultat de l'exercice",
}
BEANCOUNT_ROOTS = {
    "RECEIVABLE": "Assets:Residents",
    "AID_AT_TAKEOVER": "Assets:AidesReprise",
    "BANK": "Assets:Banque",
    "CASH": "Assets:Caisse",
    "IN_TRANSIT": "Assets:ARapprocher",
    "DEPOSIT_HELD": "Liabilities:Depots",
    "REFUND_DUE": "Liabilities:ARembourser",
    "SUSPENSE": "Liabilities:Attente",
    "OUT_OF_SCOPE": "Liabilities:HorsGestion",
    "FEES": "Income:Redevances",
    "CHARGES": "Income:Charges",
    "WRITE_OFF": "Expenses:CreancesAbandonnees",
    "DEPOSIT_KEPT": "Income:RetenuesSurDepots",
    "PENALTY": "Expenses:Majorations",
    "OPENING": "Equity:Reprise",
    PAST_RESULT: "Equity:ReportANouveau",
    YEAR_RESULT: "Equity:Resultat",
}
JOURNALS = {
    CARRIED: ("AN", "À nouveaux"),
    "TERM": ("VE", "Ventes"),
    "OPENING": ("AN", "À nouveaux"),
    "PAYMENT": ("BQ", "Encaissements"),
    "AID": ("BQ", "Encaissements"),
    "REFUND": ("BQ", "Encaissements"),
    "BANK": ("BQ", "Encaissements"),
}
MISCELLANEOUS = ("OD", "Opérations diverses")
CASH_JOURNAL = ("CA", "Caisse")
"""Of every entry that moves cash, whatever it is."""
FEC_COLUMNS = COLUMNS
CSV_COLUMNS = (
    *("entry", "key", "kind", "date", "label", "account", "contract", "amount", "payer", "month"),
)


WORKBOOK = "xlsx"
MOST_ROWS = 200_000
"""A workbook is made in memory: longer books are given as CSV."""
WORKBOOK_COLUMNS = (
    Column("Date", "date"),
    Column("Écriture", "number"),
    Column("Nature"),
    Column("Libellé"),
    Column("Compte"),
    Column("Intitulé du compte"),
    Column("Contrat"),
    Column("Débit", "money"),
    Column("Crédit", "money"),
    Column("Payeur"),
    Column("Mois", "date"),
    Column("Clé"),
)


class BooksTooLong(Refused):
    """The period holds more lines than a workbook takes."""


@dataclass(frozen=True)
class Exported:
    """How many entries and postings were written."""

    entries: int
    postings: int


Writer = Callable[[TextIO, Iterator[list[Row]]], Exported]


@transaction.atomic
def export_ledger(
    stream: TextIO, form: str, *, first: date | None = None, last: date | None = None
) -> Exported:
    """Write the ledger, oldest entry first, as "hledger", "beancount", "fec" or "csv".

    With days, only the entries dated from `first` to `last`, after one that opens the accounts
    with their balances of the day before: each account of the file ends at the ledger's balance.
    """
    return WRITERS[form](stream, entries_of(first, last))


def write_books(
    raw: BinaryIO, form: str, *, first: date | None = None, last: date | None = None
) -> Exported:
    """Write the ledger to a file, in one of WRITERS or as a workbook. Raises BooksTooLong."""
    if form == WORKBOOK:
        return _workbook(raw, entries_of(first, last))
    text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    exported = export_ledger(text, form, first=first, last=last)
    text.flush()
    text.detach()
    return exported


def _workbook(raw: BinaryIO, entries: Iterator[list[Row]]) -> Exported:
    """Write a line a posting: dates and amounts are typed, headings filter."""
    lines: list[tuple[Any, ...]] = []
    count = 0
    for rows in entries:
        count += 1
        lines += [_workbook_line(row) for row in rows]
        if len(lines) > MOST_ROWS:
            raise BooksTooLong(
                f"Cette période a plus de {MOST_ROWS} lignes : choisissez une période plus courte, "
                "ou le format CSV."
            )
    raw.write(write_xlsx(WORKBOOK_COLUMNS, lines, sheet="Écritures"))
    return Exported(count, len(lines))


def _workbook_line(row: Row) -> tuple[Any, ...]:
    kind = "à nouveaux" if row.kind == CARRIED else EntryKind(row.kind).label
    payer = Payer(row.payer).label if row.payer else ""
    debit = row.amount if row.amount > 0 else None
    credit = -row.amount if row.amount < 0 else None
    return (
        *(row.on, row.entry, str(kind), row.label, row.code, row.account_label),
        *(row.contract or "", debit, credit, str(payer), row.month, row.key),
    )


def _hledger(stream: TextIO, entries: Iterator[list[Row]]) -> Exported:
    stream.write("; Grand livre de Caracol\ndecimal-mark .\ncommodity 1000.00 EUR\n\n")
    stream.writelines(f"account {root}\n" for root in sorted(set(HLEDGER_ROOTS.values())))
    count = postings = 0
    for rows in entries:
        first = rows[0]
        stream.write(f"\n{first.on:%Y-%m-%d} * ({first.entry}) {_one_line(first.label)}\n")
        stream.write(f"    ; clé: {first.key}\n")
        for row in rows:
            stream.write(f"    {_hledger_account(row)}  {row.amount:.2f} EUR\n")
            postings += 1
        count += 1
    return Exported(count, postings)


def _hledger_account(row: Row) -> str:
    root = HLEDGER_ROOTS[row.account_kind]
    return f"{root}:{row.contract}" if row.contract else root


def _beancount(stream: TextIO, entries: Iterator[list[Row]]) -> Exported:
    stream.write('option "title" "Caracol"\noption "operating_currency" "EUR"\n\n')
    opened: set[str] = set()
    count = postings = 0
    for rows in entries:
        first = rows[0]
        for row in rows:
            account = _beancount_account(row)
            if account not in opened:
                opened.add(account)
                stream.write(f"{first.on:%Y-%m-%d} open {account} EUR\n")
        label = _one_line(first.label).replace("\\", "\\\\").replace('"', '\\"')
        stream.write(f'{first.on:%Y-%m-%d} * "{label}"\n  cle: "{first.key}"\n')
        for row in rows:
            stream.write(f"  {_beancount_account(row)}  {row.amount:.2f} EUR\n")
            postings += 1
        count += 1
    return Exported(count, postings)


def _beancount_account(row: Row) -> str:
    root = BEANCOUNT_ROOTS[row.account_kind]
    return f"{root}:{row.contract}" if row.contract else root


def _fec(stream: TextIO, entries: Iterator[list[Row]]) -> Exported:
    """Write the 18 columns of the French tax file (LPF A47 A-1), tabs between them."""
    stream.write("\t".join(FEC_COLUMNS) + "\r\n")
    holders = _holders()
    count = postings = 0
    for number, rows in enumerate(entries, start=1):
        journal = _journal(rows)
        for row in rows:
            holder = holders.get(row.contract or "", "")
            stream.write("\t".join([*journal, *_fec_row(number, row, holder)]) + "\r\n")
            postings += 1
        count += 1
    return Exported(count, postings)


def _holders() -> dict[str, str]:
    """Return who holds each contract, by its number: the accountant reads these names on lists."""
    labels = contract_labels(
        Contract.objects.values_list("pk", flat=True), clock.today(), with_places=False
    )
    return {label.number: label.people for label in labels.values()}


def _journal(rows: list[Row]) -> tuple[str, str]:
    kind = rows[0].kind
    if kind != CARRIED and any(row.account_kind == AccountKind.CASH for row in rows):
        return CASH_JOURNAL
    return JOURNALS.get(kind, MISCELLANEOUS)


def _fec_row(number: int, row: Row, holder: str) -> list[str]:
    """Return the columns after the journal's."""
    general, _, auxiliary = row.code.partition("-")
    general_code = general.ljust(6, "0")
    label = _one_line(row.label)
    return [
        str(number),
        f"{row.on:%Y%m%d}",
        general_code,
        row.account_label if not auxiliary else row.account_label.rsplit(" ", 1)[0],
        auxiliary,
        _one_line(holder or row.account_label) if auxiliary else "",
        row.key,
        f"{row.on:%Y%m%d}",
        label,
        _comma(max(row.amount, Decimal(0))),
        _comma(max(-row.amount, Decimal(0))),
        "",
        "",
        # An entry dated ahead (a month billed before it begins) is final on its own day.
        f"{max(row.written_on, row.on):%Y%m%d}",
        "",
        "",
    ]


def _csv(stream: TextIO, entries: Iterator[list[Row]]) -> Exported:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    count = postings = 0
    for rows in entries:
        for row in rows:
            writer.writerow(
                [
                    *(row.entry, row.key, row.kind, row.on, safe_text(row.label), row.code),
                    *(row.contract or "", f"{row.amount:.2f}", row.payer),
                    f"{row.month:%Y-%m}" if row.month else "",
                ]
            )
            postings += 1
        count += 1
    return Exported(count, postings)


def _one_line(text: str) -> str:
    return " ".join(text.replace(";", ",").split())


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


WRITERS: dict[str, Writer] = {
    "hledger": _hledger,
    "beancount": _beancount,
    "fec": _fec,
    "csv": _csv,
}
