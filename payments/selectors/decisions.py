"""What was decided of bank lines, or is proposed for them, as the `reconcile` command tells it."""

from collections.abc import Iterator
from typing import Any

from payments.enums import PartKind
from payments.models import BankLine, Reconciliation

AUTO, PROPOSED, NONE, CONFIRMED = "auto", "proposed", "none", "confirmed"
_OTHER_ENDS: dict[str, str] = {PartKind.FOREIGN: "HORS", PartKind.SUSPENSE: "SUSPENSE"}


def decisions() -> Iterator[dict[str, Any]]:
    """Yield every line by day: what was decided of it, or what is proposed."""
    lines = BankLine.objects.standing().select_related("proposal").order_by("booked_on", "pk")
    chunk: list[BankLine] = []
    for line in lines.iterator(chunk_size=2000):
        chunk.append(line)
        if len(chunk) == 2000:
            yield from _told(chunk)
            chunk = []
    yield from _told(chunk)


def _told(lines: list[BankLine]) -> Iterator[dict[str, Any]]:
    living = {
        row.line_id: row
        for row in Reconciliation.objects.filter(line__in=lines, undone_at=None).prefetch_related(
            "parts__contract"
        )
    }
    for line in lines:
        row = living.get(line.pk)
        facts = _decided(row) if row is not None else _proposed(line)
        yield {
            "bank_ref": line.bank_ref or line.key,
            "line": line.pk,
            "date": line.booked_on.isoformat(),
            "amount": str(line.amount),
            "state": line.state,
            **facts,
        }


def _decided(row: Reconciliation) -> dict[str, Any]:
    return {
        "decision": AUTO if row.is_automatic else CONFIRMED,
        "rule": row.rule,
        "reason": row.reason,
        "strong": False,
        "allocations": [
            {
                "contract": part.contract.number
                if part.contract
                else _OTHER_ENDS.get(part.kind, ""),
                "amount": str(part.amount),
            }
            for part in row.parts.all()
        ],
        "others": [],
    }


def _proposed(line: BankLine) -> dict[str, Any]:
    found = getattr(line, "proposal", None)
    if found is None:
        reason = line.note or "Pas encore examinée."
        facts: dict[str, Any] = {"rule": "NONE", "reason": reason, "strong": False}
        return {"decision": NONE, **facts, "allocations": [], "others": []}
    return {
        "decision": NONE if found.certainty == NONE else PROPOSED,
        "rule": found.rule,
        "reason": found.reason,
        "strong": found.is_strong,
        "allocations": [
            {"contract": part["contract"], "amount": part["amount"]}
            for part in found.parts
            if part.get("contract")
        ],
        "others": found.others,
    }
