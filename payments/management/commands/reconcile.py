"""`manage.py reconcile`: settle what is certain, propose for the rest, take a person's answers."""

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any, TextIO

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.core.errors import Refused
from payments.management.arguments import check_writable
from payments.selectors.decisions import AUTO, CONFIRMED, NONE, PROPOSED, decisions
from payments.services.answers import Answers, take_answers
from payments.services.automatic import reconcile

MAX_FILE = 20 * 1024 * 1024


class Command(JsonCommand):
    """Match bank lines; again = no change."""

    help = "Rapproche les lignes de banque : règle ce qui est certain, propose pour le reste."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take `--out FILE` and `--confirm CSV`."""
        parser.add_argument("--out", type=Path, help="Un objet JSON par ligne de relevé.")
        parser.add_argument("--confirm", type=Path, help="CSV : bank_ref, contracts, kind.")

    def run(self, **options: Any) -> Answer:
        """Take the answers, then settle and propose."""
        if options["out"]:
            check_writable(options["out"])
        actor, today = system_user(), clock.today()
        answers = _answers(options["confirm"], actor, today) if options["confirm"] else None
        done = reconcile(actor=actor, today=today)
        if options["out"]:
            with options["out"].open("w", encoding="utf-8") as stream:
                counts = _tell(stream)
        else:
            counts = _tell(None)
        facts = {
            "auto": counts[AUTO],
            "proposed": counts[PROPOSED],
            "none": counts[NONE],
            "confirmed": answers.taken if answers else counts[CONFIRMED],
            "new": done.settled + (answers.changed if answers else 0),
            "refused": done.refused,
        }
        sentence = (
            f"{facts['new']} lignes rapprochées. En tout : {facts['auto']} automatiquement, "
            f"{counts[CONFIRMED]} par une personne ; {facts['proposed']} proposées, "
            f"{facts['none']} sans proposition."
        )
        return Answer(facts, [sentence, *done.refused])


def _answers(path: Path, actor: Any, today: Any) -> Answers:
    if not path.is_file():
        raise Refused(f"Il n'y a pas de fichier « {path} ». Vérifiez le chemin.")
    if path.stat().st_size > MAX_FILE:
        raise Refused(f"« {path} » dépasse 20 Mo : ce n'est pas un fichier de réponses.")
    return take_answers(data=path.read_bytes(), actor=actor, today=today)


def _tell(stream: TextIO | None) -> "Counter[str]":
    counts: Counter[str] = Counter()
    for row in decisions():
        counts[row["decision"]] += 1
        if stream is not None:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return counts
