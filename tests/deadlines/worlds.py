"""Deadlines made by hand, of any kind, in any territory."""

from datetime import timedelta
from itertools import count

from caracol.core import clock
from caracol.deadlines.models import Deadline
from caracol.deadlines.registry import kind_of
from tests.factories import make_territory

_numbers = count(1)


def make_deadline(kind="residents.contract-end", *, territory="IDF", days=5, **fields):
    """An open deadline so many days from now."""
    number, today = next(_numbers), clock.today()
    return Deadline.objects.create(
        kind=kind,
        key=f"essai/{number}",
        **{
            "subject": kind_of(kind).subject,
            "subject_id": number,
            "about": f"Amina DIALLO {number}",
            "territory": make_territory(territory) if territory else None,
            "due_on": today + timedelta(days=days),
            "opened_on": today,
            **fields,
        },
    )
