"""`manage.py alive worker|beat`: has this machine's process given a sign of life lately?"""

import socket
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caracol.core import clock
from caracol.jobs.models import Heartbeat

SILENCE = timedelta(minutes=5)


class Command(BaseCommand):
    """Exit 0 when it has; else fail, for what watches the process to start it again."""

    help = "Tell whether this machine's worker or clock process is alive."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the role of the process."""
        parser.add_argument("role", choices=["worker", "beat"])

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        """Look for a recent heartbeat of that role on this machine."""
        recent = Heartbeat.objects.filter(role=role, beat_at__gte=clock.now() - SILENCE)
        if not recent.filter(name__contains=socket.gethostname()).exists():
            raise CommandError(f"No sign of life of the {role} for {SILENCE}.")
