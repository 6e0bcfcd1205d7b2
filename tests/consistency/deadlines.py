"""The worklist of a world: a deadline of every kind, a task, an absence, and their addresses."""

from datetime import timedelta

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.deadlines.enums import Domain, Subject
from caracol.deadlines.models import Deadline, StandIn
from caracol.deadlines.registry import kinds
from caracol.deadlines.services import acting
from caracol.deadlines.services.tasks import TaskWords, create_task
from tests import factories

_OF_PEOPLE = frozenset({Subject.PERSON, Subject.CONTRACT})


def make_deadlines(code, author, home, person, contract):
    """Make a deadline of every kind, late, and what stands beside them."""
    today = clock.today()
    where = home.site.territory
    rows = Deadline.objects.bulk_create(
        Deadline(
            kind=kind.code,
            key=f"canari:{code}",
            subject=kind.subject,
            subject_id=person.pk if kind.subject == Subject.PERSON else contract.pk,
            about=_about(kind, home, person, code),
            territory=where,
            person_id=person.pk if kind.subject in _OF_PEOPLE else None,
            contract_id=contract.pk if kind.subject in _OF_PEOPLE else None,
            home_id=home.pk,
            site_id=home.site_id,
            due_on=today - timedelta(days=3),
            opened_on=today,
            url_arg=_argument(kind, contract, today),
        )
        for kind in kinds()
    )
    ends = next(row for row in rows if row.kind == "residents.contract-end")
    words = TaskWords(
        title=f"Tâche {code}",
        due_on=today,
        role=Role.GLA_MANAGER,
        territory=where,
        items=["un point"],
    )
    task = create_task(words=words, actor=author, on=today)
    told = acting.snooze(
        deadline=ends, until=today + timedelta(days=9), reason="attente", actor=author, on=today
    )
    return {
        "deadline": ends,
        "task_day": task.deadline,
        "task_item": task.items.get(),
        "told": told,
        "stand_in": StandIn.objects.create(
            absent=author,
            stand_in=factories.make_user(Role.GLA_MANAGER, code),
            starts_on=today,
            ends_on=today,
            created_by=author,
        ),
    }


def _about(kind, home, person, code):
    """What each kind names: people by their name, buildings by theirs."""
    if kind.subject in _OF_PEOPLE:
        return person.full_name
    return home.name if kind.domain == Domain.BUILDING else f"Mois {code}"


def _argument(kind, contract, today):
    if kind.url_name == "payments:account-detail":
        return contract.number
    return f"{today:%Y-%m}" if kind.subject == Subject.TERRITORY else ""


def _deadline(world):
    return [world.deadline.pk]


ARGUMENTS = {
    **{
        f"deadlines:deadline-{act}": _deadline
        for act in ("detail", "done", "snooze", "wake", "hand", "comment", "reopen")
    },
    "deadlines:deadline-undo": lambda world: [world.told.pk],
    "deadlines:task-edit": lambda world: [world.task_day.pk],
    "deadlines:task-item": lambda world: [world.task_day.pk, world.task_item.pk],
    "deadlines:stand-in-cancel": lambda world: [world.stand_in.pk],
}
# Who may know of a row, and who may act on it, is said by its kind: fewer than open the page.
PERSONAL = set(ARGUMENTS)
