"""A real site for browser and crash tests: gunicorn, a worker and Redis on a cloned database."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from caracol.embedded import addresses
from caracol.embedded.processes import pid_in, service_account
from caracol.embedded.redis import Redis
from caracol.embedded.services import running
from tests.helpers.databases import RealDatabase, cloned_database, environment_for, using_database

START_SECONDS = 60


class Site:
    """The product's processes around one database and one folder."""

    def __init__(self, database, folder, unblock):
        self.database_handle = database
        self.folder = Path(folder)
        self.var_dir = self.folder / "var"
        self.address = addresses(self.var_dir)
        self.redis = Redis(self.address, service_account())
        self._unblock = unblock
        self._stack = contextlib.ExitStack()
        self._processes = {}
        self.url = ""

    # --- Life ---------------------------------------------------------------------------------
    def start(self, *, worker=True):
        """Start Redis, the web server and, unless told otherwise, the worker."""
        self._stack.enter_context(running(self.var_dir, postgres=False))
        self.start_web()
        if worker:
            self.start_worker()
        return self

    def stop(self):
        """Stop every process of the site."""
        for name in list(self._processes):
            self._end(name, signal.SIGTERM)
        self._stack.close()

    def start_web(self):
        """Start gunicorn on a free port and wait for its first answer."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        number = listener.fileno()
        command = ["gunicorn", "caracol.wsgi", "--bind", f"fd://{number}", "--workers", "1"]
        self._spawn("web", [*command, "--threads", "4"], pass_fds=(number,))
        listener.close()
        self._wait("web", self._answers)

    def start_worker(self, *arguments):
        """Start a worker and wait until it takes jobs."""
        command = ["celery", "-A", "caracol.celery", "worker", "-l", "INFO", "-c", "2"]
        self._spawn("worker", [*command, "--without-gossip", "--without-mingle", *arguments])
        self._wait("worker", lambda: " ready." in self.log("worker"))

    def kill_worker(self):
        """Kill -9 the worker and its children."""
        self._end("worker", signal.SIGKILL)

    def kill_redis(self):
        """Kill -9 Redis."""
        pid = pid_in(self.redis.pid_file)
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)

    def start_redis(self):
        """Start Redis again on its append-only file."""
        self.redis.start()

    def log(self, name):
        """Return what the process `name` (web, worker) has said."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # --- Use ----------------------------------------------------------------------------------
    @contextlib.contextmanager
    def database(self):
        """Work on the site's database from the test, committing for real."""
        with self._unblock(), using_database(self.database_handle.name):
            yield

    def manage(self, *arguments, **options):
        """Run a Django command on the site's database, with its files and Redis."""
        return self.database_handle.manage(*arguments, **self._environment(), **options)

    def sign_in(self, context, user):
        """Sign `user` in for a browser context, without passing by the form."""
        with self.database():
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": self.url}]
        )

    # --- Inside -------------------------------------------------------------------------------
    def _environment(self):
        return {
            "DJANGO_SETTINGS_MODULE": "caracol.settings.dev",
            "VAR_DIR": str(self.var_dir),
            "REDIS_URL": self.address.redis_url,
        }

    def _spawn(self, name, command, **options):
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=settings.BASE_DIR,
                env=self.database_handle.environment(**self._environment()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **options,
            )

    def _wait(self, name, condition):
        limit = time.monotonic() + START_SECONDS
        while not condition():
            if self._processes[name].poll() is not None or time.monotonic() > limit:
                pytest.fail(f"The {name} process did not start:\n{self.log(name)[-3000:]}")
            time.sleep(0.05)

    def _answers(self):
        try:
            urllib.request.urlopen(f"{self.url}/", timeout=30).close()
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            return False
        return True

    def _end(self, name, number):
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def site_on_clone(folder, blocker, *, worker=True):
    """A running site on a fresh clone of the template."""
    folder.mkdir(parents=True, exist_ok=True)
    with blocker.unblock(), cloned_database() as name:
        site = Site(RealDatabase(name, environment_for(name)), folder, blocker.unblock)
        try:
            yield site.start(worker=worker)
        finally:
            site.stop()


@pytest.fixture(scope="session")
def live_site(tmp_path_factory, django_db_blocker):
    """One running site for the browser tests of this worker; each test makes its own data.

    `with live_site.database():` commits data from the test. Not to be mixed with `db`.
    """
    with site_on_clone(tmp_path_factory.mktemp("site"), django_db_blocker) as site:
        yield site


@pytest.fixture
def fresh_site(tmp_path, django_db_blocker):
    """A running site for one test, whose worker and Redis may be killed."""
    with site_on_clone(tmp_path / "site", django_db_blocker) as site:
        yield site
