"""The rights of a person as their tab shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from caracol.deadlines.models import Deadline
from caracol.deadlines.selectors.lines import DueLine, lines_of
from residents.models import Person
from social.enums import BY_FILING, DUE_WORDS, FILED_WORDS
from social.models import PersonRight


@dataclass(frozen=True)
class RightLine:
    """A right, and the day it is known by."""

    right: PersonRight
    words: str
    day: date | None

    @property
    def is_open(self) -> bool:
        """Whether it is followed still."""
        return self.right.closed_on is None


def rights_of(person: Person) -> list[RightLine]:
    """Return the rights of a person, those followed first."""
    rows = PersonRight.objects.filter(person=person).order_by("closed_on", "kind", "pk")
    return sorted((_line(row) for row in rows), key=lambda line: not line.is_open)


def _line(row: PersonRight) -> RightLine:
    if row.kind in BY_FILING:
        return RightLine(row, FILED_WORDS[row.kind], row.filed_on)
    return RightLine(row, DUE_WORDS[row.kind], row.due_on)


def right_dues(user: Any, person: Person, day: date) -> list[DueLine]:
    """Return what is due about the rights of a person, the earliest first."""
    rows = (
        Deadline.objects.visible_to(user)
        .open()
        .filter(person_id=person.pk, kind__startswith="social.")
    )
    return lines_of(rows.order_by("due_on", "kind", "pk"), day)
