"""The next deadlines of a person or a contract, as far as the reader may know them."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from caracol.deadlines.models import Deadline
from caracol.deadlines.selectors.lines import DueLine, lines_of, with_comments
from residents.selectors.person import ContractCard, PersonSheet

HORIZON = timedelta(days=400)
MOST = 12


def person_deadlines(user: Any, sheet: PersonSheet) -> list[DueLine]:
    """Return what is due about a person and the contracts shown, the earliest first."""
    contracts = [card.contract.pk for card in sheet.cards]
    return _shown(user, Q(person_id=sheet.person.pk) | Q(contract_id__in=contracts), sheet.day)


def contract_deadlines(user: Any, card: ContractCard, day: date) -> list[DueLine]:
    """Return what is due about a contract and whom it binds, the earliest first."""
    return _shown(user, Q(contract_id=card.contract.pk), day)


def _shown(user: Any, about: Q, day: date) -> list[DueLine]:
    near = Deadline.objects.visible_to(user).open().filter(about, due_on__lte=day + HORIZON)
    return with_comments(lines_of(near.order_by("due_on", "kind", "pk")[:MOST], day))
