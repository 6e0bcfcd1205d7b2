"""The next deadlines of a person or a contract, as far as the reader may know them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from caracol.core.registries import Due, dues_of
from residents.models import Contract, Person
from residents.selectors.person import ContractCard, PersonSheet

HORIZON_DAYS = 400
SOON_DAYS = 60


@dataclass(frozen=True)
class NextDue:
    """A deadline as a page shows it."""

    due: Due
    tone: str

    @property
    def is_late(self) -> bool:
        """Whether its day has passed."""
        return self.tone == "danger"


def person_deadlines(user: Any, sheet: PersonSheet) -> list[NextDue]:
    """Return what is due about a person and their contracts, the earliest first."""
    contracts = [card.contract.pk for card in sheet.cards]
    dues = dues_of("person", [sheet.person.pk], sheet.day)
    dues += dues_of("contract", contracts, sheet.day)
    return _shown(user, dues, sheet.day)


def contract_deadlines(user: Any, card: ContractCard, day: date) -> list[NextDue]:
    """Return what is due about a contract, the earliest first."""
    return _shown(user, dues_of("contract", [card.contract.pk], day), day)


def _shown(user: Any, dues: list[Due], day: date) -> list[NextDue]:
    near = [due for due in dues if due.due_on <= day + timedelta(days=HORIZON_DAYS)]
    known = _known(user, near)
    return [
        NextDue(due, _tone(due.due_on, day))
        for due in sorted(near, key=lambda due: (due.due_on, due.kind))
        if (due.subject, due.subject_id, due.roles) in known
    ]


def _tone(due_on: date, day: date) -> str:
    if due_on < day:
        return "danger"
    return "warning" if due_on <= day + timedelta(days=SOON_DAYS) else "neutral"


_MANAGERS = {"person": Person.objects, "contract": Contract.objects}


def _known(user: Any, dues: Iterable[Due]) -> set[tuple[str, int, frozenset[Any]]]:
    """Ask the database only about roles that the user holds in part: a query for each."""
    known: set[tuple[str, int, frozenset[Any]]] = set()
    asked: dict[tuple[str, frozenset[Any]], set[int]] = {}
    for due in dues:
        if user.roles <= due.roles:
            known.add((due.subject, due.subject_id, due.roles))
        elif user.roles & due.roles:
            asked.setdefault((due.subject, due.roles), set()).add(due.subject_id)
    for (subject, roles), ids in asked.items():
        rows: Any = _MANAGERS[subject].filter(pk__in=ids)
        seen = rows.visible_to(user, roles).values_list("pk", flat=True)
        known |= {(subject, pk, roles) for pk in seen}
    return known
