"""`./dev bench [month|receipts|pages|search|ledger|reconcile|camt|deadlines …]`: ratios in one run.

It says when a limit is missed, and ends with 0 all the same: a measure is no test.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()

# ruff: noqa: E402
from django.db import connection

from tests.bench import camt, deadlines, month, pages, reconcile, search
from tests.bench.processes import Bench, bench
from tests.bench.report import Row, table

SERVER = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_level")
LIMITS = {"receipts: bulk, one process": 0.7, "receipts: bulk, two workers": 0.4}


def receipts(bench: Bench, _big: str) -> list[Row]:
    """Bulk issue against WeasyPrint called once per document."""
    with bench.database() as database:
        found = bench.run(database, "receipts")
    rows = []
    for label, value, unit in found:
        limit = next((limit for start, limit in LIMITS.items() if label.startswith(start)), None)
        name = label.split(" (at most")[0]
        shown = "" if unit == "×" else f"{value:,.1f} {unit}"
        rows.append(Row(name, shown, "", value if unit == "×" else None, limit))
    return rows


def ledger(bench: Bench, big: str) -> list[Row]:
    """The verification of the whole ledger."""
    found = bench.run(big, "steps", "check")
    what = f"check_ledger, {found['terms']:,} terms" + ("" if found["ok"] else " (FAILS)")
    return [Row(what, f"{found['seconds']:.1f} s")]


PARTS: dict[str, Callable[[Bench, str], list[Row]]] = {
    "month": month.measure,
    "pages": pages.measure,
    "search": search.measure,
    "ledger": ledger,
    "receipts": receipts,
    "reconcile": reconcile.measure,
    "camt": camt.measure,
    "deadlines": deadlines.measure,
}
ALONE = {"receipts", "reconcile", "camt", "deadlines"}
"""Parts that seed their own databases."""


def main(names: list[str]) -> int:
    """Measure the parts named, or all, and print the table."""
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"No such part: {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}")
        return 2
    begun = time.monotonic()
    rows: list[Row] = []
    _say_machine()
    with bench() as run, run.database() as big:
        if not names or set(names) - ALONE:
            _say(f"seeding {month.SIZE:,} residents")
            run.run(big, "steps", "seed", 1, pages.MONTHS)
            run.run(big, "steps", "seed", month.SIZE - 1, 1)
        for name in names or PARTS:
            _say(name)
            found = _measured(name, run, big)
            print(f"\n{table(found)}", flush=True)
            rows += found
    missed = [row.what for row in rows if row.missed]
    print(f"\n{len(missed)} limit(s) missed." if missed else "\nEvery limit is held.")
    for what in missed:
        print(f"  MISSED: {what}")
    _say(f"{time.monotonic() - begun:.0f} s in all; load {_load()}")
    return 0


def _measured(name: str, run: Bench, big: str) -> list[Row]:
    try:
        return PARTS[name](run, big)
    except subprocess.CalledProcessError as error:
        return [Row(f"{name}: {' '.join(error.cmd[2:])} failed", "", limit=0)]


def _say_machine() -> None:
    with connection.cursor() as cursor:
        values = []
        for name in SERVER:
            cursor.execute(f"SHOW {name}")
            values.append(f"{name} {cursor.fetchone()[0]}")
    connection.close()
    print(f"PostgreSQL, settings as in production: {', '.join(values)}")
    print(f"{os.cpu_count()} processors, load {_load()}", flush=True)


def _load() -> str:
    return ", ".join(f"{value:.1f}" for value in os.getloadavg())


def _say(what: str) -> None:
    sys.stderr.write(f"… {what}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
