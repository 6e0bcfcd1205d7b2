"""The servers the tests use: embedded unless DATABASE_URL says otherwise."""

import contextlib

from django.conf import settings

from caracol.embedded.services import running


@contextlib.contextmanager
def hold_services():
    """Keep the embedded PostgreSQL of the tests' own VAR_DIR running."""
    if not settings.EMBEDDED_DATABASE:
        yield
        return
    with running(settings.VAR_DIR, postgres=True, redis=False, fast=True):
        yield
