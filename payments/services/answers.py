"""Take a person's answers about bank lines from a CSV: all of them, or none.

Columns are found by name: `bank_ref`; `contracts`, parts with a bar between (`C1:12.00`,
`SUSPENSE:3.00`); perhaps `kind`, where `other` is set aside, `unknown` waits, and `caf` is aid for
the month before, unless its statement is posted: then the line is only tied to it.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from caracol.accounts.models import User
from caracol.core.commands import InputRefused
from caracol.core.errors import Refused
from caracol.core.periods import Month
from payments.calculations.match_facts import Certainty
from payments.enums import NOT_POSTED, MatchRule, PartKind, Payer
from payments.models import BankLine, Reconciliation
from payments.readers.texts import decoded
from payments.readers.values import amount_of
from payments.selectors.claims import contracts_by_number
from payments.services.line_parts import Act, LinePart, check_parts, is_same, only_waits
from payments.services.reconciling import settle_lines, undo_line
from payments.services.settlers import settlers
from residents.models import Contract

OTHER, UNKNOWN, CAF = "other", "unknown", "caf"
SUSPENSE, ASIDE = "SUSPENSE", "HORS"
REASON = "Réponse d'une personne de l'équipe, par fichier."


@dataclass
class Answers:
    """How many answers were taken, and how many changed something."""

    taken: int = 0
    changed: int = 0


@dataclass
class _Reader:
    """Reads rows into acts, gathering every mistake before anything is written."""

    lines: Mapping[str, list[BankLine]]
    contracts: Mapping[str, Contract]
    errors: list[dict[str, Any]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    caf: set[int] = field(default_factory=set)

    def read(self, number: int, row: Mapping[str, str]) -> None:
        """Read a row."""
        try:
            self.acts.append(self._act(row))
        except Refused as refusal:
            self.errors.append({"row": number, "message": refusal.message})

    def _act(self, row: Mapping[str, str]) -> Act:
        line = self._line(row)
        kind = row.get("kind", "").lower()
        parts = self._parts(row.get("contracts", ""), kind, line)
        waits = any(part.goes_to == PartKind.SUSPENSE for part in parts)
        act = Act(
            line=line,
            parts=parts,
            reason=REASON,
            follow_up="Chercher de qui est cet argent." if waits else "",
        )
        check_parts(act)
        if kind == CAF:
            self.caf.add(line.pk)
        return act

    def _line(self, row: Mapping[str, str]) -> BankLine:
        ref = row.get("bank_ref", "")
        found = self.lines.get(ref, [])
        amount = amount_of(row.get("amount", ""))
        if len(found) > 1 and amount is not None:
            found = [line for line in found if line.amount == amount]
        if not found:
            raise Refused(f"Aucune ligne de relevé n'a la référence « {ref} ».")
        if len(found) > 1:
            raise Refused(f"Plusieurs lignes ont la référence « {ref} » : dites leur montant.")
        if found[0].state in NOT_POSTED:
            raise Refused(f"La ligne « {ref} » est {found[0].get_state_display()}.")
        return found[0]

    def _parts(self, text: str, kind: str, line: BankLine) -> tuple[LinePart, ...]:
        if kind == OTHER:
            return (LinePart(line.amount, kind=PartKind.FOREIGN),)
        if kind == UNKNOWN:
            return (LinePart(line.amount, kind=PartKind.SUSPENSE),)
        if not text:
            raise Refused(f"La ligne « {line.bank_ref} » n'a pas de réponse.")
        return tuple(self._part(piece, kind, line) for piece in text.split("|"))

    def _part(self, piece: str, kind: str, line: BankLine) -> LinePart:
        number, _, written = piece.strip().rpartition(":")
        amount = amount_of(written)
        if amount is None:
            raise Refused(f"« {piece} » : écrivez un contrat et un montant, C2601:120.00.")
        number = number.strip().upper()
        if number in (SUSPENSE, ASIDE):
            where = PartKind.SUSPENSE if number == SUSPENSE else PartKind.FOREIGN
            return LinePart(amount, kind=where)
        contract = self.contracts.get(number)
        if contract is None:
            raise Refused(f"Le contrat « {number} » est inconnu.")
        if kind == CAF:
            return LinePart(amount, contract, Month.of(line.booked_on).previous(), Payer.CAF)
        return LinePart(amount, contract)


def read_answers(data: bytes) -> list[dict[str, str]]:
    """Return the rows of the file by lower-case heading. Raises InputRefused."""
    text = decoded(data).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), restval=""
    )
    names = {name.strip().lower() for name in reader.fieldnames or ()}
    if missing := {"bank_ref", "contracts"} - names:
        raise InputRefused(
            f"Il manque des colonnes : {', '.join(sorted(missing))}.",
            [{"row": 1, "column": name, "message": "colonne absente"} for name in sorted(missing)],
        )
    return [
        {
            key.strip().lower(): value.strip()
            for key, value in row.items()
            if key is not None and isinstance(value, str)
        }
        for row in reader
    ]


@transaction.atomic
def take_answers(*, data: bytes, actor: User, today: date) -> Answers:
    """Do what a person answered, line by line; what was decided otherwise is undone before.

    Again = no change. Raises InputRefused with every row that cannot be taken, and then nothing
    is written.
    """
    rows = read_answers(data)
    reader = _Reader(_lines({row.get("bank_ref", "") for row in rows}), contracts_by_number())
    for number, row in enumerate(rows, start=2):
        reader.read(number, row)
    if reader.errors:
        raise InputRefused(
            f"{len(reader.errors)} réponses ne peuvent pas être prises : rien n'a été écrit.",
            reader.errors,
        )
    acts = _untied(reader.acts, reader.caf)
    _undo_others(acts, actor, today)
    done = settle_lines(acts=acts, actor=actor, today=today, learns=True)
    return Answers(taken=len(rows), changed=len(done.made))


def _lines(refs: set[str]) -> dict[str, list[BankLine]]:
    found: dict[str, list[BankLine]] = defaultdict(list)
    rows = BankLine.objects.standing().filter(bank_ref__in=refs - {""})
    for line in rows.order_by("pk"):
        found[line.bank_ref].append(line)
    return found


def _untied(acts: Sequence[Act], caf: set[int]) -> list[Act]:
    """Leave what another module settled; tie the CAF's lines whose statement is posted."""
    tied = Reconciliation.objects.filter(
        line__in=[act.line.pk for act in acts], undone_at=None
    ).exclude(settler="")
    known = set(tied.values_list("line", flat=True))
    left = [act for act in acts if act.line.pk not in known]
    offers = {}
    for key, settler in settlers().items():
        if settler.rule == MatchRule.CAF:
            found = settler.offers([act.line for act in left if act.line.pk in caf])
            offers.update({line: (key, offer) for line, offer in found.items()})
    return [_tied(act, *offers[act.line.pk]) if act.line.pk in offers else act for act in left]


def _tied(act: Act, key: str, offer: Any) -> Act:
    if offer.certainty == Certainty.NONE:
        return act
    return Act(
        line=act.line,
        parts=(),
        rule=settlers()[key].rule,
        reason=offer.reason,
        settler=key,
        settler_ref=offer.ref,
    )


def _undo_others(acts: Sequence[Act], actor: User, today: date) -> None:
    living = {
        row.line_id: row
        for row in Reconciliation.objects.filter(
            line__in=[act.line.pk for act in acts], undone_at=None
        )
    }
    for act in acts:
        other = living.get(act.line.pk)
        if other is not None and not is_same(act, other) and not only_waits(other):
            undo_line(reconciliation=other, actor=actor, today=today, reason=REASON)
