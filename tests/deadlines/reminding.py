"""A kind of deadlines, its rule, and deadlines, for the tests of reminders and of the agenda."""

import contextlib
from datetime import date, timedelta
from itertools import count

from caracol.accounts.enums import Role
from caracol.deadlines.enums import DeadlineState, Domain, Outcome, Subject
from caracol.deadlines.models import Deadline, DeadlineRule
from caracol.deadlines.registry import deadline_kind, forget
from tests.factories import make_territory

PLAIN, SENSITIVE, AIDED = "tests.plain", "tests.sensitive", "tests.aided"
_numbers = count(1)


@contextlib.contextmanager
def kinds(**said):
    """A plain, a sensitive kind and one of aids, known by everybody, for the block."""
    for code, hidden in ((PLAIN, False), (SENSITIVE, True), (AIDED, False)):
        deadline_kind(
            code,
            domain=Domain.AID if code == AIDED else Domain.STAY,
            subject=Subject.CONTRACT,
            readers=frozenset(Role),
            url_name="residents:contract-detail",
            settled="Réglé.",
            is_sensitive=hidden,
        )(lambda day: iter(()))
    try:
        yield
    finally:
        forget(PLAIN)
        forget(SENSITIVE)
        forget(AIDED)


def make_rules(**fields):
    """The rules of these kinds."""
    said = {
        "why": "Parce que.",
        "otherwise": "Rien.",
        "leads": [30, 7],
        "audience": ["GLA_MANAGER", "DIRECTOR"],
        "role": "GLA_MANAGER",
        "escalation_days": 5,
        "escalation_role": "DIRECTOR",
        "valid_from": date(2020, 1, 1),
        "source": "Essai",
        **fields,
    }
    DeadlineRule.objects.create(kind=PLAIN, label="Fin du contrat", **said)
    DeadlineRule.objects.create(kind=SENSITIVE, label="Titre de séjour", **said)
    DeadlineRule.objects.create(kind=AIDED, label="Départ à déclarer à la CAF", **said)


def make_deadline(due_on, *, kind=PLAIN, code="IDF", **fields):
    """An open deadline."""
    number = next(_numbers)
    return Deadline.objects.create(
        kind=kind,
        key=str(number),
        subject=Subject.CONTRACT,
        **{
            "subject_id": number,
            "about": f"Amina DIALLO · C{number}",
            "territory": make_territory(code),
            "due_on": due_on,
            "opened_on": due_on - timedelta(days=90),
            **fields,
        },
    )


def close(deadline, on):
    """The source of a deadline is settled."""
    deadline.state, deadline.outcome, deadline.closed_on = (
        DeadlineState.CLOSED,
        Outcome.SETTLED,
        on,
    )
    deadline.save()
