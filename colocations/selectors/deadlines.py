"""The next deadlines of a home: its building, visits and tasks; not those of who lives there."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from caracol.deadlines.models import Deadline
from caracol.deadlines.selectors.lines import DueLine, lines_of, with_comments
from colocations.models import Colocation

HORIZON = timedelta(days=400)
MOST = 8


def home_deadlines(user: Any, home: Colocation, day: date) -> list[DueLine]:
    """Return what is due about a home as far as the user may know it, the earliest first."""
    here = Q(home_id=home.pk) | Q(home_id=None, site_id=home.site_id)
    rows = Deadline.objects.visible_to(user).open()
    rows = rows.filter(here, person_id=None, contract_id=None, due_on__lte=day + HORIZON)
    return with_comments(lines_of(rows.order_by("due_on", "kind", "pk")[:MOST], day))
