"""The shape of every command of the contract: `--json`, exit codes, refusals."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from caracol.core.errors import Refused
from caracol.core.money import round_half_up
from caracol.core.periods import Month

REFUSED = 2


@dataclass(frozen=True)
class Answer:
    """What a command has done: facts for programs, sentences for people, an exit code."""

    facts: dict[str, Any]
    lines: list[str] = field(default_factory=list)
    exit_code: int = 0


class InputRefused(Refused):
    """Input refused for several reasons; each is a dictionary of JSON values."""

    def __init__(self, message: str, errors: list[dict[str, Any]], **facts: Any) -> None:
        super().__init__(message)
        self.errors = errors
        self.facts = facts


class JsonCommand(BaseCommand):
    """A command that answers with an `Answer` from `run`.

    With `--json` the last line of stdout is one JSON object: the answer's facts, amounts as text
    with two decimals. A `Refused` is said on stderr, gives `{"errors": […]}` and exit code 2.
    """

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Add `--json` to what the command takes."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument(
            "--json", action="store_true", help="Répond par un objet JSON, en dernière ligne."
        )
        return parser

    def run(self, *args: Any, **options: Any) -> Answer:
        """Do the command's work. Raises Refused for what is not acceptable."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, tell, and leave with the exit code of the contract."""
        try:
            answer = self.run(**options)
        except Refused as refusal:
            answer = self._refuse(refusal)
        if options.get("json"):
            self.stdout.write(json.dumps(answer.facts, default=_plain, ensure_ascii=False))
        else:
            for line in answer.lines:
                self.stdout.write(line)
        if answer.exit_code:
            raise SystemExit(answer.exit_code)

    def _refuse(self, refusal: Refused) -> Answer:
        self.stderr.write(str(refusal))
        errors = getattr(refusal, "errors", None) or [{"message": str(refusal)}]
        facts = {"errors": errors, **getattr(refusal, "facts", {})}
        return Answer(facts, exit_code=REFUSED)


def _plain(value: object) -> str:
    """Write what JSON has no form for."""
    if isinstance(value, Decimal):
        return str(round_half_up(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Month | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
