"""`manage.py export_ledger --format F --out FILE`: the whole ledger for other tools."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from caracol.core.commands import Answer, JsonCommand
from caracol.core.errors import Refused
from payments.management.arguments import check_writable
from payments.services.books import WORKBOOK, WRITERS, write_books


class Command(JsonCommand):
    """Export the ledger."""

    help = "Exporte le grand livre."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the format and the file."""
        parser.add_argument("--format", required=True, choices=[*sorted(WRITERS), WORKBOOK])
        parser.add_argument("--out", required=True, type=Path)

    def run(self, **options: Any) -> Answer:
        """Write the file beside itself, then put it in place whole."""
        path: Path = options["out"]
        check_writable(path)
        partial = path.with_name(f".{path.name}.partial")
        try:
            with partial.open("wb") as stream:
                exported = write_books(stream, options["format"])
        except Refused:
            partial.unlink()
            raise
        partial.replace(path)
        facts = {"entries": exported.entries, "postings": exported.postings}
        return Answer(facts, [f"{exported.entries} écritures, {exported.postings} lignes."])
