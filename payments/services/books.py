"""Write the whole ledger in the formats that accountants and their tools read."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO, TextIO

from django.db import transaction

from caracol.core.errors import Refused
from caracol.core.export import Column, safe_text, write_xlsx
from payments.calculations.fec import COLUMNS
from payments.enums import CHART, AccountKind, EntryKind, Payer
from payments.services.book_rows import (
    BY_DATE,
    BY_NUMBER,
    CARRIED,
    PAST_RESULT,
    YEAR_RESULT,
    Exported,
    Row,
    Writer,
    entries_of,
    one_line,
)
from payments.services.fec_books import write_fec
from payments.services.numbering import number_entries

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


@transaction.atomic
def export_ledger(
    stream: TextIO, form: str, *, first: date | None = None, last: date | None = None
) -> Exported:
    """Write the ledger, oldest entry first, as "hledger", "beancount", "fec" or "csv".

    The FEC follows the numbers of entries, which it gives to those that have none yet.

    With days, only the entries dated from `first` to `last`, after one that opens the accounts
    with their balances of the day before: each account of the file ends at the ledger's balance.
    """
    if form == "fec":
        number_entries()
    order = BY_NUMBER if form == "fec" else BY_DATE
    return WRITERS[form](stream, entries_of(first, last, order), first, last)


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


def _hledger(
    stream: TextIO, entries: Iterator[list[Row]], _first: date | None, _last: date | None
) -> Exported:
    stream.write("; Grand livre de Caracol\ndecimal-mark .\ncommodity 1000.00 EUR\n\n")
    stream.writelines(f"account {root}\n" for root in sorted(set(HLEDGER_ROOTS.values())))
    count = postings = 0
    for rows in entries:
        first = rows[0]
        stream.write(f"\n{first.on:%Y-%m-%d} * ({first.entry}) {one_line(first.label)}\n")
        stream.write(f"    ; clé: {first.key}\n")
        for row in rows:
            stream.write(f"    {_hledger_account(row)}  {row.amount:.2f} EUR\n")
            postings += 1
        count += 1
    return Exported(count, postings)


def _hledger_account(row: Row) -> str:
    root = HLEDGER_ROOTS[row.account_kind]
    return f"{root}:{own}" if (own := _own(row)) else root


def _own(row: Row) -> str:
    """Return what tells an account from the others of its kind: the contract, the other banks."""
    if row.account_kind == AccountKind.BANK and row.code.rstrip("0") != CHART[AccountKind.BANK]:
        return row.code
    return row.contract or ""


def _beancount(
    stream: TextIO, entries: Iterator[list[Row]], _first: date | None, _last: date | None
) -> Exported:
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
        label = one_line(first.label).replace("\\", "\\\\").replace('"', '\\"')
        stream.write(f'{first.on:%Y-%m-%d} * "{label}"\n  cle: "{first.key}"\n')
        for row in rows:
            stream.write(f"  {_beancount_account(row)}  {row.amount:.2f} EUR\n")
            postings += 1
        count += 1
    return Exported(count, postings)


def _beancount_account(row: Row) -> str:
    root = BEANCOUNT_ROOTS[row.account_kind]
    return f"{root}:{own}" if (own := _own(row)) else root


def _csv(
    stream: TextIO, entries: Iterator[list[Row]], _first: date | None, _last: date | None
) -> Exported:
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


WRITERS: dict[str, Writer] = {
    "hledger": _hledger,
    "beancount": _beancount,
    "fec": write_fec,
    "csv": _csv,
}
