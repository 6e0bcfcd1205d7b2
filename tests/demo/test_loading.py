"""The demonstration is loaded through the services: what it leaves must hold."""

from datetime import date

import pytest

from caracol.accounts.enums import Role
from caracol.accounts.models import User
from caracol.core.periods import Month
from caracol.demo.loading import SMALL, DemonstrationRefused, load
from caracol.demo.logins import LOGINS, PASSWORD, TEAM
from caracol.documents.models import Document
from payments.enums import PaperKind
from payments.models import (
    BankLine,
    CafStatement,
    Debit,
    DebitBatch,
    Entry,
    Mandate,
    PeriodLock,
    Refund,
    Term,
    TermPaper,
)
from payments.services.checking import check_ledger
from payments.services.closing import preview_month
from residents.models import Contract, Notice
from tests.factories import make_contract

TODAY = date(2026, 11, 23)


@pytest.fixture
def demo(settings, db):
    settings.DEMO = True
    return load(today=TODAY, size=SMALL)


def test_the_small_demonstration_holds_together(demo, settings):
    assert demo.is_new
    assert check_ledger().ok
    assert {user.email for user in User.objects.filter(memberships__isnull=False)} >= {
        login["email"] for login in LOGINS
    }
    month = Month.of(TODAY)
    assert not Term.objects.filter(month=month.first).exists()
    assert len(preview_month(month)) > 10
    assert TermPaper.objects.filter(kind=PaperKind.QUITTANCE).exists()
    assert PeriodLock.objects.exists()
    assert Entry.objects.filter(kind="AID").exists()
    # What the team has under way: somebody expected, a letter sent, one to validate.
    assert Contract.objects.filter(status="DRAFT").exists()
    letters = Notice.objects.filter(received_on=None).order_by("sent_on")
    assert [notice.sent_on is None for notice in letters] == [False, True]
    assert not Contract.objects.filter(status="CLOSED", exit_kind="").exists()
    # The bank, the CAF and the files of direct debits have something to show.
    states = set(BankLine.objects.values_list("state", flat=True))
    assert states >= {"TO_SETTLE", "SETTLED", "HELD"}
    statement = CafStatement.objects.get()
    assert statement.state == "POSTED"
    assert statement.ties.filter(undone=False).exists()
    assert statement.lines.filter(amount__lt=0).exists()
    assert Mandate.objects.filter(signed_on=None).count() == 1
    assert DebitBatch.objects.get().is_sent
    assert Debit.objects.filter(state="RETURNED", return_code="AM04").count() == 1
    assert Refund.objects.get().state == "PREPARED"
    # Again: nothing more.
    before = (Entry.objects.count(), Document.objects.count(), User.objects.count())
    again = load(today=TODAY, size=SMALL)
    assert not again.is_new
    assert again.contracts == demo.contracts == Contract.objects.count()
    assert before == (Entry.objects.count(), Document.objects.count(), User.objects.count())


def test_a_site_that_is_no_demonstration_is_left_alone(db):
    with pytest.raises(DemonstrationRefused, match="pas une démonstration"):
        load(today=TODAY, size=SMALL)
    assert not User.objects.exists()


def test_other_contracts_are_not_mixed_with_it(settings, db):
    settings.DEMO = True
    make_contract()
    with pytest.raises(DemonstrationRefused, match="déjà d'autres contrats"):
        load(today=TODAY, size=SMALL)


def test_each_role_has_one_login_on_the_sign_in_page(settings):
    assert {login.role for login in TEAM} == set(Role)
    assert settings.DEMO_LOGINS == LOGINS
    assert {login["password"] for login in LOGINS} == {PASSWORD}
