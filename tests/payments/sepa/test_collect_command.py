"""The command `collect`: the same file again, nothing half done, the month of the samples."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from lxml import etree

from payments.enums import BatchState
from payments.models import Debit, DebitBatch
from residents.enums import PaymentMethod
from residents.models import Contract
from tests.helpers.samples import sample
from tests.payments.sepa.conftest import (
    MONTH,
    TODAY,
)
from tests.payments.sepa.test_collecting import schema_accepts, texts

D = Decimal


def command(*arguments):
    out = StringIO()
    call_command("collect", *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_command_writes_the_same_file_again(contract, actor, tmp_path, monkeypatch):
    monkeypatch.setattr("caracol.core.clock.today", lambda: TODAY)
    path = tmp_path / "p.xml"
    first = command("2026-12", "--on", "2026-12-07", "--out", str(path))
    assert (first["transactions"], first["total"]) == (1, "200.00")
    written = path.read_bytes()
    schema_accepts(etree.fromstring(written))
    again = command("2026-12", "--on", "2026-12-07", "--out", str(path))
    assert (again["transactions"], again["total"], again["again"]) == (1, "200.00", True)
    assert path.read_bytes() == written
    assert Debit.objects.count() == 1


def test_the_command_refuses_a_sunday(contract, actor, tmp_path, monkeypatch):
    monkeypatch.setattr("caracol.core.clock.today", lambda: TODAY)
    with pytest.raises(SystemExit) as left:
        command("2026-12", "--on", "2026-12-06", "--out", str(tmp_path / "p.xml"))
    assert left.value.code == 2
    assert not (tmp_path / "p.xml").exists()


def test_the_command_tries_without_writing(contract, actor, monkeypatch):
    monkeypatch.setattr("caracol.core.clock.today", lambda: TODAY)
    tried = command("2026-12", "--on", "2026-12-07", "--dry-run")
    assert (tried["transactions"], tried["written"]) == (1, False)
    assert not DebitBatch.objects.exists()


class Killed(BaseException):
    """The machine stops."""


@pytest.mark.parametrize("stopped_at", ["send_debits", "post_debits", "_write"])
def test_a_command_stopped_half_way_makes_one_file(
    contract, actor, tmp_path, monkeypatch, stopped_at
):
    """Whatever was done before stays done, and nothing is done twice."""

    def stop(**_facts):
        raise Killed

    monkeypatch.setattr("caracol.core.clock.today", lambda: TODAY)
    path = tmp_path / "p.xml"
    where = "payments.management.commands.collect"
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(f"{where}.{stopped_at}", lambda *_rest, **_facts: stop())
        command("2026-12", "--on", "2026-12-07", "--out", str(path))
    again = command("2026-12", "--on", "2026-12-07", "--out", str(path))
    assert (again["transactions"], again["written"]) == (1, True)
    assert schema_accepts(etree.fromstring(path.read_bytes()))
    batch = DebitBatch.objects.get()
    assert (batch.state, Debit.objects.count()) == (BatchState.SENT, 1)


@pytest.fixture
def private_month(db, tmp_path):
    """The sample association after November and December were closed."""
    manage("takeover", sample("reprise.xlsx"))
    for month in ("2026-11", "2026-12"):
        manage("close_month", month)
    return tmp_path


def manage(*arguments):
    out = StringIO()
    call_command(*map(str, arguments), "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue().splitlines()[-1])


def test_the_month_of_the_samples_is_collected(private_month, monkeypatch):
    """`collect 2026-12 --on 2026-12-07`: valid, every debited contract there, sums equal."""
    monkeypatch.setattr("caracol.core.clock.today", lambda: TODAY)
    path = private_month / "p.xml"
    found = manage("collect", "2026-12", "--on", "2026-12-07", "--out", path)
    root = etree.fromstring(path.read_bytes())
    assert schema_accepts(root) == "pain.008.001.08"
    amounts = [D(text) for text in texts(root, "InstdAmt")]
    assert D(found["total"]) == sum(amounts) == D(texts(root, "CtrlSum")[0])
    assert found["transactions"] == len(amounts) == int(texts(root, "NbOfTxs")[0])
    rows = Contract.objects.filter(payment_method=PaymentMethod.DIRECT_DEBIT)
    billed = rows.filter(bills__month=MONTH.first).values_list("mandates__reference", flat=True)
    assert len(amounts) > 20
    assert set(texts(root, "MndtId")) <= set(billed)
    assert min(amounts) > 0
    assert manage("check_ledger")["ok"]
