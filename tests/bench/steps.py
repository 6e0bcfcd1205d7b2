"""What runs in a process of its own: seeding, closing a month, writing its rows by COPY.

`python -m tests.bench.steps STEP …` answers with JSON on its last line.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()

# ruff: noqa: E402
from django.db import connections, transaction

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.database import OWNER
from caracol.core.periods import Month
from caracol.demo.seeding import seed
from payments.models import Entry, Posting, Term, TermLine
from payments.services.accounts import open_accounts
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from residents.models import Contract
from tests.bench.processes import answer

# What triggers and defaults fill is not copied.
FILLED = {"created_at", "posted_xid"}
_OF_MONTH = "(SELECT {column} FROM payments_term WHERE month = '{{month}}')"


def _columns(model: type[Any]) -> str:
    """Name the columns of a table that are written: a new one is copied without being told."""
    names = (field.column for field in model._meta.concrete_fields)
    return ", ".join(name for name in names if name not in FILLED)


# In the order in which they can be written.
ROWS = {
    Entry._meta.db_table: (_columns(Entry), f"WHERE id IN {_OF_MONTH.format(column='entry_id')}"),
    Posting._meta.db_table: (
        _columns(Posting),
        f"WHERE entry_id IN {_OF_MONTH.format(column='entry_id')}",
    ),
    Term._meta.db_table: (_columns(Term), "WHERE month = '{month}'"),
    TermLine._meta.db_table: (
        _columns(TermLine),
        f"WHERE term_id IN {_OF_MONTH.format(column='id')}",
    ),
}


def measured_month() -> Month:
    """Return the month that is closed with a watch in hand: the next one, which nobody has paid."""
    return Month.of(clock.today()).next()


def do_seed(residents: str, months: str) -> None:
    """Seed so many residents and months, with the accounts of their contracts."""
    begun = time.perf_counter()
    today = clock.today()
    seed(residents=int(residents), months=int(months), today=today, actor=system_user())
    open_accounts(list(Contract.objects.values_list("pk", flat=True)))
    answer({"seconds": time.perf_counter() - begun})


def do_close() -> None:
    """Close the measured month; tell the time and the peak of memory."""
    actor, month = system_user(), measured_month()
    begun = time.perf_counter()
    result = close_month(month=month, actor=actor)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / 1024 / (1024 if sys.platform == "darwin" else 1)
    answer({"seconds": seconds, "terms": result.new, "megabytes": megabytes})


def do_export(folder: str) -> None:
    """Write the rows that closing has written to files, one a table."""
    with connections["default"].cursor() as cursor:
        for name, (columns, where) in ROWS.items():
            rows = where.format(month=measured_month().first)
            query = f"COPY (SELECT {columns} FROM {name} {rows} ORDER BY id) TO STDOUT"
            with cursor.copy(query) as stream, Path(folder, name).open("wb") as file:
                file.writelines(stream)
    answer({})


def do_copy(folder: str) -> None:
    """Write those rows into the same tables, with all that guards them."""
    answer({"seconds": _copy("default", folder, {name: name for name in ROWS})})


def do_bare(folder: str) -> None:
    """Write those rows into tables without key, index or trigger."""
    names = {name: f"bare_{name}" for name in ROWS}
    with connections[OWNER].cursor() as cursor:
        for name, bare in names.items():
            columns = ROWS[name][0]
            cursor.execute(f"CREATE TABLE {bare} AS SELECT {columns} FROM {name} WITH NO DATA")
    answer({"seconds": _copy(OWNER, folder, names)})


def _copy(alias: str, folder: str, names: dict[str, str]) -> float:
    data = {name: Path(folder, name).read_bytes() for name in names}
    connections[alias].ensure_connection()
    begun = time.perf_counter()
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        for name, target in names.items():
            with cursor.copy(f"COPY {target} ({ROWS[name][0]}) FROM STDIN") as stream:
                stream.write(data[name])
    return time.perf_counter() - begun


def do_check() -> None:
    """Verify the ledger."""
    begun = time.perf_counter()
    report = check_ledger()
    seconds = time.perf_counter() - begun
    answer({"seconds": seconds, "ok": report.ok, "terms": report.checked["term_lines"]})


STEPS: dict[str, Callable[..., None]] = {
    "seed": do_seed,
    "close": do_close,
    "export": do_export,
    "copy": do_copy,
    "bare": do_bare,
    "check": do_check,
}

if __name__ == "__main__":
    STEPS[sys.argv[1]](*sys.argv[2:])
