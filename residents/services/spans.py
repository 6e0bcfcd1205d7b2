"""Cut a contract at a day, keeping what is cut; put it back when the act is taken back."""

from datetime import date
from typing import Any

from caracol.core.errors import Refused
from caracol.core.periods import french_day
from residents.models import Contract, ContractHolder, ContractTerms
from residents.selectors.spans import SAME, tail_facts, tail_of


class SpanRefused(Refused):
    """The contract cannot end that day, or its end cannot be put back."""


def cut_contract(contract: Contract, ends_on: date) -> dict[str, Any]:
    """End a contract earlier, with its terms and holders; return what is needed to put it back.

    Nothing to do, nothing kept: a contract that ends that day already. Inside the caller's
    transaction and locks. Raises SpanRefused.
    """
    if ends_on < contract.starts_on:
        started = french_day(contract.starts_on)
        raise SpanRefused(f"Le contrat ne finit pas avant d'avoir commencé, le {started}.")
    if ends_on > contract.ends_on:
        raise SpanRefused(f"Le contrat finit déjà le {french_day(contract.ends_on)}.")
    if ends_on == contract.ends_on:
        return {}
    rows = ContractTerms.objects.filter(contract=contract).order_by("starts_on")
    holders = ContractHolder.objects.filter(contract=contract, ends_on__gt=ends_on)
    kept = {
        "ends_on": contract.ends_on.isoformat(),
        "cut_on": ends_on.isoformat(),
        "tail": tail_of(rows, ends_on),
        "holders": {str(row.pk): row.ends_on.isoformat() for row in holders},
    }
    rows.filter(starts_on__gt=ends_on).delete()
    rows.filter(ends_on__gt=ends_on).update(ends_on=ends_on)
    holders.filter(starts_on__gt=ends_on).delete()
    holders.update(ends_on=ends_on)
    contract.ends_on = ends_on
    contract.save(update_fields=["ends_on"])
    return kept


def put_back(contract: Contract, kept: dict[str, Any]) -> None:
    """Give a contract the days that were cut. Inside the caller's transaction and locks.

    Raises SpanRefused when its end moved again meanwhile.
    """
    if not kept:
        return
    if contract.ends_on != date.fromisoformat(kept["cut_on"]):
        raise SpanRefused(
            f"La fin du contrat a changé depuis : il finit le {french_day(contract.ends_on)}. "
            "Faites un avenant pour la déplacer."
        )
    contract.ends_on = date.fromisoformat(kept["ends_on"])
    for row in ContractHolder.objects.filter(contract=contract, pk__in=kept["holders"]):
        row.ends_on = date.fromisoformat(kept["holders"][str(row.pk)])
        row.save(update_fields=["ends_on"])
    last = ContractTerms.objects.filter(contract=contract).order_by("-starts_on")[0]
    for piece in kept["tail"]:
        facts = tail_facts(piece)
        if all(getattr(last, name) == facts[name] for name in SAME):
            last.ends_on = facts["ends_on"]
            last.save(update_fields=["ends_on"])
        else:
            last = ContractTerms.objects.create(contract=contract, **facts)
    contract.save(update_fields=["ends_on"])
