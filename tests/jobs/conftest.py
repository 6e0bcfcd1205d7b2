import contextlib
import signal
import time

import pytest
from celery import current_app

from caracol.embedded.services import running
from caracol.jobs import registry, waking
from caracol.jobs.registry import forget
from tests.helpers.databases import RealDatabase, cloned_database, environment_for
from tests.helpers.sites import Site
from tests.jobs import kinds


@pytest.fixture
def messages():
    """A function that takes the messages published since its last call, as (task, kwargs)."""

    def take():
        found = []
        with current_app.connection_for_read() as connection:
            current_app.amqp.queues["celery"](connection.default_channel).declare()
            while message := connection.default_channel.basic_get("celery", no_ack=True):
                found.append((message.headers["task"], message.payload[1]))
        return found

    take()
    return take


@pytest.fixture(autouse=True)
def fresh_waker():
    """Forget a broker that was away for an earlier test."""
    waking._resting["until"] = 0.0


@pytest.fixture(autouse=True)
def no_other_nightly_job(monkeypatch):
    """Keep the product's own periodic jobs out of the counts."""
    monkeypatch.setattr(registry, "_periodics", {})


@pytest.fixture
def nightly():
    """A function that registers a nightly job for this test."""
    yield kinds.register_nightly
    forget(kinds.PERIODIC)


@pytest.fixture
def broker_down(settings, tmp_path):
    """Point the process at a broker that nobody serves."""
    with broker(f"redis+socket://{tmp_path}/none.sock"):
        yield


@contextlib.contextmanager
def broker(url):
    """Publish to this broker for the block."""
    before = current_app.conf.broker_url, current_app.conf.broker_write_url
    current_app.conf.broker_url = current_app.conf.broker_write_url = url
    current_app.amqp._producer_pool = None
    try:
        yield
    finally:
        current_app.conf.broker_url, current_app.conf.broker_write_url = before


class JobSite(Site):
    """Redis and workers that know the kinds of the tests, without the web."""

    def start(self, *, worker=True):
        self._stack.enter_context(running(self.var_dir, postgres=False))
        if worker:
            self.start_worker()
        return self

    def start_worker(self, *arguments):
        super().start_worker("-I", "tests.jobs.kinds", *arguments)

    def stop(self):
        for name in list(self._processes):
            self._end(name, signal.SIGKILL)
        super().stop()

    def start_beat(self):
        """Start the clock process."""
        self._spawn("beat", ["celery", "-A", "caracol.celery", "beat", "-l", "INFO"])
        self._wait("beat", lambda: "beat: Starting" in self.log("beat"))

    @contextlib.contextmanager
    def database(self):
        """Work on the site's database and publish to its Redis."""
        with super().database(), broker(self.address.redis_url):
            yield


@pytest.fixture
def job_site(tmp_path, django_db_blocker):
    """A database, Redis and (once started) workers of one test, all of which may be killed."""
    folder = tmp_path / "site"
    folder.mkdir()
    with django_db_blocker.unblock(), cloned_database() as name:
        site = JobSite(RealDatabase(name, environment_for(name)), folder, django_db_blocker.unblock)
        try:
            yield site.start(worker=False)
        finally:
            site.stop()


def wait_for(condition, seconds=20):
    """Wait until the condition holds, and fail when it does not in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"Not true after {seconds} s")
