"""The month runs: from the sample association's workbook to every resident's receipt."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from caracol.documents.enums import DocumentState
from caracol.documents.models import Document
from payments.models import Term
from tests.helpers.samples import sample

pytestmark = pytest.mark.django_db


def manage(*arguments):
    """Run a command in this process; return what its last line says, and its exit code."""
    out, code = StringIO(), 0
    try:
        call_command(*map(str, arguments), "--json", stdout=out, stderr=StringIO())
    except SystemExit as stop:
        code = stop.code
    return json.loads(out.getvalue().splitlines()[-1]), code


def test_the_month_runs_from_the_workbook_to_the_receipts(tmp_path, settings):
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")
    taken, code = manage("takeover", sample("reprise.xlsx"))
    assert code == 0
    assert [taken[key] for key in ("homes", "rooms", "residents")] == [14, 128, 117]
    assert taken["opening_balance_total"] == "10406.91"

    for month in ("2026-11", "2026-12"):
        closed, code = manage("close_month", month, "--out", tmp_path / "terms.csv")
        expected = sample(f"redevances-attendues-{month}.csv").read_bytes()
        assert (tmp_path / "terms.csv").read_bytes() == expected
        owing = [line for line in expected.splitlines()[1:] if not line.endswith(b",0")]
        assert (code, closed["new"]) == (0, len(owing))
        assert manage("close_month", month)[0] == {**closed, "new": 0}

    issued, _code = manage("issue_receipts", "2026-11")
    assert issued["new"] == issued["quittances"] + issued["recus"] > 0
    assert manage("issue_receipts", "2026-11")[0]["new"] == 0
    assert set(Document.objects.values_list("state", flat=True)) == {DocumentState.RENDERED}

    checked, code = manage("check_ledger")
    assert (code, checked["ok"], checked["failures"]) == (0, True, [])
    for form in ("hledger", "beancount", "fec", "csv"):
        exported, _code = manage("export_ledger", "--format", form, "--out", tmp_path / form)
        assert exported["entries"] > 0


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path):
    manage("takeover", sample("reprise.xlsx"))
    dry, _code = manage("close_month", "2026-11", "--dry-run", "--out", tmp_path / "dry.csv")
    assert not Term.objects.filter(kind="MONTHLY").exists()
    assert (tmp_path / "dry.csv").read_bytes() == sample(
        "redevances-attendues-2026-11.csv"
    ).read_bytes()
    assert dry == manage("close_month", "2026-11")[0]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("close_month", "2026-13"), "AAAA-MM"),
        (("close_month", "2026-10"), "précède la reprise"),
        (("close_month", "2026-11", "--territory", "XXX"), "inconnu"),
        (("close_month", "2026-11", "--out", "/nowhere/terms.csv"), "ne peut pas être écrit"),
        (("export_ledger", "--format", "csv", "--out", "/nowhere/x"), "ne peut pas être écrit"),
    ],
)
def test_what_a_command_refuses_it_says_with_exit_code_two(arguments, reason):
    manage("takeover", sample("reprise.xlsx"))
    answer, code = manage(*arguments)
    assert code == 2
    assert not Term.objects.filter(kind="MONTHLY").exists()
    assert reason in answer["errors"][0]["message"]
