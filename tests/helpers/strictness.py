"""What a test may not do: reach the network, name an undefined variable.

Queries in a loop are refused by the middleware of zeal (caracol.settings.test).
"""

import ipaddress
import socket
import sys
from pathlib import Path

import pytest
import zeal
from django.conf import settings
from django.template import engines
from django.template.base import FilterExpression, Node

from caracol.lists.services import acting

FORGIVING_FILTERS = {"default", "default_if_none", "yesno", "length"}


def _is_near(address):
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = address[0]
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Let sockets reach this machine only."""
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def guarded(self, address):
        if not _is_near(address):
            pytest.fail(f"A test tried to reach the network: {address}")
        return connect(self, address)

    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def acts_on_rows_read_each_row(monkeypatch):
    """An act on several rows calls a service for each: that loop is meant."""
    monkeypatch.setattr(acting, "row_by_row", zeal.zeal_ignore)


class Undefined(str):
    """Django's string for undefined variables: fails the test when a template of ours names one."""

    __slots__ = ()

    def __bool__(self):
        expression = sys._getframe(1).f_locals.get("self")
        if not isinstance(expression, FilterExpression):
            return False
        if any(function.__name__ in FORGIVING_FILTERS for function, _ in expression.filters):
            return False
        return _is_ours(_template_being_rendered())

    def __contains__(self, item):
        return item == "%s"

    def __mod__(self, variable):
        pytest.fail(f"Undefined variable {variable} in {_template_being_rendered()}")


def _template_being_rendered():
    frame = sys._getframe(1)
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return node.origin.name
        frame = frame.f_back
    return ""


def _is_ours(origin):
    path = Path(origin)
    return settings.BASE_DIR in path.parents and ".venv" not in path.parts


@pytest.fixture(autouse=True)
def undefined_variables_fail(request):
    """Fail when a template of ours names a variable its view does not give."""
    engine = engines["django"].engine
    before = engine.string_if_invalid
    if not request.node.get_closest_marker("undefined_allowed"):
        engine.string_if_invalid = Undefined()
    yield
    engine.string_if_invalid = before
