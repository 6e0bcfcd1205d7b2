"""Examine a workbook and take it over in one transaction, all or nothing."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.commands import InputRefused
from caracol.core.errors import Refused
from caracol.core.money import ZERO, euros
from caracol.takeover.checks import Rules, check_book
from caracol.takeover.difference import Change, Difference, compare
from caracol.takeover.files import digest
from caracol.takeover.findings import Findings, as_json
from caracol.takeover.known import Known, read_known, rules_of, shelves_of
from caracol.takeover.models import RunState, TakeoverRun
from caracol.takeover.reader import read_workbook
from caracol.takeover.rows import TakeoverBook
from caracol.takeover.services.contracts import write_balances, write_contracts
from caracol.takeover.services.patrimony import write_association, write_homes
from caracol.takeover.services.people import write_people
from payments.enums import AccountKind, EntryKind, TermKind
from payments.models import Posting, Term
from payments.services.posting import check_now

TAKEN_OVER = history.label("takeover.workbook-taken-over", "Classeur repris")
ONE_AT_A_TIME = 4_221_716  # any constant: two takeovers wait for each other


class WorkbookRefused(InputRefused):
    """A workbook with errors: nothing of it is taken over."""


class MonthAlreadyClosed(Refused):
    """A workbook that differs from what was taken over, after a month was closed."""


class BalanceAlreadyPosted(Refused):
    """A workbook that changes a fact the ledger has posted."""


class TotalsDiffer(Refused):
    """The books do not hold what the workbook says."""


@dataclass(frozen=True)
class Examination:
    """What a workbook holds, what is wrong with it, what it would change. Nothing is written."""

    sha256: str
    book: TakeoverBook
    findings: Findings
    rules: Rules
    known: Known
    difference: Difference | None

    @property
    def counts(self) -> dict[str, int]:
        """How many homes, rooms, residents and contracts the workbook has."""
        return {
            "homes": len(self.book.homes),
            "rooms": len(self.book.rooms),
            "residents": len(self.book.residents),
            "contracts": len(self.book.contracts),
        }

    @property
    def refusal(self) -> Refused | None:
        """Why the workbook cannot be taken over, None when it can."""
        if self.findings.errors:
            return _wrong(self.findings)
        if self.difference is None or not self.difference.writes:
            return None
        if Term.objects.filter(kind=TermKind.MONTHLY).exists():
            return MonthAlreadyClosed(
                "Ce classeur diffère de ce qui est déjà dans Caracol, et un mois est clôturé : il "
                "ne peut plus être repris. Faites les changements dans Caracol."
            )
        return _posted(self.difference)


@dataclass(frozen=True)
class Outcome:
    """What a takeover has done."""

    counts: dict[str, int]
    opening_total: Decimal
    new: int
    changed: int
    remarks: list[dict[str, Any]]
    run: TakeoverRun | None = None


def examine(*, workbook: BinaryIO, today: date) -> Examination:
    """Read a workbook, check it and compare it with the database. Raises NotAWorkbook."""
    sha256 = digest(workbook)
    book, findings = read_workbook(workbook)
    known = read_known()
    rules = rules_of(known, book, today)
    checked = check_book(book, rules, findings)
    difference = None if findings.errors else compare(checked, shelves_of(known))
    return Examination(sha256, book, findings, rules, known, difference)


@transaction.atomic
def take_over(
    *, workbook: BinaryIO, actor: User, today: date, name: str = "", expected: str = ""
) -> Outcome:
    """Write a workbook into Caracol, or nothing of it. The same one again changes nothing.

    Before any month is closed, another workbook adds its new rows and updates the changed ones;
    what it no longer names stays. Balances, deposits and aid already posted are never rewritten.
    `expected` is the digest of the difference a person has confirmed. Raises NotAWorkbook,
    WorkbookRefused, MonthAlreadyClosed, BalanceAlreadyPosted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    last = TakeoverRun.objects.filter(state=RunState.DONE).order_by("-done_at").first()
    if last is not None and last.sha256 == digest(workbook):
        return Outcome(last.counts, last.opening_total or ZERO, 0, 0, last.report["remarks"], last)
    exam = examine(workbook=workbook, today=today)
    if refusal := exam.refusal:
        raise refusal
    difference = exam.difference
    if difference is None or not difference.writes:
        return _outcome(exam, 0, 0, None)
    if expected and difference.digest != expected:
        raise Refused(
            "Caracol a changé depuis l'aperçu : rien n'a été repris. Relisez le nouvel aperçu."
        )
    with history.act(TAKEN_OVER, actor=actor):
        _write(exam, difference, actor)
        run = _record(exam, actor, name)
    return _outcome(exam, difference.count(Change.NEW), difference.count(Change.CHANGED), run)


