"""Two hundred receipts while the worker, then Redis, are killed: each once, and each mail once."""

import hashlib
from decimal import Decimal

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.periods import Month
from caracol.demo.seeding import seed
from caracol.documents.enums import DocumentState
from caracol.documents.models import Document
from caracol.jobs.models import Job
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from caracol.notifications.sending import mark_uncertain
from payments.enums import AccountKind, EntryKind, Payer
from payments.models import Account, TermPaper
from payments.services.accounts import shared_account
from payments.services.allocating import reallocate
from payments.services.checking import check_ledger
from payments.services.closing import close_month
from payments.services.issuing import issue_receipts
from payments.services.mailing import mail_papers
from payments.services.posting import Line, post
from residents.models import Person
from tests.crash.conftest import wait_for

RECEIPTS = 200
MONTH = Month.of(clock.today()).next()


def pay_everybody(actor):
    """Pay what each contract owes, in one entry: a remittance of cheques."""
    owed = Account.objects.filter(kind=AccountKind.RECEIVABLE, balance__gt=0)
    lines = [Line(account, -account.balance, Payer.RESIDENT) for account in owed]
    total = -sum((line.amount for line in lines), Decimal(0))
    post(
        key="remittance",
        kind=EntryKind.PAYMENT,
        on=clock.today(),
        label="Remise de chèques",
        lines=[*lines, Line(shared_account(AccountKind.IN_TRANSIT), total)],
        author=actor,
    )
    reallocate(
        owed.model.objects.filter(kind=AccountKind.RECEIVABLE).values_list("contract", flat=True)
    )


def rendered():
    return Document.objects.filter(state=DocumentState.RENDERED).count()


def test_two_hundred_receipts_survive_the_death_of_the_worker_and_of_redis(site, mail_server):
    actor = system_user()
    seed(residents=RECEIPTS, months=0, today=clock.today(), actor=actor)
    Person.objects.update(email_consent=True, email="resident@example.org")
    close_month(month=MONTH, actor=actor)
    pay_everybody(actor)

    issue_receipts(month=MONTH, on=clock.today(), actor=actor)
    wait_for(lambda: rendered() > 20)
    site.kill_worker()
    site.kill_redis()
    assert rendered() < RECEIPTS
    assert issue_receipts(month=MONTH, on=clock.today(), actor=actor).new == 0
    site.restart()
    wait_for(lambda: rendered() == RECEIPTS, 60)

    mail_server.pause = 0.01
    papers = TermPaper.objects.filter(term__month=MONTH.first)
    assert mail_papers(papers=papers, month=MONTH, batch="b", actor=actor) == RECEIPTS
    wait_for(lambda: len(mail_server.accepted) > 20)
    site.kill_worker()
    site.kill_redis()
    assert len(mail_server.accepted) < RECEIPTS
    # A mail that was leaving is nobody's until its lease is over, then a person's.
    MailOut.objects.filter(state=MailState.SENDING).update(lease_until=clock.now())
    assert mark_uncertain() <= 2
    site.restart()
    site.send_mails()
    wait_for(lambda: not MailOut.objects.filter(state__in=["QUEUED", "SENDING"]).exists(), 60)

    check_receipts(site)
    check_mails(mail_server)


def check_receipts(site):
    documents = list(Document.objects.order_by("sequence"))
    assert [document.sequence for document in documents] == list(range(1, RECEIPTS + 1))
    assert len({document.number for document in documents}) == RECEIPTS
    assert TermPaper.objects.values("term").distinct().count() == RECEIPTS
    for document in documents:
        pdf = (site.var_dir / "files" / document.file.name).read_bytes()
        assert hashlib.sha256(pdf).hexdigest() == document.sha256
    assert not Job.objects.exclude(state="DONE").exists()
    report = check_ledger()
    assert report.ok, report.failures


def check_mails(mail_server):
    arrived = mail_server.identifiers()
    assert len(arrived) == len(set(arrived))
    by_state = {state: MailOut.objects.filter(state=state).count() for state in MailState}
    sent, uncertain = by_state[MailState.SENT], by_state[MailState.UNCERTAIN]
    assert sent + uncertain == MailOut.objects.count() == RECEIPTS
    assert sent <= len(arrived) <= RECEIPTS
