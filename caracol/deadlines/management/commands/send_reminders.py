"""`manage.py send_reminders`: the digests and urgent mails of a day."""

from typing import Any

from django.core.management.base import CommandParser

from caracol.core.commands import Answer, JsonCommand
from caracol.deadlines.days import day_said
from caracol.deadlines.services.reminding import send_reminders


class Command(JsonCommand):
    """Write the reminders of a day in the outbox; again writes none."""

    help = "Écrit les rappels d'un jour : récapitulatifs, urgences, relais."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day."""
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="Le jour ; aujourd'hui sans lui.")

    def run(self, **options: Any) -> Answer:
        """Remind, and say how much."""
        done = send_reminders(on=day_said(options["on"]))
        facts = {"emails": done.emails, "reminders": done.reminders}
        return Answer(facts, [f"Rappels : {done.emails} courriels, {done.reminders} rappels."])
