"""`manage.py refresh_deadlines`: the deadline engine, for a day."""

from typing import Any

from django.core.management.base import CommandParser

from caracol.core.commands import Answer, JsonCommand
from caracol.deadlines.days import day_said
from caracol.deadlines.services.refreshing import refresh


class Command(JsonCommand):
    """Open, move and close deadlines after their sources; again changes nothing."""

    help = "Recalcule les échéances d'un jour : celles qui s'ouvrent, bougent, se règlent."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day."""
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="Le jour ; aujourd'hui sans lui.")

    def run(self, **options: Any) -> Answer:
        """Refresh, and say what changed."""
        done = refresh(on=day_said(options["on"]))
        facts = {
            "opened": done.opened,
            "moved": done.moved,
            "closed": done.closed,
            "unchanged": done.unchanged,
        }
        line = (
            f"Échéances : {done.opened} ouvertes, {done.moved} déplacées, {done.closed} réglées, "
            f"{done.unchanged} inchangées."
        )
        return Answer(facts, [line])
