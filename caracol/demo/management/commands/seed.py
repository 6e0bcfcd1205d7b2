"""`manage.py seed --residents N --months M`: a plausible association of that size, for load."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.demo.seeding import SeedRefused, seed


class Command(JsonCommand):
    """Seed; never on a production site."""

    help = "Ajoute une association plausible de la taille voulue, pour éprouver la charge."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size."""
        parser.add_argument("--residents", type=int, required=True)
        parser.add_argument("--months", type=int, required=True)

    def run(self, **options: Any) -> Answer:
        """Write, and say how much."""
        if not getattr(settings, "GALLERY", False):
            raise SeedRefused("Des données de charge ne s'ajoutent pas à un site de production.")
        seeded = seed(
            residents=options["residents"],
            months=options["months"],
            today=clock.today(),
            actor=system_user(),
        )
        facts = {
            "residents": seeded.residents,
            "terms": seeded.terms,
            "postings": seeded.postings,
        }
        return Answer(facts, [", ".join(f"{name} : {count}" for name, count in facts.items())])
