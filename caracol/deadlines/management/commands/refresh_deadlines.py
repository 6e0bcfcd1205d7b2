"""`manage.py refresh_deadlines`: the deadline engine, for a day."""

from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.core.errors import Refused
from caracol.deadlines.services.refreshing import refresh


class Command(JsonCommand):
    """Open, move and close deadlines after their sources; again changes nothing."""

    help = "Recalcule les échéances d'un jour : celles qui s'ouvrent, bougent, se règlent."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the day."""
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="Le jour ; aujourd'hui sans lui.")

    def run(self, **options: Any) -> Answer:
        """Refresh, and say what changed."""
        done = refresh(on=_day(options["on"]))
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


def _day(text: str | None) -> date:
    if not text:
        return clock.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            f"« {text} » n'est pas un jour. Écrivez-le AAAA-MM-JJ, par exemple 2026-12-01."
        ) from error
