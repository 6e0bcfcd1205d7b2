"""`manage.py collect AAAA-MM --on DATE --out FILE`: the file of a month's direct debits."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Q

from caracol.accounts.services import system_user
from caracol.core import clock
from caracol.core.commands import Answer, JsonCommand
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month, french_day
from payments.enums import BatchState
from payments.management.arguments import (
    ArgumentRefused,
    add_month,
    check_writable,
    read_day,
    read_month,
    read_territory,
)
from payments.models import DebitBatch
from payments.selectors.collecting import Collection
from payments.services.collecting import (
    Wish,
    plan_debits,
    prepare_debits,
    send_debits,
    unclosed_before,
    warnings_on,
)
from payments.services.debit_posting import post_debits


class Command(JsonCommand):
    """Write the debits of a month; the same month and day again write the same file again."""

    help = "Écrit la remise de prélèvements d'un mois (pain.008), une seule fois."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the month, the day, the file, a territory, `--only-told`, `--dry-run`."""
        add_month(parser)
        parser.add_argument("--on", required=True, metavar="AAAA-MM-JJ", help="Jour prélevé.")
        parser.add_argument("--out", type=Path, help="Fichier XML à écrire.")
        parser.add_argument(
            "--only-told",
            action="store_true",
            help="Laisse de côté qui n'a pas été prévenu du montant et du jour.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Dit tout, n'écrit rien.")

    def run(self, **options: Any) -> Answer:
        """Prepare, hand over, write; or say what would be."""
        wish = Wish(
            month=read_month(options["month"]),
            on=read_day(options["on"]),
            territory=read_territory(options["territory"]),
            only_told=options["only_told"],
        )
        today = clock.today()
        if options["dry_run"]:
            return _preview(plan_debits(wish, today), _warnings(wish, today))
        if not options["out"]:
            raise ArgumentRefused("Dites où écrire la remise : --out FICHIER.xml.")
        check_writable(options["out"])
        known = _known(wish)
        if known is not None:
            _hand_over(known, today)
            return _write(known, options["out"], [], again=True)
        warnings = _warnings(wish, today)
        found = plan_debits(wish, today)
        if not found.lines:
            return _nothing(found)
        batch = prepare_debits(wish=wish, token=found.token, today=today, actor=system_user())
        _hand_over(batch, today)
        return _write(batch, options["out"], [*warnings, *_remarks(found)])


def _warnings(wish: Wish, today: date) -> list[str]:
    return [*unclosed_before(wish), *warnings_on(wish.on, today)]


def _known(wish: Wish) -> DebitBatch | None:
    """Return the file of that month and day: sent, or that this command was stopped at."""
    ours = Q(state=BatchState.SENT) | Q(state=BatchState.PREPARED, prepared_by=system_user())
    rows = DebitBatch.objects.filter(
        ours, month=wish.month.first, collect_on=wish.on, territory=wish.territory
    )
    return rows.order_by("-pk").first()


def _hand_over(batch: DebitBatch, today: date) -> None:
    """Send a file and post what is due of it: each once, wherever a run before was stopped."""
    if batch.state == BatchState.PREPARED:
        send_debits(batch=batch, today=today, actor=system_user())
    post_debits(batch=batch, today=today, actor=system_user())


def _remarks(found: Collection) -> list[str]:
    """Say who was left out, and who was not told as the rule wants."""
    lines = [
        f"{row.contract.number} laissé de côté ({euros(row.amount)}) : {row.why}."
        for row in found.left_out
    ]
    if found.untold:
        first = ", ".join(line.contract.number for line in found.untold[:10])
        lines.append(
            f"{len(found.untold)} n'ont pas été prévenus de ce montant et de ce jour dans le "
            f"délai : {first}."
        )
    return lines


def _facts(count: int, total: Any, on: date, remarks: list[str], **more: Any) -> dict[str, Any]:
    return {"transactions": count, "total": total, "on": on, "warnings": remarks, **more}


def _preview(found: Collection, warnings: list[str]) -> Answer:
    remarks = [*warnings, *_remarks(found)]
    facts = _facts(len(found.lines), found.total, found.on, remarks, written=False)
    said = f"{len(found.lines)} prélèvements à préparer pour {euros(found.total)}."
    return Answer(facts, [said, *remarks])


def _nothing(found: Collection) -> Answer:
    remarks = _remarks(found)
    facts = _facts(0, ZERO, found.on, remarks, written=False)
    return Answer(facts, ["Rien à prélever : aucun fichier n'est écrit.", *remarks])


def _write(batch: DebitBatch, path: Path, remarks: list[str], *, again: bool = False) -> Answer:
    with batch.file.open("rb") as stream:
        path.write_bytes(stream.read())
    facts = _facts(
        batch.count,
        batch.total,
        batch.collect_on,
        remarks,
        batch=batch.reference,
        message=batch.message,
        again=again,
        written=True,
    )
    month = Month.of(batch.month).label
    said = (
        f"{batch.reference} : {batch.count} prélèvements de {month} pour {euros(batch.total)}, le "
        f"{french_day(batch.collect_on)}."
    )
    kept = ["Cette remise existait déjà : c'est le même fichier, à ne déposer qu'une fois."]
    return Answer(facts, [said, *(kept if again else remarks)])
