"""The test client, and the count of queries."""

import contextlib

import pytest
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext


class CaracolClient(Client):
    """A client that runs on-commit callbacks, as the commit of a real request would."""

    def request(self, **request):
        """Answer, then run what the request left for after its commit."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)

    def htmx(self, method, path, data=None, *, target="", **extra):
        """Make the request htmx would make for the element `target`."""
        headers = {"HX-Request": "true"}
        if target:
            headers["HX-Target"] = target
        return getattr(self, method)(path, data, headers=headers, **extra)


@pytest.fixture
def client(db):
    """A signed-out client."""
    return CaracolClient()


@pytest.fixture
def client_for(db):
    """A function that signs a user in and returns the client."""

    def sign_in(user):
        client = CaracolClient()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def commits():
    """A context manager that runs on-commit callbacks at its end."""

    def run():
        return TestCase.captureOnCommitCallbacks(execute=True)

    return run


class Counted:
    """The queries of a block."""

    def __init__(self, captured):
        self._captured = captured

    @property
    def value(self):
        """How many there were, savepoints left out."""
        return len(self.queries)

    @property
    def queries(self):
        """Their SQL."""
        found = (query["sql"] for query in self._captured.captured_queries)
        return [sql for sql in found if "SAVEPOINT" not in sql]


@pytest.fixture
def query_count():
    """`with query_count() as counted: …; assert counted.value == 7`."""

    @contextlib.contextmanager
    def counting():
        with CaptureQueriesContext(connection) as captured:
            yield Counted(captured)

    return counting
