"""`manage.py import_caf FILE…`: statements of the CAFs; the total must tie; again = no change."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import REFUSED, Answer, JsonCommand
from caracol.core.errors import Refused
from caracol.core.money import euros
from payments.services.caf_importing import CafImported, import_caf


class Command(JsonCommand):
    """Import files one by one; one that is refused or held posts nothing, the others do."""

    help = "Importe des bordereaux de la CAF : CSV, Excel ou largeur fixe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FICHIER")

    def run(self, **options: Any) -> Answer:
        """Import each file."""
        facts, lines, refused = [], [], False
        for path in options["files"]:
            found, error = CafImported(path.name), ""
            try:
                found = _import(path)
                error = " ".join(found.held)
            except Refused as refusal:
                error = refusal.message
            if error:
                refused = True
                self.stderr.write(f"{path} : {error}")
            else:
                lines += _told(found)
            facts.append(_facts(path, found, error))
        return Answer({"files": facts}, lines, exit_code=REFUSED if refused else 0)


def _import(path: Path) -> CafImported:
    if not path.is_file():
        raise Refused(f"Il n'y a pas de fichier « {path} ». Vérifiez le chemin.")
    with path.open("rb") as stream:
        return import_caf(stream=stream, name=path.name, actor=system_user(), today=clock.today())


def _facts(path: Path, found: CafImported, error: str) -> dict[str, Any]:
    return {
        "file": str(path),
        "lines": found.lines,
        "total": found.total,
        "posted": found.posted,
        "suspense": found.suspense,
        "known": found.is_known,
        "error": error,
        "remarks": found.remarks,
    }


def _told(found: CafImported) -> list[str]:
    known = (
        "déjà connu, rien n'a changé"
        if found.is_known
        else (f"{found.posted} inscrites, {found.suspense} en attente")
    )
    head = f"{found.name} : {found.lines} lignes, {euros(found.total)} ; {known}."
    return [head, *(f"  {remark}" for remark in found.remarks)]
