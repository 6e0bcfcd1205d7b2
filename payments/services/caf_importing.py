"""Import a CAF statement: nothing is posted unless its total ties to its lines and to the bank.

The same file, or the same statement in another format or under another day, adds nothing.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.db import connection, transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.files import gone_if_it_fails
from caracol.core.money import ZERO
from payments.calculations.caf import Announced, tie_lines
from payments.calculations.days import Days
from payments.enums import CafNature, CafState
from payments.models import CafFile, CafLayout, CafLine, CafOffice, CafStatement
from payments.readers.caf import MAX_FILE, CafRead, CafRow, read_caf
from payments.readers.caf import CafLayout as Layout
from payments.readers.caf_columns import CafMapping, department_of
from payments.selectors.caf_credits import BankSays, bank_says
from payments.selectors.caf_doubles import IS_DOUBLE, doubles_words
from payments.services.caf_doubles import (
    CafRefused,
    Group,
    judge,
    reference_for,
    replace_held,
)
from payments.services.caf_posting import post_held
from payments.services.caf_ties import lock_credits, tie
from payments.services.open_days import days_of_books
from payments.services.posting import check_now

IMPORTED = history.label("payments.caf-imported", "Bordereau de la CAF reçu")
POSTED = history.label("payments.caf-posted", "Bordereau de la CAF inscrit")
MAPPED = history.label("payments.caf-mapped", "Colonnes d'un fichier de CAF indiquées")
IMPORT_LOCK = 720
# The CAFs of the two territories (RULEBOOK 3.1); any other takes its number for a name.
CAFS = {
    "75": "de Paris", "77": "de Seine-et-Marne", "78": "des Yvelines", "91": "de l'Essonne",
    "92": "des Hauts-de-Seine", "93": "de Seine-Saint-Denis", "94": "du Val-de-Marne",
    "95": "du Val-d'Oise", "59": "du Nord", "62": "du Pas-de-Calais", "02": "de l'Aisne",
    "60": "de l'Oise", "80": "de la Somme",
}  # fmt: skip
_NO_TOTAL = "La CAF n'annonce pas ce total : il attend le crédit de la banque."
TAKES_BACK = (CafNature.RECOVERY, CafNature.CANCELLATION)


@dataclass(frozen=True)
class Given:
    """What a person says of a file that does not say it itself."""

    department: str = ""
    reference: str = ""
    paid_on: date | None = None


@dataclass
class CafImported:
    """What a file held and what became of it."""

    name: str
    format: str = ""
    lines: int = 0
    total: Decimal = ZERO
    posted: int = 0
    suspense: int = 0
    is_known: bool = False
    held: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    statements: list[CafStatement] = field(default_factory=list)


def layouts() -> list[Layout]:
    """Return the layouts that people have mapped."""
    return [
        Layout(row.signature, CafMapping(row.columns)) for row in CafLayout.objects.order_by("pk")
    ]


@transaction.atomic
def import_caf(
    *,
    stream: BinaryIO,
    name: str,
    actor: User,
    today: date,
    given: Given | None = None,
) -> CafImported:
    """Import a file; again adds nothing. All of it or nothing.

    A statement that the bank contradicts is kept and posts nothing: `held` says why. Raises
    FileRefused, CafLayoutUnknown, CafRefused.
    """
    data = stream.read(MAX_FILE + 1)
    read = read_caf(_again(data), layouts())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [IMPORT_LOCK])
    result = CafImported(name, read.format, len(read.rows), read.total, remarks=list(read.remarks))
    rows = _tied(read)
    result.total = sum((row.amount for row in rows), ZERO)
    groups = _statements(rows, given or Given(), days_of_books(today))
    record = _keep(data, name, read.format)
    with gone_if_it_fails(record.file), history.act(IMPORTED, actor=actor), transaction.atomic():
        record.imported_by = actor
        run = _Run(record, bool(read.totals), result, today, actor)
        run.write(groups)
    return result


@transaction.atomic
def type_statement(
    *, rows: Sequence[CafRow], total: Decimal, given: Given, actor: User, today: date
) -> CafImported:
    """Record a statement typed in, which has no file: its lines make its total, or nothing is.

    Raises CafRefused.
    """
    found = tie_lines(
        [row.amount for row in rows],
        [row.nature in TAKES_BACK for row in rows],
        [Announced(total)],
    )
    if found.why_not:
        raise CafRefused(found.why_not)
    signed = [replace(row, amount=amount) for row, amount in zip(rows, found.amounts, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [IMPORT_LOCK])
    result = CafImported("saisie", "saisie", len(rows), found.total)
    with history.act(IMPORTED, actor=actor):
        run = _Run(None, is_announced=True, result=result, today=today, actor=actor)
        run.write(_statements(signed, given, days_of_books(today)))
    return result


def remember_layout(
    *, signature: str, columns: dict[str, int], department: str, actor: User
) -> CafLayout:
    """Keep which column is which, so that the next file of that shape is read alone."""
    with history.act(MAPPED, actor=actor):
        layout, _new = CafLayout.objects.update_or_create(
            signature=signature[:1000],
            defaults={
                "columns": columns,
                "office": CafOffice.objects.filter(department=department).first(),
            },
        )
    return layout


def _again(data: bytes) -> BinaryIO:
    return ContentFile(data)  # type: ignore[return-value]


def _tied(read: CafRead) -> list[CafRow]:
    """Return the rows once their sum is the total announced. Raises CafRefused."""
    announced = [Announced(one.amount, one.lines, one.place) for one in read.totals]
    found = tie_lines(
        [row.amount for row in read.rows],
        [row.nature in TAKES_BACK for row in read.rows],
        announced,
    )
    if found.why_not:
        raise CafRefused(
            f"{found.why_not} Rien n'a été inscrit. Téléchargez le bordereau à nouveau ; si "
            "l'écart demeure, demandez à la CAF le bordereau complet."
        )
    return [
        replace(row, amount=amount) for row, amount in zip(read.rows, found.amounts, strict=True)
    ]


def _statements(rows: Sequence[CafRow], given: Given, days: Days) -> list[Group]:
    """Return the statements of a file: one by CAF, number and day of payment."""
    groups: dict[tuple[str, str, date], Group] = {}
    for row in rows:
        department = department_of(row.organism) or given.department
        paid_on = row.paid_on or given.paid_on
        if not department:
            raise CafRefused("Le fichier ne dit pas de quelle CAF il vient : choisissez-la.")
        if paid_on is None:
            raise CafRefused("Le fichier ne dit pas le jour du paiement : indiquez-le.")
        _check_day(paid_on, days)
        reference = row.reference or given.reference
        if not reference:
            reference = reference_for(row.aid_type, department, paid_on)
        key = (department, reference.upper(), paid_on)
        if key not in groups:
            groups[key] = Group(department, row.landlord, reference[:40], paid_on, [])
        groups[key].rows.append(row)
    return list(groups.values())


def _check_day(paid_on: date, days: Days) -> None:
    """Refuse a day of payment that can only be a mistake. Raises CafRefused."""
    if why_not := days.why_not(paid_on):
        raise CafRefused(
            f"Ce bordereau serait payé le {paid_on:%d/%m/%Y}, {why_not} : vérifiez la date de "
            "paiement. Rien n'a été inscrit."
        )


def _keep(data: bytes, name: str, kind: str) -> CafFile:
    """Put the file in the private store, before anything is written of it."""
    digest = hashlib.sha256(data).hexdigest()
    record = CafFile(sha256=digest, name=name[-160:], format=kind, size=len(data))
    record.file.save(f"caf/{uuid.uuid4().hex}", ContentFile(data), save=False)
    return record


@dataclass(frozen=True)
class _Run:
    """One import: what it found, for whom, on which day."""

    record: CafFile | None
    is_announced: bool
    result: CafImported
    today: date
    actor: User

    def write(self, groups: Sequence[Group]) -> None:
        """Write what is not known, and post what the bank lets be posted. Raises CafRefused."""
        is_kept = False
        for group in groups:
            verdict = judge(group)
            if verdict.remark:
                self.result.remarks.append(verdict.remark)
            if verdict.enters is None:
                self._look_again(verdict.known)
                continue
            if self.record is not None and not is_kept:
                CafFile.objects.bulk_create([self.record])
            is_kept = True
            replace_held(verdict.replaces, by=group)
            statement = self._create(verdict.enters, is_part=verdict.is_part)
            self.result.statements.append(statement)
            self._try(statement)
        self.result.is_known = not is_kept
        if self.record is not None and not is_kept:
            self.record.file.delete(save=False)

    def _look_again(self, known: Sequence[CafStatement]) -> None:
        """Try again what was held of a statement that is known."""
        self.result.statements += known
        for statement in known:
            if statement.state == CafState.HELD:
                self._try(statement)

    def _create(self, group: Group, *, is_part: bool) -> CafStatement:
        statement = CafStatement(
            file=self.record,
            office=office_of(group.department),
            landlord=group.landlord[:20],
            reference=group.reference,
            paid_on=group.paid_on,
            total=group.total,
            announced=self.is_announced and not is_part,
            rank=group.rank,
            state=CafState.HELD,
            created_by=self.actor,
        )
        CafStatement.objects.bulk_create([statement])
        rows = enumerate(group.rows, start=1)
        CafLine.objects.bulk_create(
            (_line(statement, position, row) for position, row in rows), batch_size=500
        )
        return statement

    def _try(self, statement: CafStatement) -> None:
        """Post a statement that the bank confirms, or does not speak of yet; else hold it."""
        posted, suspense = settle_statement(statement=statement, today=self.today, actor=self.actor)
        self.result.posted += posted
        self.result.suspense += suspense
        if statement.state == CafState.HELD:
            self.result.held.append(f"Bordereau {statement.reference} retenu. {statement.note}")
        elif statement.note:
            self.result.remarks.append(f"Bordereau {statement.reference} : {statement.note}")
        doubles = statement.lines.filter(IS_DOUBLE).count()
        if doubles:
            self.result.remarks.append(doubles_words(doubles))


def office_of(department: str) -> CafOffice:
    """Return the CAF of a département, opened if it was not known."""
    office, _new = CafOffice.objects.get_or_create(
        department=department, defaults={"name": f"CAF {CAFS.get(department, department)}"}
    )
    return office


def _line(statement: CafStatement, position: int, row: CafRow) -> CafLine:
    why = " ".join(part for part in (row.reason_code, row.reason) if part)
    return CafLine(
        statement=statement,
        position=position,
        place=row.place,
        number=row.number,
        last_name=row.last_name,
        first_name=row.first_name,
        tenant_ref=row.tenant_ref,
        aid_type=row.aid_type,
        month_from=row.month_from.first,
        month_to=row.month_to.first,
        nature=row.nature,
        why=why[:140],
        amount=row.amount,
        withheld=row.withheld,
    )


def settle_statement(*, statement: CafStatement, today: date, actor: User) -> tuple[int, int]:
    """Post a held statement if the bank lets it; return how many lines went where."""
    said = bank_says(statement) if statement.total else BankSays()
    if said.why_not or (said.is_silent and not statement.announced):
        _note(statement, said.why_not or _NO_TOTAL)
        return 0, 0
    note = "Le crédit de la banque n'est pas encore arrivé." if said.is_silent else ""
    return post_statement(statement=statement, said=said, note=note, today=today, actor=actor)


@transaction.atomic
def post_statement(
    *, statement: CafStatement, said: BankSays, note: str, today: date, actor: User
) -> tuple[int, int]:
    """Post a held statement and tie it to the credits given. Raises CafRefused."""
    with history.act(POSTED, actor=actor):
        locked = CafStatement.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=statement.pk
        )
        if locked.state != CafState.HELD:
            raise CafRefused("Ce bordereau n'est plus à inscrire : rechargez la page.")
        credits = lock_credits(said.credits)
        suspense = post_held(statement=statement, note=note, today=today, actor=actor)
        if credits:
            tie(
                statements=[statement, *said.together],
                credits=credits,
                today=today,
                actor=actor,
                is_automatic=True,
            )
        check_now()
    return statement.lines.count() - suspense, suspense


def _note(statement: CafStatement, why: str) -> None:
    statement.note = why[:400]
    statement.save(update_fields=["note"])
