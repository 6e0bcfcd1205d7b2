"""A site whose processes may be killed, with a mail server, and a way to wait."""

import time

import pytest
from celery import current_app

from caracol.embedded.services import running
from caracol.jobs import waking
from caracol.notifications.services import SEND_TASK
from tests.helpers.databases import RealDatabase, cloned_database, environment_for
from tests.helpers.sites import Site
from tests.helpers.smtp import smtp_server


class CrashSite(Site):
    """Redis and a worker on a database of one test; no web server."""

    def __init__(self, database, folder, unblock, mail_port):
        super().__init__(database, folder, unblock)
        self._mail_port = mail_port

    def start(self, *, worker=True):
        """Start Redis and the worker."""
        self._stack.enter_context(running(self.var_dir, postgres=False))
        if worker:
            self.start_worker()
        return self

    def restart(self):
        """Start Redis and the worker again after both were killed."""
        self.start_redis()
        waking._resting["until"] = 0.0
        current_app.amqp._producer_pool = None
        self.start_worker()

    def send_mails(self):
        """Wake the sender, as the clock does each minute."""
        waking.publish(SEND_TASK)

    def _environment(self):
        return {
            **super()._environment(),
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self._mail_port),
            "SMTP_SECURITY": "none",
        }


@pytest.fixture
def mail_server():
    """Where the site's mails arrive."""
    with smtp_server() as server:
        yield server


@pytest.fixture
def site(tmp_path, django_db_blocker, mail_server, monkeypatch):
    """A running worker and Redis; the test works on the same database and publishes to it."""
    folder = tmp_path / "site"
    folder.mkdir()
    with django_db_blocker.unblock(), cloned_database() as name:
        database = RealDatabase(name, environment_for(name))
        site = CrashSite(database, folder, django_db_blocker.unblock, mail_server.port)
        monkeypatch.setattr(current_app.conf, "broker_url", site.address.redis_url)
        monkeypatch.setattr(current_app.conf, "broker_write_url", site.address.redis_url)
        monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
        monkeypatch.setitem(waking._resting, "until", 0.0)
        try:
            with site.database():
                yield site.start()
        finally:
            site.stop()


def wait_for(condition, seconds=30, *, pause=0.02):
    """Wait until the condition holds, and fail when it does not in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            pytest.fail(f"Not true after {seconds} s")
        time.sleep(pause)
