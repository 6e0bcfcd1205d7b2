"""`manage.py close_month AAAA-MM`: post what every contract owes for the month."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from caracol.accounts.models import Territory
from caracol.accounts.services import system_user
from caracol.core.commands import Answer, JsonCommand
from caracol.core.money import ZERO, euros
from caracol.core.periods import Month
from payments.management.arguments import (
    add_month,
    check_writable,
    read_month,
    read_territory,
)
from payments.models import Term
from payments.services.closing import Closing, close_month, preview_month
from residents.enums import BINDING, ContractStatus
from residents.models import Contract


class Command(JsonCommand):
    """Post the month's terms; again = no change."""

    help = "Clôture un mois : émet l'échéance de chaque contrat, une seule fois."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the month, a territory, `--dry-run` and `--out FILE`."""
        add_month(parser)
        parser.add_argument("--dry-run", action="store_true", help="Dit tout, n'écrit rien.")
        parser.add_argument("--out", type=Path, help="CSV : contract,month,amount.")

    def run(self, **options: Any) -> Answer:
        """Close, or say what closing would do."""
        month = read_month(options["month"])
        territory = read_territory(options["territory"])
        if options["out"]:
            check_writable(options["out"])
        rows = _posted(month, territory.pk if territory else None)
        if options["dry_run"]:
            drafts = preview_month(month, territory)
            rows |= {draft.number: draft.bill.amount for draft in drafts}
            result = Closing(month, len(rows), len(drafts), sum(rows.values(), ZERO))
        else:
            result = close_month(month=month, actor=system_user(), territory=territory)
            rows = _posted(month, territory.pk if territory else None)
        if options["out"]:
            _write(options["out"], month, _open(month, territory) | rows)
        facts = {"terms": result.terms, "new": result.new, "total": result.total}
        verb = "à émettre" if options["dry_run"] else "émises"
        sentence = (
            f"{month.label.capitalize()} : {result.terms} échéances pour {euros(result.total)}, "
            f"dont {result.new} {verb}."
        )
        return Answer(facts, [sentence])


def _posted(month: Month, territory_id: int | None) -> dict[str, Any]:
    terms = Term.objects.filter(month=month.first, kind="MONTHLY")
    if territory_id is not None:
        terms = terms.filter(contract__territory=territory_id)
    return dict(terms.values_list("contract__number", "amount"))


def _open(month: Month, territory: Territory | None) -> dict[str, Any]:
    """Return zero for each contract begun and not closed yet: it may owe nothing for the month."""
    contracts = Contract.objects.filter(starts_on__lte=month.last).filter(
        status__in=BINDING - {ContractStatus.CLOSED}
    )
    if territory is not None:
        contracts = contracts.filter(territory=territory)
    return dict.fromkeys(contracts.values_list("number", flat=True), ZERO)


def _write(path: Path, month: Month, rows: dict[str, Any]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["contract", "month", "amount"])
        writer.writerows(
            (number, month, f"{rows[number]:.2f}" if rows[number] else "0")
            for number in sorted(rows)
        )
