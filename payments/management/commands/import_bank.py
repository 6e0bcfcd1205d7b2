"""`manage.py import_bank FILE…`: statements of any format; again = no change."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from caracol.accounts.services import system_user
from caracol.core.commands import REFUSED, Answer, JsonCommand
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from payments.services.banking import Imported, import_bank


class Command(JsonCommand):
    """Import files one by one; one that is refused writes nothing, the others are imported."""

    help = "Importe des relevés de banque : camt, CFONB 120, OFX, QIF, MT940, CSV."
    # Checking the pages loads them all: 20 MB that a great file needs not share.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the files."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FICHIER")

    def run(self, **options: Any) -> Answer:
        """Import each file."""
        facts, lines, refused = [], [], False
        for path in options["files"]:
            try:
                found = _import(path)
            except Refused as refusal:
                refused = True
                facts.append(_refused(path, refusal.message))
                self.stderr.write(f"{path} : {refusal.message}")
            else:
                facts.append(_facts(path, found))
                lines += _told(found)
        return Answer({"files": facts}, lines, exit_code=REFUSED if refused else 0)


def _import(path: Path) -> Imported:
    if not path.is_file():
        raise Refused(f"Il n'y a pas de fichier « {path} ». Vérifiez le chemin.")
    with path.open("rb") as stream:
        return import_bank(stream=stream, name=path.name, actor=system_user())


def _facts(path: Path, found: Imported) -> dict[str, Any]:
    return {
        "file": str(path),
        "format": found.format,
        "statements": found.statements,
        "entries": found.entries,
        "credits": found.credits,
        "debits": found.debits,
        "new": found.new,
        "duplicates": found.duplicates,
        "held": found.held,
        "error": "",
        "remarks": found.remarks,
    }


def _refused(path: Path, message: str) -> dict[str, Any]:
    return {
        **_facts(path, Imported(path.name, "", credits=ZERO, debits=ZERO)),
        "error": message,
    }


def _told(found: Imported) -> list[str]:
    sums = f"{euros(found.credits)} reçus, {euros(found.debits)} sortis"
    lines = [
        f"{found.name} ({found.format}) : {found.statements} relevés, {found.entries} écritures, "
        f"{sums} ; {found.new} nouvelles, {found.duplicates} déjà connues, {found.held} retenues."
    ]
    return lines + [f"  {remark}" for remark in found.remarks]
