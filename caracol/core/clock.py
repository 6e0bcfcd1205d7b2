"""The one door to the present. Read by views, tasks and commands, then handed down."""

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """Return the present instant, aware."""
    return timezone.now()


def local_now() -> datetime:
    """Return the present instant in the association's time zone."""
    return timezone.localtime()


def today() -> date:
    """Return the present day in the association's time zone."""
    return timezone.localdate()
