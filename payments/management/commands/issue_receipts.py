"""`manage.py issue_receipts AAAA-MM`: quittances and reçus, numbered, frozen, printed."""

from argparse import ArgumentParser
from typing import Any

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.documents.services.issuing import RENDER
from caracol.jobs import services as jobs
from payments.management.arguments import add_month, read_month, read_territory
from payments.services.issuing import issue_receipts


class Command(JsonCommand):
    """Issue and print the month's receipts in this process; again = no change."""

    help = "Émet les quittances et les reçus d'un mois, et les met en page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the month and a territory."""
        add_month(parser)

    def run(self, **options: Any) -> Answer:
        """Issue, then render what is not rendered yet, a killed command's papers too."""
        month = read_month(options["month"])
        issue = issue_receipts(
            month=month,
            on=clock.today(),
            actor=system_user(),
            territory=read_territory(options["territory"]),
        )
        jobs.finish(kind=RENDER)
        facts = {"quittances": issue.quittances, "recus": issue.recus, "new": issue.new}
        sentence = (
            f"{month.label.capitalize()} : {issue.quittances} quittances, {issue.recus} reçus, "
            f"dont {issue.new} nouveaux."
        )
        return Answer(facts, [sentence])
