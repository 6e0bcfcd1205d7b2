"""Every sample file is read to the cent, or refused with its place."""

import csv
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from payments.readers.detection import READERS, format_of
from payments.readers.shapes import FileRefused, Line, Opening

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "bank"
FORMATS = {
    "camt052": "camt.052",
    "camt053": "camt.053",
    "camt054": "camt.054",
    "cfonb120": "cfonb120",
    "csv": "csv",
    "mt940": "mt940",
    "ofx": "ofx",
    "qif": "qif",
}
# What is no statement, or is spoiled: the words that its refusal holds.
REFUSED = {
    "camt053/genkgo_camt053.v2.wrong.xml": None,  # an empty report: no statement, no refusal
    "cfonb120/pennylane_invalid_date.txt": "Ligne 1",
    "cfonb120/pennylane_operation.txt": "sans ancien solde",
    "cfonb120/pennylane_operation_out_of_statement.txt": "sans ancien solde",
    "ofx/asgrim_ofxdata-banking-xml200.ofx": "Ligne 32",
    "ofx/ofxparse_decimal_error.ofx": "$120",
}
# Sections that hold no money, and movements that come without any statement around them.
COUNTED_OTHERWISE = {
    "qif/quiffen_test.qif": (1, 6),
    "mt940/cmxl_statement-details-mt940.txt": (1, 1),
    "mt940/cmxl_statement-details-mt942.txt": (1, 1),
    "mt940/cmxl_statement-mt940.txt": (1, 2),
}


def manifest():
    """The samples whose folder is a statement's format."""
    with (SAMPLES / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [row for row in rows if row["file"].split("/")[0] in FORMATS]


def total(text):
    """The sum that the manifest writes "12.00 EUR"."""
    return Decimal(text.split()[0]) if text.strip() else Decimal(0)


def events_of(name):
    """Detect and read a sample."""
    with (SAMPLES / name).open("rb") as file:
        return list(READERS[format_of(file)](file))


@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["file"])
def test_a_sample_gives_its_counts_and_sums(row):
    """Statements, entries, credits and debits are those of an independent reader."""
    name = row["file"]
    if REFUSED.get(name):
        with pytest.raises(FileRefused) as refusal:
            events_of(name)
        assert REFUSED[name] in str(refusal.value)
        return
    events = events_of(name)
    lines = [event for event in events if isinstance(event, Line)]
    statements = sum(isinstance(event, Opening) for event in events)
    wanted = COUNTED_OTHERWISE.get(name, (int(row["statements"]), int(row["entries"])))
    assert (statements, len(lines)) == wanted
    assert sum(line.amount for line in lines if line.amount > 0) == total(row["sum_credit"])
    assert -sum(line.amount for line in lines if line.amount < 0) == total(row["sum_debit"])


@pytest.mark.parametrize("row", manifest(), ids=lambda row: row["file"])
def test_a_sample_is_known_by_its_content(row):
    """Its name says nothing."""
    with (SAMPLES / row["file"]).open("rb") as file:
        assert format_of(file) == FORMATS[row["file"].split("/")[0]]
        assert file.tell() == 0


def expected():
    """What an independent reader saw of each camt entry, by file."""
    found = defaultdict(list)
    with (SAMPLES / "EXPECTED-camt-entries.jsonl").open(encoding="utf-8") as file:
        for text in file:
            entry = json.loads(text)
            found[entry["file"]].append(entry)
    return found


def seen(opening, line, number):
    """An entry as the independent reader writes it."""
    return {
        "statement": opening.reference,
        "account": opening.account or None,
        "n": number,
        "amount": abs(line.amount),
        "currency": line.currency,
        "reversal": line.is_reversal,
        "booked": str(line.booked_on) if line.booked_on else None,
        "value": str(line.value_on) if line.value_on else None,
        "servicer_ref": line.bank_ref or None,
        "details": [detail_seen(detail) for detail in line.details],
    }


def detail_seen(detail):
    """A detail as the independent reader writes it: what is empty is left out."""
    facts = {
        "e2e": detail.end_to_end_id,
        "mandate": detail.mandate_id,
        "amount": detail.amount,
        "ustrd": list(detail.texts),
        "dbtr": detail.debtor,
        "dbtr_iban": detail.debtor_iban,
        "cdtr": detail.creditor,
        "ref": list(detail.references),
        "return_reason": detail.return_reason,
    }
    return {name: value for name, value in facts.items() if value not in ("", [], None)}


def wanted(entry):
    """An expected entry with its amounts and days in our types."""
    days = {name: entry[name][:10] if entry[name] else None for name in ("booked", "value")}
    details = [
        {
            k: Decimal(v) if k == "amount" else v
            for k, v in detail.items()
            if v not in ("", [], None)
        }
        for detail in entry["details"]
    ]
    kept = {k: v for k, v in entry.items() if k not in {"file", "sign", "status"}}
    return {**kept, **days, "amount": Decimal(entry["amount"]), "details": details}


@pytest.mark.parametrize(("name", "entries"), expected().items())
def test_a_camt_entry_is_seen_as_an_independent_reader_sees_it(name, entries):
    """Statement, account, day, sign, references, and every detail."""
    found, opening, number = [], None, 0
    for event in events_of(name):
        if isinstance(event, Opening):
            opening, number = event, 0
        elif isinstance(event, Line):
            number += 1
            found.append(seen(opening, event, number))
            entry = entries[len(found) - 1]
            assert event.status == (entry["status"] or "BOOK")
            assert event.amount == 0 or (event.amount > 0) == (entry["sign"] == "CRDT")
    assert found == [wanted(entry) for entry in entries]
