"""Rows of a stay, and until when each role may read them.

The teams that manage and accompany keep a file as long as the law lets them. Who is there for the
house needs people only while they live in it, and a while after for keys, inventory and post
(docs/decisions/0016): for them the end of a stay is the end of their sight.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db.models import DateField, ExpressionWrapper, IntegerField, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from caracol.accounts.enums import Role
from caracol.accounts.models import TerritoryQuerySet
from caracol.core import clock
from caracol.parameters.models import Parameter
from residents.enums import BINDING, ContractStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from caracol.accounts.models import User

AFTER_EXIT = "residents.officer_days_after_exit"
"""How many days after somebody left a mission officer may still read of them."""


class StayQuerySet(TerritoryQuerySet):
    """Rows that say where somebody lives: seen by some roles only while it lasts.

    `stay_path` leads to the contract; `end_path` to the last day of the stay.
    """

    stay_path: ClassVar[str] = ""
    end_path: ClassVar[str] = "ends_on"

    def visible_condition(
        self, user: "User | AnonymousUser", roles: frozenset[Role] | None = None
    ) -> Q | None:
        """Return the condition of what the user may see, with its end in time for some roles."""
        asked = frozenset(Role) if roles is None else roles
        if not user.is_authenticated or not user.roles & asked & PASSING:
            return super().visible_condition(user, roles)
        found = super().visible_condition(user, asked - PASSING)
        if found is None:
            return None
        for role in PASSING & user.roles & asked:
            seen = super().visible_condition(user, frozenset({role}))
            lasting = _LASTING[role](self, clock.today())
            found |= lasting if seen is None else seen & lasting
        return found

    def of_residents(self, day: date) -> Q:
        """Return the condition on rows of who lives here, or will: bound, and not over."""
        status = Q(**{f"{self.stay_path}status__in": BINDING})
        return status & Q(**{f"{self.end_path}__gte": day})

    def of_known_faces(self, day: date) -> Q:
        """Return the condition on rows of who lives here, will, or left a short while ago."""
        kept = Subquery(Parameter.objects.on(day).filter(key=AFTER_EXIT).values("value")[:1])
        days = Coalesce(Cast(kept, IntegerField()), Value(0))
        since = ExpressionWrapper(Value(day) - days, output_field=DateField())
        gone = Q(**{f"{self.stay_path}status": ContractStatus.CANCELLED})
        return ~gone & Q(**{f"{self.end_path}__gte": since})


_LASTING: dict[Role, Callable[[StayQuerySet, date], Q]] = {
    Role.TECHNICAL: StayQuerySet.of_residents,
    Role.MISSION_OFFICER: StayQuerySet.of_known_faces,
}
PASSING = frozenset(_LASTING)
"""The roles whose sight of somebody ends with the stay."""


def lasting(roles: frozenset[Role] | None) -> frozenset[Role]:
    """Return, of roles, those that read of people whatever became of their stay."""
    return (frozenset(Role) if roles is None else roles) - PASSING
