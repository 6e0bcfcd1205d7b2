"""Those whose days are lived here: a town of their own, and an eye that looks at every page.

`eye(page)` holds each page it looks at against axe and its own width, at both sizes and in both
schemes; what it found wrong is told together once the day is over.
"""

from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from caracol.accounts.enums import Role
from caracol.core import clock
from caracol.core.periods import Month, add_months, end_of_duration
from caracol.parameters.models import Association
from payments.services.closing import close_month
from tests import factories
from tests.helpers.looking import look_everywhere
from tests.residents.services.conftest import make_association

_numbers = count(1)


class Eye:
    """Looks at a page as those who need contrast, names and room do."""

    def __init__(self, page):
        self.page = page
        self.faults = {}

    def look(self, name):
        """Look at the page as it is now, at both sizes and in both schemes; leave its own size."""
        page, own = self.page, self.page.viewport_size
        if page.locator("script[src*='app']").count():
            page.wait_for_selector("html[data-ready]", state="attached")
        if wrong := look_everywhere(page, name):
            self.faults[name] = wrong
        page.set_viewport_size(own)

    def rest(self):
        """Tell what was wrong."""
        assert not self.faults, "\n".join(f"{where}: {why}" for where, why in self.faults.items())


@pytest.fixture
def eye():
    """A function that gives an eye to a page; every eye rests once the day is over."""
    eyes = []

    def open_eye(page):
        eyes.append(Eye(page))
        return eyes[-1]

    yield open_eye
    for each in eyes:
        each.rest()


class Town:
    """A home of four rooms in a territory of its own, and a team of one a role.

    Room 1 is lived in by somebody billed since two months, room 2 by an insured neighbour,
    room 3 is free, room 4 is free too.
    """

    def __init__(self, live_site, code):
        with live_site.database():
            if not Association.objects.exists():
                make_association()
            self.code, self.today = code, clock.today()
            self.territory = factories.make_territory(code)
            self.manager = self.colleague(Role.GLA_MANAGER, "Camille")
            self.officer = self.colleague(Role.MISSION_OFFICER, "Sami")
            self.site = factories.make_site(code, name=f"Site {code}")
            self.agreement = factories.make_agreement(
                self.site,
                starts_on=add_months(self.today, -30),
                ends_on=add_months(self.today, 60),
                objective_causes="Démolition du bâtiment.",
            )
            self.home = factories.make_home(
                site=self.site,
                name=f"Le Verger {code}",
                opens_on=add_months(self.today, -24),
                officer=self.officer,
                dpe_class="C",
            )
            self.rooms = [factories.make_room(self.home, number=str(each)) for each in range(1, 5)]
            self.first = Month.of(self.today).plus(-2).first
            self.lived = self.house(self.rooms[0], "Évrard", "Zoé")
            self.neighbour = self.house(self.rooms[1], "Kidane", "Yonas")
            factories.make_insurance(self.neighbour)

    def colleague(self, role, first_name):
        """Somebody of the team, here only; the direction is everywhere."""
        everywhere = role in {Role.DIRECTOR, Role.ACCOUNTANT}
        return factories.make_user(
            role,
            "*" if everywhere else self.code,
            email=f"days-{self.code}-{next(_numbers)}@example.org".lower(),
            first_name=first_name,
        )

    def house(self, room, last_name, first_name, **fields):
        """Somebody who lives in a room since two months, under a sublet."""
        person = factories.make_person(f"{last_name}{self.code}", first_name, email_consent=True)
        return factories.make_contract(
            room,
            person,
            **{
                "kind": "SUBLET_SOCIAL",
                "starts_on": self.first,
                "ends_on": end_of_duration(self.first, 12),
                "fee": "300.00",
                "deposit": Decimal(300),
                "resident_notice_months": 1,
                "manager_notice_months": 1,
                "signed_on": self.first - timedelta(days=7),
                "keys_given_on": self.first,
                "number": f"{self.code}-{next(_numbers)}",
                **fields,
            },
        )

    def close_months(self, *months):
        """Bill months, as the manager does at their end."""
        for month in months or (Month.of(self.first), Month.of(self.first).next()):
            close_month(month=month, actor=self.manager, territory=self.territory)


@pytest.fixture
def town(live_site):
    """A function that builds a town in a fresh territory."""
    return lambda code: Town(live_site, code)


def press(page, name, role="button"):
    """Reach what bears a name by the keyboard, and press it."""
    page.get_by_role(role, name=name).first.press("Enter")


def days_ago(count):
    """A day of the past, as a date field takes it."""
    return (clock.today() - timedelta(days=count)).isoformat()
