"""What the team of the demonstration wrote to residents, each in their language."""

from datetime import date, timedelta

from caracol.accounts.models import User
from caracol.notifications.enums import Channel
from caracol.notifications.standard import FRENCH
from residents.enums import LIVING
from residents.models import Person
from residents.services.writing import BEST, write_messages

LINE = "01 84 60 12 30"
FEW = 3


class Writing:
    """A visit announced, certificates asked for, letters to hand over."""

    def __init__(self, today: date, manager: User) -> None:
        self.today = today
        self.manager = manager

    def write(self) -> None:
        """Write to a few people of Île-de-France who live here."""
        people = Person.objects.filter(
            holdings__contract__status__in=LIVING, holdings__contract__territory__code="IDF"
        )
        accepted = people.filter(sms_consent=True).exclude(language=FRENCH)
        texted = list(accepted.order_by("pk").distinct()[:FEW])
        silent = people.filter(sms_consent=False, email_consent=False)
        soon = f"{self.today + timedelta(days=8):%d/%m/%Y}"
        contact = {"contact": self.manager.get_full_name(), "phone": LINE, "date": soon}
        self._say("visit", texted, BEST, {**contact, "time": "14:30"})
        self._say("insurance", texted[:1], BEST, contact)
        self._say("procedure", list(silent.order_by("pk").distinct()[:FEW]), Channel.PAPER, contact)

    def _say(self, kind: str, people: list[Person], channel: str, facts: dict[str, str]) -> None:
        write_messages(
            people=people,
            kind=kind,
            facts=facts,
            channel=channel,
            key=f"demo-{kind}",
            actor=self.manager,
        )
