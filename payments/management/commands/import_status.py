"""`manage.py import_status FILE…`: what the bank answers to our files (pain.002)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import REFUSED, Answer, JsonCommand
from caracol.core.errors import Refused
from payments.services.reporting_status import Reported, import_status


class Command(JsonCommand):
    """Read reports; again = no change. Each file is taken whole, or refused with its reason."""

    help = "Lit les comptes rendus de la banque (pain.002) : chaque rejet une seule fois."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FICHIER")

    def run(self, **options: Any) -> Answer:
        """Read each file."""
        results = [_read(path) for path in options["files"]]
        lines = [row["error"] or _sentence(row) for row in results]
        code = REFUSED if any(row["error"] for row in results) else 0
        return Answer({"files": results}, lines, exit_code=code)


def _read(path: Path) -> dict[str, Any]:
    done, error = Reported(path.name), ""
    try:
        with path.open("rb") as stream:
            done = import_status(
                stream=stream, name=path.name, today=clock.today(), actor=system_user()
            )
    except OSError:
        error = f"{path} : ce fichier ne se lit pas. Vérifiez son chemin."
    except Refused as refusal:
        error = f"{path.name} : {refusal.message}"
    return {
        "file": path.name,
        "refused": done.refused,
        "new": done.new,
        "known": done.known,
        "unknown": done.unknown,
        "error": error,
    }


def _sentence(row: dict[str, Any]) -> str:
    return (
        f"{row['file']} : {row['refused']} rejets, dont {row['new']} nouveaux et "
        f"{len(row['unknown'])} inconnus."
    )
