"""Say whose a CAF line is, put it elsewhere, look at it, take a whole statement back.

What was posted stays: money moves by a new entry, and comes back by its reversal.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.errors import Refused
from caracol.core.money import euros
from caracol.lists.services import acting
from payments.calculations.caf import allocataire_key
from payments.enums import AccountKind, CafState, EntryKind
from payments.models import CafLine, CafStatement, Entry, Posting
from payments.services.accounts import shared_account
from payments.services.caf_posting import (
    aid_lines,
    label_of,
    read_books,
    review_of,
    settle_aid,
    shares_of,
    source_of,
)
from payments.services.caf_ties import untie
from payments.services.open_days import open_day
from payments.services.posting import Line, check_now, post, reverse
from residents.models import Contract, Person

NAMED = history.label("payments.caf-named", "Ligne de la CAF attribuée")
UNNAMED = history.label("payments.caf-unnamed", "Attribution d'une ligne de la CAF défaite")
REVIEWED = history.label("payments.caf-reviewed", "Ligne de la CAF vérifiée")
REVERSED = history.label("payments.caf-reversed", "Bordereau de la CAF annulé")
NUMBERED = history.label("payments.caf-numbered", "N° allocataire enregistré")


class NamingRefused(Refused):
    """The line cannot be moved so."""


@transaction.atomic
def name_line(
    *, line: CafLine, contract: Contract, today: date, actor: User, remember: Person | None = None
) -> CafLine:
    """Put a line on a contract: from suspense, or from the wrong one.

    With `remember`, the person's number is written on their record, so that the next statement
    finds them. Raises NamingRefused, ContractClosed.
    """
    with history.act(NAMED, actor=actor):
        locked = _locked(line)
        if locked.contract_id == contract.pk:
            raise NamingRefused("Cette ligne est déjà sur ce contrat.")
        contracts = {contract.pk: contract}
        if locked.contract is not None:
            contracts[locked.contract.pk] = locked.contract
        books = read_books(contracts.values())
        if contract.pk in books.closed:
            raise NamingRefused(books.closed[contract.pk])
        _bring_back(locked, today, actor, reason=f"Attribuée au contrat {contract.number}")
        shares, why = shares_of(locked, contract, read_books(contracts.values()))
        if locked.amount:
            taken = _where_it_stands(locked.entry)
            locked.moved = _move(locked, [*taken, *aid_lines(shares)], today, actor)
        locked.contract = contract
        locked.review = review_of(locked, why)
        locked.reviewed_by = locked.reviewed_at = None
        locked.save(update_fields=[*CafLine.db_update_columns])
        if remember is not None:
            _remember(remember, locked, actor)
        _settle(locked, list(contracts), today, actor)
    return locked


@transaction.atomic
def unname_line(*, line: CafLine, today: date, actor: User, reason: str = "") -> CafLine:
    """Take a line off its contract: back in suspense. Raises NamingRefused."""
    with history.act(UNNAMED, actor=actor, reason=reason):
        locked = _locked(line)
        if locked.contract is None:
            raise NamingRefused("Cette ligne est déjà en attente.")
        contract = locked.contract
        books = read_books([contract])
        if contract.pk in books.closed:
            raise NamingRefused(books.closed[contract.pk])
        _bring_back(locked, today, actor, reason=reason or "Remise en attente")
        if locked.amount and not _is_in_suspense(locked.entry):
            suspense = Line(shared_account(AccountKind.SUSPENSE), -locked.amount)
            taken = _where_it_stands(locked.entry)
            locked.moved = _move(locked, [*taken, suspense], today, actor)
        locked.contract = None
        locked.review = "À attribuer à une personne."
        locked.reviewed_by = locked.reviewed_at = None
        locked.save(update_fields=[*CafLine.db_update_columns])
        _settle(locked, [contract.pk], today, actor)
    return locked


def review_line(*, line: CafLine, actor: User) -> None:
    """Note that a person has looked at a line."""
    with history.act(REVIEWED, actor=actor):
        line.reviewed_by, line.reviewed_at = actor, clock.now()
        line.save(update_fields=["reviewed_by", "reviewed_at"])


@transaction.atomic
def reverse_statement(
    *, statement: CafStatement, today: date, reason: str, actor: User
) -> CafStatement:
    """Take a whole statement back, line by line; its corrected version may then be imported.

    Raises NamingRefused.
    """
    if not reason.strip():
        raise NamingRefused("Dites pourquoi ce bordereau est annulé.")
    with history.act(REVERSED, actor=actor, reason=reason):
        locked = CafStatement.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=statement.pk
        )
        if locked.state == CafState.REVERSED:
            raise NamingRefused("Ce bordereau est déjà annulé.")
        contracts = Contract.objects.filter(caf_lines__statement=locked).distinct()
        books = read_books(contracts)
        if books.closed:
            raise NamingRefused(next(iter(books.closed.values())))
        untie(statement=locked, today=today, reason=reason, actor=actor)
        lines = locked.lines.select_related("entry", "moved").order_by("position")
        entries = [entry for line in lines for entry in (line.moved, line.entry) if entry]
        with acting.row_by_row():
            for entry in entries:
                reverse(entry=entry, on=_day(entry, today), author=actor, reason=reason)
        locked.state, locked.reason = CafState.REVERSED, reason.strip()[:300]
        locked.save(update_fields=["state", "reason"])
        settle_aid(
            list(books.receivables),
            reason=f"Le bordereau {locked.reference} de la CAF a été annulé : {reason}",
            today=today,
            actor=actor,
        )
        check_now()
    return locked


def _locked(line: CafLine) -> CafLine:
    found = CafLine.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "statement__office", "contract", "entry", "moved"
    )
    locked = found.get(pk=line.pk)
    if locked.statement.state != CafState.POSTED:
        raise NamingRefused("Le bordereau de cette ligne n'est pas inscrit.")
    return locked


def _day(entry: Entry, today: date) -> date:
    return open_day(max(entry.date, today))


def _bring_back(line: CafLine, today: date, actor: User, *, reason: str) -> None:
    """Take back what moved the line, so that it stands where it was first posted."""
    if line.moved is not None:
        reverse(entry=line.moved, on=_day(line.moved, today), author=actor, reason=reason)
        line.moved = None


def _is_in_suspense(entry: Entry | None) -> bool:
    return entry is not None and any(
        one.account.kind == AccountKind.SUSPENSE for one in _credited(entry)
    )


def _credited(entry: Entry) -> list[Posting]:
    """Return the side of an entry that says whose the money is."""
    rows = entry.postings.select_related("account").order_by("pk")
    return list(rows.exclude(account__kind=AccountKind.IN_TRANSIT))


def _where_it_stands(entry: Entry | None) -> list[Line]:
    """Return the lines that take the money from where the entry put it."""
    if entry is None:
        return []
    return [
        Line(one.account, -one.amount, one.payer, one.entitlement_month) for one in _credited(entry)
    ]


def _move(line: CafLine, lines: Sequence[Line], today: date, actor: User) -> Entry:
    rank = Entry.objects.filter(key__startswith=f"caf-move:{line.pk}:").count() + 1
    entry, _new = post(
        key=f"caf-move:{line.pk}:{rank}",
        kind=EntryKind.AID,
        on=open_day(max(today, line.entry.date if line.entry else today)),
        label=label_of(line),
        source=source_of(line),
        lines=lines,
        author=actor,
    )
    return entry


def _settle(line: CafLine, contracts: Sequence[int], today: date, actor: User) -> None:
    settle_aid(
        contracts,
        reason=f"Une aide de {euros(line.amount)} a changé de compte.",
        today=today,
        actor=actor,
    )
    check_now()


def _remember(person: Person, line: CafLine, actor: User) -> None:
    """Write the number on the person's record. Raises NamingRefused when another has it."""
    department = line.statement.office.department
    key = allocataire_key(line.number)
    others = Person.objects.filter(caf_department=department).exclude(pk=person.pk)
    if any(allocataire_key(number) == key for number in
           others.exclude(caf_number="").values_list("caf_number", flat=True)):  # fmt: skip
        raise NamingRefused(
            f"Une autre personne a déjà le n° {line.number} à la CAF {department} : corrigez sa "
            "fiche d'abord, ou attribuez sans retenir le numéro."
        )
    with history.act(NUMBERED, actor=actor):
        person.caf_number, person.caf_department = line.number[:15], department
        person.save(update_fields=["caf_number", "caf_department"])
