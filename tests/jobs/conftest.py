import contextlib
import signal
import time
from typing import ClassVar

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
    """Redis and workers that know the kinds of the tests, without the web, swept each second."""

    variables: ClassVar[dict[str, str]] = {"JOB_SWEEP_SECONDS": "1", "JOB_WAKE_AGAIN_SECONDS": "1"}

    def start(self, *, worker=True):
        self._stack.enter_context(running(self.var_dir, postgres=False))
        if worker:
            self.start_worker()
        return self

    def stop(self):
        for name in list(self._processes):
            self._end(name, signal.SIGKILL)
        super().stop()

    def start_worker(self, *arguments):
        super().start_worker("-I", "tests.jobs.kinds", *arguments)

    def start_beat(self):
        """Start the clock process."""
        self._spawn("beat", ["celery", "-A", "caracol.celery", "beat", "-l", "INFO"])
        self._wait("beat", lambda: "beat: Starting" in self.log("beat"))

    @contextlib.contextmanager
    def database(self):
        """Work on the site's database and publish to its Redis."""
        waking._resting["until"] = 0.0
        with super().database(), broker(self.address.redis_url):
            yield

    def _environment(self):
        return {**super()._environment(), **self.variables}


@contextlib.contextmanager
def job_site_in(folder, blocker, **variables):
    """A database, Redis, a worker and a clock, all of which may be killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with blocker.unblock(), cloned_database() as name:
        site = JobSite(RealDatabase(name, environment_for(name)), folder, blocker.unblock)
        site.variables = {**site.variables, **variables}
        try:
            site.start()
            site.start_beat()
            yield site
        finally:
            site.stop()


@pytest.fixture(scope="module")
def job_site(tmp_path_factory, django_db_blocker):
    """A site for the tests of a module that leave its processes alive."""
    with job_site_in(tmp_path_factory.mktemp("site"), django_db_blocker) as site:
        yield site


@pytest.fixture
def mortal_site(tmp_path, django_db_blocker):
    """A site for one test that kills."""
    with job_site_in(tmp_path / "site", django_db_blocker) as site:
        yield site


@pytest.fixture(scope="module")
def hurried_site(tmp_path_factory, django_db_blocker):
    """A site whose workers have two seconds, four at most."""
    limits = {"JOB_SOFT_LIMIT_SECONDS": "2", "JOB_HARD_LIMIT_SECONDS": "4"}
    folder = tmp_path_factory.mktemp("hurried")
    with job_site_in(folder, django_db_blocker, **limits) as site:
        yield site


def wait_for(condition, seconds=20):
    """Wait until the condition holds, and fail when it does not in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"Not true after {seconds} s")
