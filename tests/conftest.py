"""What every test relies on. The fixtures live in tests/helpers."""

import contextlib
import signal

import hypothesis
import pytest

from tests.helpers.services import hold_services

pytest_plugins = [
    "tests.helpers.strictness",
    "tests.helpers.databases",
    "tests.helpers.web",
    "tests.helpers.sites",
    "tests.helpers.browsers",
]

_services = contextlib.ExitStack()

# How long an example takes is the machine's business: no test is timed.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config):
    """Hold the embedded servers for as long as this process tests."""
    # Asked to end, the tests clean up as for Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _services.enter_context(hold_services())


def pytest_unconfigure(config):
    """Let the servers go; the last process stops them."""
    _services.close()


@pytest.fixture
def var_dir(tmp_path):
    """An empty folder for files, sockets and servers of a subprocess."""
    return tmp_path / "var"
