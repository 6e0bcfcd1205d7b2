"""The same statement of a CAF brought twice in the same second: its aid counts once."""

import json
from datetime import date

from caracol.parameters.models import Association
from payments.enums import AccountKind, CafState
from payments.models import CafLine, CafStatement, Entry, Posting
from payments.services.checking import check_ledger
from tests import factories
from tests.helpers.threads import at_once
from tests.payments.test_caf import bill, line, lodge, statement


def prepared(tmp_path):
    """Somebody whose October and November are billed; the file of the CAF that pays for both."""
    Association.objects.create(
        name="Association Exemple",
        address="1 rue de l'Exemple",
        siret="12345678200010",
        iban="FR7699999000010001234567809",
        signatory="Claire Exemple",
        valid_from=date(2020, 1, 1),
    )
    actor = factories.make_user()
    contract = lodge("Diallo", "Amina", "0123456")
    bill(actor, "2026-10", "2026-11")
    path = tmp_path / "caf.csv"
    path.write_bytes(statement(line("0123456", 220, "10/2026"), line("0123456", 230)))
    return actor, contract, path


def aid_of(contract):
    """What the account has received of the CAF, line by line."""
    rows = Posting.objects.filter(
        account__contract=contract, account__kind=AccountKind.RECEIVABLE, payer="CAF"
    )
    return sorted(-amount for amount in rows.values_list("amount", flat=True))


def test_two_processes_on_the_same_file_import_it_once(real_db, tmp_path):
    """Two commands at the same moment: one posts, the other finds it there."""
    _actor, contract, path = prepared(tmp_path)
    outcomes = at_once(*[lambda: real_db.manage("import_caf", str(path), "--json")] * 2)
    assert [done.returncode for done in outcomes] == [0, 0], [done.stderr for done in outcomes]
    files = [json.loads(done.stdout.splitlines()[-1])["files"][0] for done in outcomes]
    assert {one["total"] for one in files} == {"450.00"}
    assert CafStatement.objects.filter(state=CafState.POSTED).count() == 1
    assert aid_of(contract) == [220, 230]
    assert Entry.objects.filter(key__startswith="caf:").count() == 2
    assert check_ledger().ok


def test_two_statements_that_pay_the_same_month_at_once_post_it_once(real_db, tmp_path):
    """The same number under two days, and another number: the right of the month is paid once."""
    _actor, contract, path = prepared(tmp_path)
    rows = line("0123456", 220, "10/2026"), line("0123456", 230)
    later, other = tmp_path / "later.csv", tmp_path / "other.csv"
    later.write_bytes(statement(*rows, paid="09/12/2026"))
    other.write_bytes(statement(*rows, number="Z202612-75"))
    files = [path, later, other]
    outcomes = at_once(
        *[lambda one=one: real_db.manage("import_caf", str(one), "--json") for one in files]
    )
    assert [done.returncode for done in outcomes] == [0, 0, 0], [done.stderr for done in outcomes]
    assert CafStatement.objects.filter(state=CafState.POSTED).count() == 2
    assert aid_of(contract) == [220, 230]
    assert CafLine.objects.filter(contract=None, double_of__isnull=False).count() == 2
    assert check_ledger().ok
