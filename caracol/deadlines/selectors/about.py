"""What tasks are about, and the message one writes to a person about a deadline."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from caracol.accounts.policy import may
from caracol.deadlines.models import Deadline
from caracol.deadlines.registry import TASK, kind_of
from caracol.deadlines.subjects import CONTRACT, HOME, PERSON, Named, named

WRITE = "residents:message-new"
USUAL = "call_us"


def subjects_of(rows: Iterable[Deadline], user: Any) -> dict[int, Named]:
    """Return whom or what each task is about, as far as a user may know it, by its row."""
    tasks = [row for row in rows if row.kind == TASK]
    people = named(PERSON, user, [row.person_id for row in tasks])
    contracts = named(CONTRACT, user, [row.contract_id for row in tasks])
    homes = named(HOME, user, [row.home_id for row in tasks])
    found: dict[int, Named] = {}
    for row in tasks:
        about = (
            people.get(row.person_id or 0)
            or contracts.get(row.contract_id or 0)
            or homes.get(row.home_id or 0)
        )
        if about is not None:
            found[row.pk] = about
    return found


def message_url(user: Any, person_id: int | None, kind: str, **facts: str) -> str:
    """Return where one writes a standard message to a person, what is known already filled in."""
    if person_id is None or not may(user, WRITE):
        return ""
    try:
        address = reverse(WRITE, args=[person_id])
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode({'message': kind, **facts})}"


def message_about(user: Any, row: Deadline, day: date) -> str:
    """Return where one writes to the person about a deadline; empty when nobody is concerned.

    A day past is not proposed: no message bears one.
    """
    kind = kind_of(row.kind)
    code = (kind.message if kind else "") or USUAL
    facts = {"date": row.due_on.isoformat()} if row.due_on >= day else {}
    return message_url(user, row.person_id, code, **facts)


def appointment_url(user: Any, **about: int) -> str:
    """Return where one notes an appointment with a person or at a home; empty when one may not."""
    page = "agenda:appointment-new"
    return f"{reverse(page)}?{urlencode(about)}" if may(user, page) else ""


def task_url(**about: int) -> str:
    """Return where one writes a task about a person, a contract or a home."""
    return f"{reverse('deadlines:task-new')}?{urlencode(about)}"
