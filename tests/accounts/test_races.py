"""Two people act on the team at the same moment."""

from caracol.accounts import services
from caracol.accounts.enums import Role
from caracol.accounts.models import Membership
from tests import factories
from tests.helpers.threads import at_once


def test_two_directors_cannot_leave_at_the_same_moment(real_db):
    one, other = (factories.make_user(Role.DIRECTOR, "*").memberships.get() for _ in range(2))

    def leave(right):
        return lambda: services.withdraw(membership=right, actor=right.user)

    outcomes = at_once(leave(one), leave(other))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LastDirector", "NoneType"]
    assert Membership.objects.filter(role=Role.DIRECTOR).count() == 1
