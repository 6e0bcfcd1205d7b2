"""`manage.py takeover FILE.xlsx [--check]`: take a workbook over, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.core.money import euros
from caracol.takeover.difference import Change
from caracol.takeover.files import open_path
from caracol.takeover.findings import as_json
from caracol.takeover.services import Outcome, examine, take_over


class Command(JsonCommand):
    """Take over the association's workbook."""

    help = "Reprend le classeur d'une association (.xlsx), tout ou rien."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and whether it is only to be checked."""
        parser.add_argument("file", type=Path, help="Le classeur .xlsx")
        parser.add_argument("--check", action="store_true", help="Contrôle sans rien écrire")

    def run(self, *, file: Path, check: bool, **options: Any) -> Answer:
        """Check or take over. Raises Refused with every error of the workbook."""
        today = clock.today()
        with open_path(file) as stream:
            if not check:
                outcome = take_over(
                    workbook=stream, actor=system_user(), today=today, name=file.name
                )
                return _answer(outcome, "Reprise faite")
            exam = examine(workbook=stream, today=today)
        if refusal := exam.refusal:
            raise refusal
        new = exam.difference.count(Change.NEW) if exam.difference else 0
        changed = exam.difference.count(Change.CHANGED) if exam.difference else 0
        remarks = as_json(exam.findings.remarks)
        outcome = Outcome(exam.counts, exam.book.opening_total, new, changed, remarks)
        return _answer(outcome, "Classeur correct, rien n'est écrit")


def _answer(outcome: Outcome, title: str) -> Answer:
    counts = outcome.counts
    facts = {
        **counts,
        "opening_balance_total": outcome.opening_total,
        "new": outcome.new,
        "changed": outcome.changed,
        "warnings": outcome.remarks,
    }
    lines = [
        f"{title} : {counts['homes']} colocations, {counts['rooms']} chambres, "
        f"{counts['residents']} résidents, {counts['contracts']} contrats.",
        f"Soldes de reprise : {euros(outcome.opening_total)}.",
        f"Lignes nouvelles : {outcome.new} ; modifiées : {outcome.changed}.",
        *(
            f"  {remark['sheet']}, ligne {remark['row']} : {remark['message']}"
            for remark in outcome.remarks
        ),
    ]
    return Answer(facts, lines)