def _write(exam: Examination, difference: Difference, actor: User) -> None:
    taken_on, known = exam.book.taken_on, exam.known
    try:
        write_association(difference, known, taken_on)
        write_homes(difference, known, exam.rules)
        write_people(difference, known)
        write_contracts(difference, known, taken_on)
        write_balances(difference, known, taken_on, actor)
        check_now()
    except IntegrityError as error:
        raise Refused(
            "Une ligne du classeur contredit ce qui est déjà dans Caracol : rien n'a été repris. "
            f"Détail pour le support : {_constraint(error)}."
        ) from error
    booked = _booked(exam)
    if booked != exam.book.opening_total:
        raise TotalsDiffer(
            f"Les soldes repris font {euros(booked)}, ceux du classeur "
            f"{euros(exam.book.opening_total)} : rien n'a été repris."
        )


def _booked(exam: Examination) -> Decimal:
    """Return the sum of the opening balances that the books hold for the workbook's contracts."""
    ids = [exam.known.contracts[row.key].pk for row in exam.book.contracts]
    total: Decimal | None = Posting.objects.filter(
        entry__kind=EntryKind.OPENING,
        account__kind=AccountKind.RECEIVABLE,
        account__contract__in=ids,
    ).aggregate(total=Sum("amount"))["total"]
    return total or ZERO


def _record(exam: Examination, actor: User, name: str) -> TakeoverRun:
    return TakeoverRun.objects.create(
        actor=actor,
        state=RunState.DONE,
        done_at=clock.now(),
        name=name[-200:],
        sha256=exam.sha256,
        taken_on=exam.book.taken_on,
        counts=exam.counts,
        workbook_total=exam.book.opening_total,
        opening_total=_booked(exam),
        report={"remarks": as_json(exam.findings.remarks), "sheets": _by_sheet(exam)},
    )


def _by_sheet(exam: Examination) -> dict[str, dict[str, int]]:
    return exam.difference.by_sheet() if exam.difference else {}


def _outcome(exam: Examination, new: int, changed: int, run: TakeoverRun | None) -> Outcome:
    remarks = as_json(exam.findings.remarks)
    return Outcome(exam.counts, exam.book.opening_total, new, changed, remarks, run)


def _wrong(findings: Findings) -> WorkbookRefused:
    errors = findings.errors
    lines = [
        f"  {error.sheet}, ligne {error.row}, {error.column or 'feuille'} : {error.message}"
        for error in errors
    ]
    many = "1 erreur" if len(errors) == 1 else f"{len(errors)} erreurs"
    return WorkbookRefused(
        "\n".join([f"{many} dans le classeur : rien n'a été repris.", *lines]),
        as_json(errors),
        warnings=as_json(findings.remarks),
    )


def _posted(difference: Difference) -> BalanceAlreadyPosted | None:
    lines = difference.rewritten_facts
    if not lines:
        return None
    labels = ", ".join(f"{line.label} ({', '.join(line.columns)})" for line in lines[:10])
    return BalanceAlreadyPosted(
        f"Ce classeur change des soldes, des dépôts ou des aides déjà passés dans les comptes : "
        f"{labels}{'…' if len(lines) > 10 else ''}. Une écriture ne se réécrit pas : remettez les "
        "montants d'origine dans le classeur, et corrigez l'écart sur le compte du contrat."
    )


def _constraint(error: IntegrityError) -> str:
    diagnostic = getattr(error.__cause__, "diag", None)
    return getattr(diagnostic, "constraint_name", None) or "contrainte inconnue"
