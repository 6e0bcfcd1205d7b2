"""Reconciliation: right and wrong matches on the two sample months, and its time by lines.

`python -m tests.bench.reconcile` measures on its database and answers with JSON.
"""

import io
import json
import os
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()

# ruff: noqa: E402
from django.core.management import call_command

from payments.calculations.match_facts import Claim, Payment
from payments.calculations.matching import decide, open_book
from payments.calculations.naming import Household
from tests.bench.processes import Bench, answer
from tests.bench.report import Row
from tests.helpers.samples import sample

MONTHS = ("2026-11", "2026-12")
CONTRACTS, MANY, FEW = 20_000, 10_000, 2_000
KINDS = {"resident", "third_party", "sdd_return"}
LAST = ("Diallo", "Haddad", "Tesfaye", "Karimi", "Martin", "Ndiaye", "Ozturk", "Lefevre")


def measure(bench: Bench, _big: str) -> list[Row]:
    """Reconcile the sample months in an empty database; match many lines in memory."""
    with bench.database() as database:
        found = bench.run(database, "reconcile")
    rows = []
    for month, kind in found["months"].items():
        rows += [
            Row(
                f"reconcile {month}: wrong automatic", str(kind["wrong"]), "", kind["wrong"], 0, ""
            ),
            Row(
                f"reconcile {month}: signed lines not automatic",
                f"{kind['signed_auto']}/{kind['signed']}",
                "",
                _missing(kind["signed_auto"], kind["signed"]),
                5,
                "%",
            ),
            Row(
                f"reconcile {month}: other lines, first proposal wrong",
                f"{kind['first']}/{kind['unsigned']}",
                "",
                _missing(kind["first"], kind["unsigned"]),
                5,
                "%",
            ),
        ]
    each, few = found["many"] / MANY, found["few"] / FEW
    rows.append(
        Row(
            f"reconcile, time per line among {CONTRACTS:,} contracts, {MANY:,} / {FEW:,} lines",
            f"{each * 1000:.3f} ms",
            f"{few * 1000:.3f} ms",
            each / few,
            1.5,
        )
    )
    return rows


def _missing(right: int, whole: int) -> float:
    return 100 * (whole - right) / whole if whole else 0.0


def _manage(*arguments: object) -> None:
    call_command(*map(str, arguments), "--json", stdout=io.StringIO(), stderr=io.StringIO())


def _months(folder: Path) -> dict[str, Any]:
    _manage("takeover", sample("reprise.xlsx"))
    found = {}
    for month in MONTHS:
        _manage("close_month", month)
        _manage("import_bank", sample(f"releve-{month}.camt053.xml"))
        _manage("reconcile", "--out", folder / month)
        truth = sample(f"attendu-{month}.csv")
        rows = [json.loads(line) for line in (folder / month).read_text().splitlines()]
        found[month] = _score({row["bank_ref"]: row for row in rows}, truth.read_text())
        _manage("reconcile", "--confirm", truth)
    return found


def _score(decided: dict[str, Any], truth: str) -> dict[str, int]:
    counts = dict.fromkeys(("wrong", "signed", "signed_auto", "unsigned", "first"), 0)
    for line in truth.splitlines()[1:]:
        ref, _on, _amount, kind, contracts = line.split(",")
        row = decided[ref]
        parts = sorted(part["contract"] for part in row["allocations"])
        is_right = parts == sorted(part.split(":")[0] for part in contracts.split("|") if part)
        counts["wrong"] += row["decision"] == "auto" and not is_right
        if kind not in KINDS:
            continue
        named = row["decision"] != "none"
        signed = named and row["rule"] in {"REFERENCE", "ROOM", "ACCOUNT", "RETURN"}
        counts["signed" if signed else "unsigned"] += 1
        if signed:
            counts["signed_auto"] += row["decision"] == "auto" and is_right
        else:
            counts["first"] += is_right
    return counts


def _timed(lines: int) -> float:
    claims = [
        Claim(
            f"C{n:05}",
            (Household(f"{LAST[n % 8]}{n % 997}", f"Ana{n % 211}"),),
            date(2026, 1, 1),
            date(2027, 1, 1),
            due=Decimal(200),
            open_amounts=(Decimal(200),),
        )
        for n in range(CONTRACTS)
    ]
    book = open_book(claims, {})
    begun = time.perf_counter()
    for n in range(lines):
        who = n * 7 % CONTRACTS
        text = f"loyer C{who:05}" if n % 2 else "loyer"
        payer = f"{LAST[who % 8]}{who % 997} Ana{who % 211}"
        decide(Payment(Decimal(200), date(2026, 11, 5), (text,), payer), book)
    return time.perf_counter() - begun


def look() -> dict[str, Any]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        months = _months(Path(folder))
    return {"months": months, "few": _timed(FEW), "many": _timed(MANY)}


if __name__ == "__main__":
    answer(look())
