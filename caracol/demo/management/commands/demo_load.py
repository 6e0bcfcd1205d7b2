"""`manage.py demo_load`: the fictional association, its two years and its team."""

import time
from argparse import ArgumentParser
from typing import Any

from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.demo.loading import FULL, SMALL, Loaded, load, print_papers
from caracol.demo.logins import PASSWORD, TEAM


class Command(JsonCommand):
    """Load the demonstration; never on a production site."""

    help = "Charge l'association de démonstration et donne ses comptes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the size, and whether the papers are left to the worker."""
        parser.add_argument("--small", action="store_true", help="Deux colocations, quatre mois")
        parser.add_argument(
            "--leave-papers", action="store_true", help="Laisse la mise en page au worker"
        )

    def run(self, **options: Any) -> Answer:
        """Load, print the papers, tell who may sign in."""
        started = time.monotonic()
        loaded = load(today=clock.today(), size=SMALL if options["small"] else FULL)
        if not options["leave_papers"]:
            print_papers(loaded.jobs)
        facts = {
            "new": loaded.is_new,
            "contracts": loaded.contracts,
            "logins": [login.email for login in TEAM],
        }
        return Answer(facts, [_title(loaded, time.monotonic() - started), "", *_table()])


def _title(loaded: Loaded, seconds: float) -> str:
    if not loaded.is_new:
        return "La démonstration était déjà chargée : rien n'a changé."
    return (
        f"Démonstration chargée en {seconds:.0f} s : {loaded.contracts} contrats sur deux ans, "
        "comptes vérifiés."
    )


def _table() -> list[str]:
    """Return who may sign in, and what to try first."""
    roles = max(len(login.label) for login in TEAM)
    emails = max(len(login.email) for login in TEAM)
    return [
        f"Mot de passe de tous les comptes : {PASSWORD}",
        "",
        *(
            f"  {login.label:<{roles}}  {login.email:<{emails}}  {login.first_steps}"
            for login in TEAM
        ),
    ]
