"""`manage.py refunds --out FILE`: the file of the approved refunds."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.core.money import ZERO, euros
from caracol.core.periods import french_day
from payments.enums import RefundState
from payments.management.arguments import check_writable, read_day, read_territory
from payments.models import Refund
from payments.selectors.awaited_aid import waiting_for_caf
from payments.services.refund_sending import send_refunds


class Command(JsonCommand):
    """Write the approved refunds; each is in one file only."""

    help = "Écrit la remise des remboursements approuvés (pain.001), chacun une seule fois."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, a day, a territory."""
        parser.add_argument("--out", type=Path, required=True, help="Fichier XML à écrire.")
        parser.add_argument("--on", default="", metavar="AAAA-MM-JJ", help="Jour d'exécution.")
        parser.add_argument("--territory", default="", help="Code d'un territoire.")

    def run(self, **options: Any) -> Answer:
        """Write them, or say that there is none."""
        check_writable(options["out"])
        batch = send_refunds(
            today=clock.today(),
            actor=system_user(),
            territory=read_territory(options["territory"]),
            on=read_day(options["on"]) if options["on"] else None,
        )
        held = len(waiting_for_caf(Refund.objects.filter(state=RefundState.APPROVED)))
        if batch is None:
            facts = {"transactions": 0, "total": ZERO, "held": held, "written": False}
            return Answer(facts, ["Aucun remboursement approuvé n'attend : rien n'est écrit."])
        with batch.file.open("rb") as stream:
            options["out"].write_bytes(stream.read())
        facts = {
            "transactions": batch.count,
            "total": batch.total,
            "on": batch.execute_on,
            "batch": batch.reference,
            "message": batch.message,
            "held": held,
            "written": True,
        }
        said = (
            f"{batch.reference} : {batch.count} virements pour {euros(batch.total)}, le "
            f"{french_day(batch.execute_on)}."
        )
        waits = f"En attente du crédit de la CAF, hors de la remise : {held}."
        return Answer(facts, [said, *([waits] if held else [])])
