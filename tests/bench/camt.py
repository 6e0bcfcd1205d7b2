"""A camt.053 of a hundred thousand entries: its import against a bare walk of lxml.

`python -m tests.bench.camt FILE` imports a file into its database and answers with JSON; with
`--bare`, it only walks through it.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import django
from lxml import etree

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caracol.settings.dev")
django.setup()

# ruff: noqa: E402
from django.conf import settings

from caracol.parameters.models import Association
from payments.readers.camt import read_camt
from payments.services.checking import check_ledger
from tests.bench.processes import Bench, answer
from tests.bench.report import Row

ENTRIES, FEW = 100_000, 10_000
IBAN = "FR7642559100000801234567862"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><GrpHdr>'
    "<MsgId>M</MsgId></GrpHdr><Stmt><Id>2026-11</Id><ElctrncSeqNb>11</ElctrncSeqNb><Acct><Id>"
    f"<IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
)
# As the samples have them: a reference of the bank's, a payer, their account, a text.
ENTRY = (
    '<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>'
    "2026-11-{day:02}</Dt></BookgDt><ValDt><Dt>2026-11-{day:02}</Dt></ValDt><AcctSvcrRef>2026{n:09}"
    "</AcctSvcrRef><BkTxCd><Prtry><Cd>05</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>"
    'NOTPROVIDED</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>'
    "<RltdPties><Dbtr><Nm>GEBREMEDHIN HUGO {who}</Nm></Dbtr><DbtrAcct><Id><IBAN>"
    "FR76102784883132604{who:08}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Caracol chambre "
    "02 PAR1 loyer {n}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
TAIL = "</Stmt></BkToCstmrStmt></Document>"


def measure(bench: Bench, _big: str) -> list[Row]:
    """Import a hundred thousand entries, and a tenth of them; walk through the same file."""
    whole = written(Path(bench.folder) / "whole.xml", ENTRIES)
    part = written(Path(bench.folder) / "part.xml", FEW)
    with bench.database() as database:
        bare = bench.run(database, "camt", whole, "--bare")
        few = bench.run(database, "camt", part)
    with bench.database() as database:
        found = bench.run(database, "camt", whole)
    what = f"import_bank, camt of {found['new']:,} entries" + ("" if found["ok"] else " (WRONG)")
    ours, each = f"{found['seconds']:.1f} s", found["seconds"] / ENTRIES
    return [
        Row(
            f"{what} / a walk of lxml, every element",
            ours,
            f"{bare['every']:.1f} s",
            found["seconds"] / bare["every"],
            4,
        ),
        Row(
            f"{what} / a walk of lxml, entries only",
            ours,
            f"{bare['entries']:.1f} s",
            found["seconds"] / bare["entries"],
        ),
        Row(
            f"{what} / reading it alone",
            ours,
            f"{bare['read']:.1f} s",
            found["seconds"] / bare["read"],
        ),
        Row(
            f"{what}, time per entry / of {FEW:,}",
            f"{each * 1000:.3f} ms",
            f"{few['seconds'] / FEW * 1000:.3f} ms",
            each / few["seconds"] * FEW,
            1.5,
        ),
        Row(
            f"{what}, peak memory",
            f"{found['megabytes']:.0f} MB",
            "",
            found["megabytes"],
            150,
            "MB",
        ),
        Row("import_bank, the same file again", f"{found['again']:.1f} s"),
    ]


def written(path: Path, entries: int) -> Path:
    """Write a statement of that many entries."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for n in range(entries):
            amount = f"{10 + n * 7919 % 90000 / 100:.2f}"
            file.write(ENTRY.format(n=n, amount=amount, day=1 + n % 28, who=n % 30_000))
        file.write(TAIL)
    return path


def walk(path: Path) -> dict[str, float]:
    """Walk through a file, and read it: the best of three, as others may be using the machine."""
    ways = {"every": _every, "entries": _entries, "read": _read}
    return {name: min(_timed(way, path) for _turn in range(3)) for name, way in ways.items()}


def _timed(way: Callable[[Path], None], path: Path) -> float:
    begun = time.perf_counter()
    way(path)
    return time.perf_counter() - begun


def _every(path: Path) -> None:
    """Give every element to Python, and forget it."""
    for _event, element in etree.iterparse(path):
        element.clear()


def _entries(path: Path) -> None:
    """Give the entries to Python, and forget them."""
    for _event, element in etree.iterparse(path, tag="{*}Ntry"):
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _read(path: Path) -> None:
    with path.open("rb") as stream:
        for _event in read_camt(stream):
            pass


def imported(path: Path) -> dict[str, Any]:
    """Import a file by the command, twice; return its time and the most memory it took."""
    Association.objects.create(
        name="Mesure",
        address="1 rue de l'Exemple",
        siret="12345678200010",
        iban=IBAN,
        signatory="Claire Exemple",
        valid_from=date(2020, 1, 1),
    )
    found, again = _command(path), _command(path)
    return {**found, "again": again["seconds"], "ok": check_ledger().ok}


def _command(path: Path) -> dict[str, Any]:
    arguments = [sys.executable, str(settings.BASE_DIR / "manage.py"), "import_bank", str(path)]
    begun = time.perf_counter()
    process = subprocess.Popen([*arguments, "--json"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _pid, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        raise SystemExit(said)
    new = json.loads(said.splitlines()[-1])["files"][0]["new"]
    return {"seconds": seconds, "megabytes": used.ru_maxrss / 1024, "new": new}


if __name__ == "__main__":
    chosen = Path(sys.argv[1])
    answer(walk(chosen) if "--bare" in sys.argv else imported(chosen))
