"""Databases for tests: one migrated template, cloned for each worker and for each crash test.

Ordinary tests run inside a transaction that is rolled back, under the application's role.
Nothing is ever emptied by TRUNCATE: the ledger forbids it.
"""

import contextlib
import functools
import os
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from caracol.core.database import OWNER
from caracol.embedded.fingerprint import schema_fingerprint

TEMPLATE_LOCK = 4_221_707
_numbers = count(1)


def _base_name():
    return f"test_{_configured_name}"


_configured_name = settings.DATABASES["default"]["NAME"]


def _server(alias=OWNER):
    """Open an autocommit connection of a role to the server of the tests."""
    config = connections[alias].settings_dict
    return psycopg.connect(
        host=config["HOST"] or None,
        port=config["PORT"] or None,
        user=config["USER"] or None,
        password=config["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    )


def _execute(server, statement, *names):
    return server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _drop(server, name):
    """Drop a database and end its connections, each in the name of the role that opened it.

    WITH (FORCE) would fail on those of the application's role, which the owner may not end: even
    a connection closed a moment ago has a process that has not left yet.
    """
    for alias in connections:
        with _server(alias) as same_role:
            same_role.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = %s AND usename = session_user",
                [name],
            )
    _execute(server, "DROP DATABASE IF EXISTS {}", name)


def _databases(server, prefix):
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
    return {row[0] for row in server.execute(query, [prefix])}


@contextlib.contextmanager
def using_database(name):
    """Point every alias at the database `name` for the block."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        for alias, old in before.items():
            connections[alias].settings_dict["NAME"] = old


@functools.cache
def ensure_template():
    """Return the name of the migrated template, making it when the schema has changed."""
    prefix = f"{_base_name()}_template_"
    name = prefix + schema_fingerprint(settings.BASE_DIR)
    with _server() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        existing = _databases(server, prefix)
        if name not in existing:
            _forget_dead_runs(server)
            for old in existing:
                _drop(server, old)
            _execute(server, "CREATE DATABASE {}", f"{prefix}new")
            with using_database(f"{prefix}new"):
                call_command("migrate", database=OWNER, verbosity=0)
            _execute(server, "ALTER DATABASE {} RENAME TO {}", f"{prefix}new", name)
        server.execute("SELECT pg_advisory_unlock(%s)", [TEMPLATE_LOCK])
    return name


def _forget_dead_runs(server):
    """Drop the clones that killed test runs have left on the embedded server."""
    if not settings.EMBEDDED_DATABASE:
        return
    for name in _databases(server, f"{_base_name()}_run_"):
        if not Path(f"/proc/{name.split('_run_')[1].split('_')[0]}").exists():
            _drop(server, name)


@contextlib.contextmanager
def cloned_database(template=""):
    """A fresh database, migrated and empty unless another one is its template; dropped afterwards.

    Nobody may be connected to the template.
    """
    template = template or ensure_template()
    name = f"{_base_name()}_run_{os.getpid()}_{next(_numbers)}"
    with _server() as server:
        _drop(server, name)
        _execute(server, "CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        yield name
    finally:
        with _server() as server:
            _drop(server, name)


def _url(alias, name):
    config = connections[alias].settings_dict
    user = quote(config["USER"], safe="")
    if config["PASSWORD"]:
        user += f":{quote(config['PASSWORD'], safe='')}"
    host = quote(config["HOST"], safe="")
    port = f":{config['PORT']}" if config["PORT"] else ""
    return f"postgres://{user}@{host}{port}/{name}"


def environment_for(name):
    """Return the variables by which a subprocess uses the database `name`."""
    env = {"DATABASE_URL": _url("default", name), "DATABASE_OWNER_URL": ""}
    if settings.EMBEDDED_DATABASE or settings.DATABASE_OWNER_URL:
        env["DATABASE_OWNER_URL"] = _url(OWNER, name)
    return env


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Give this worker its own clone for the tests that run inside a transaction."""
    with django_db_blocker.unblock(), cloned_database() as name, using_database(name):
        yield


@dataclass
class RealDatabase:
    """A database of one test, committed to for real, which subprocesses may use."""

    name: str
    env: dict = field(default_factory=dict)

    def environment(self, **more):
        """Return the whole environment of a subprocess that uses this database."""
        return {**os.environ, **self.env, **more}

    def manage(self, *arguments, timeout=120, **more):
        """Run `manage.py` in another process and return what it did."""
        return subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture
def real_db(request, django_db_blocker):
    """A fresh database for tests of concurrency and crashes: no transaction around the test.

    Threads use it through Django and close their connections; processes through
    `real_db.environment()` or `real_db.manage(…)`.
    """
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("real_db commits for real: it does not go with db or django_db.")
    with django_db_blocker.unblock(), cloned_database() as name, using_database(name):
        yield RealDatabase(name, environment_for(name))


def check_constraints(using="default"):
    """Fire the deferred constraints and triggers now, as COMMIT would.

    Where a refusal is the point, the faulty write and this call stand in one savepoint:
    `with pytest.raises(IntegrityError), transaction.atomic(): write(); check_constraints()`.
    """
    connections[using].check_constraints()


@pytest.fixture
def owner_connection():
    """The connection of the schema's owner, for raw attempts that even it is refused.

    It sees only what is committed: use it with `real_db`.
    """
    return connections[OWNER]


@pytest.fixture
def app_connection(db):
    """The connection of the application's role, inside the test's transaction."""
    return connection
