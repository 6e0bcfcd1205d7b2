"""The progress of a job in a real browser, with a real worker."""

import pytest

from caracol.jobs import services
from caracol.jobs.enums import JobState
from caracol.notifications.enums import MailState
from caracol.notifications.models import MailOut
from caracol.notifications.services import queue_mail
from tests.factories import make_user
from tests.helpers.browsers import PHONE, screenshot
from tests.helpers.looking import look_through
from tests.jobs import kinds
from tests.jobs.conftest import broker

pytestmark = pytest.mark.browser


@pytest.fixture
def running_job(live_site):
    """A job that waits, asked for by a manager; and the function that does it in this process."""
    with live_site.database(), broker("memory://"):
        manager = make_user()
        key = f"browser-{manager.pk}"
        kinds.make_items(key, 40)
        job = services.enqueue(
            kind="test.alone",
            dedup_key=key,
            payload={"key": key, "pause": 0.1},
            total=40,
            title="Quittances de novembre 2026",
            requested_by=manager,
        )
    return manager, job


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_the_bar_moves_until_the_job_is_done(running_job, live_site, page_for, viewport):
    manager, job = running_job
    page = page_for(manager, **({"viewport": viewport} if viewport else {}))
    page.goto(f"/traitements/{job.pk}/")
    bar = page.get_by_role("progressbar")
    assert bar.get_attribute("value") == "0"
    screenshot(page, f"job-pending-{'phone' if viewport else 'desktop'}")
    with live_site.database(), broker("memory://"):
        done = services.run_now(job)
    assert done.state == JobState.DONE
    page.get_by_text("Tout est fait.").wait_for()
    assert page.get_by_role("progressbar").count() == 0
    assert page.get_by_role("status").first.inner_text() == "Terminé"
    screenshot(page, f"job-done-{'phone' if viewport else 'desktop'}")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    assert asked == []


def test_the_list_and_a_stopped_job(running_job, live_site, page_for):
    manager, job = running_job
    with live_site.database(), broker("memory://"):
        type(job).objects.filter(pk=job.pk).update(
            state=JobState.DEAD, error="Le traitement s'est arrêté sans avancer.", progress=12
        )
    page = page_for(manager)
    page.goto("/traitements/")
    screenshot(page, "job-list")
    page.get_by_role("link", name="Quittances de novembre 2026").first.click()
    screenshot(page, "job-dead")
    page.get_by_role("button", name="Relancer").click()
    page.get_by_text("Le traitement est relancé.").wait_for()


def test_pages_of_jobs_and_mails_have_no_fault_for_axe(running_job, live_site, page_for):
    manager, job = running_job
    with live_site.database(), broker("memory://"):
        mail = queue_mail(
            dedup_key=f"axe:{manager.pk}",
            to="amina@example.org",
            subject="Votre quittance",
            template="notifications/letter",
            context={"greeting": "Bonjour,", "paragraphs": ["Voici."], "papers": []},
            territory=manager.rights[0].territory,
        )
        MailOut.objects.filter(pk=mail.pk).update(
            state=MailState.UNCERTAIN, error="L'envoi a été interrompu."
        )
    pages = ("/traitements/", f"/traitements/{job.pk}/", "/messages/", f"/messages/{mail.pk}/")
    assert look_through(page_for(manager), pages, name="jobs") == {}
