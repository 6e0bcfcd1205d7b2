"""Papers issued, made, and mailed by real processes that are killed on the way."""

import time
from datetime import date

import pytest
from django.db import transaction

from caracol.documents import services as documents
from caracol.documents.enums import DocumentState
from caracol.documents.models import Document
from caracol.jobs.enums import JobState
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from tests.documents import samples
from tests.factories import make_territory
from tests.helpers.smtp import smtp_server
from tests.jobs.conftest import job_site_in, wait_for
from tests.notifications.conftest import letter

PAPERS = 20


@pytest.fixture
def server():
    """A mail server that takes its time."""
    with smtp_server() as running:
        running.pause = 0.05
        yield running


@pytest.fixture
def site(tmp_path, django_db_blocker, server):
    """A site whose worker sends to that server."""
    where = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none"}
    with job_site_in(tmp_path / "site", django_db_blocker, **where) as running:
        yield running


def issue_and_mail():
    """Issue the papers and write the mails, in one act."""
    territory = make_territory()
    with transaction.atomic():
        orders = [
            documents.Order(
                kind="QUITTANCE",
                key=f"q:{number}",
                subject=territory,
                data=samples.quittance(),
                territory_id=territory.pk,
            )
            for number in range(PAPERS)
        ]
        issued = documents.issue_documents(
            orders=orders, issued_on=date(2026, 11, 25), actor=None, territory=territory
        )
        for paper in issued.documents:
            letter(
                dedup_key=f"mail:{paper.number}",
                documents=[paper.pk],
                batch="b",
                subject="Votre quittance",
            )
    return issued.job


def rendered():
    return Document.objects.filter(state=DocumentState.RENDERED).count()


def mails(*states):
    return MailOut.objects.filter(state__in=states).count()


def test_killed_on_the_way_every_paper_is_made_and_mailed_once(site, server):
    with site.database():
        job = issue_and_mail()
        wait_for(lambda: rendered() > 0, seconds=40)
        site.kill_worker()
        site.kill_redis()
        assert 0 < rendered() < PAPERS
        site.start_redis()
        site.start_worker()
        wait_for(lambda: len(server.accepted) >= 3, seconds=60)
        site.kill_worker()
        site.start_worker()
        wait_for(lambda: mails(MailState.QUEUED) == 0, seconds=60)
        time.sleep(0.2)
        job.refresh_from_db()
        assert (job.state, job.progress) == (JobState.DONE, PAPERS)
        numbers = Document.objects.order_by("sequence").values_list("sequence", flat=True)
        assert list(numbers) == list(range(1, PAPERS + 1))
        assert rendered() == PAPERS
        identifiers = server.identifiers()
        assert len(identifiers) == len(set(identifiers))
        # Only what was on the wire when the sender was killed is left to a person.
        assert mails(MailState.SENT) >= PAPERS - 2
        assert mails(MailState.SENT, MailState.SENDING, MailState.UNCERTAIN) == PAPERS
        assert len(identifiers) >= mails(MailState.SENT)
