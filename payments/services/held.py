"""Decide what is done with lines that an import held: taken into the books, or put away."""

from datetime import date

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from caracol.core.periods import Month
from payments.enums import AccountKind, BankLineState, EntryKind
from payments.models import Account, BankLine, Entry, LineProposal
from payments.services.accounts import shared_account
from payments.services.line_parts import LineRefused
from payments.services.open_days import day_source, days_of_books, open_day
from payments.services.posting import Line, check_now, locked_months, post, reverse

TAKEN = history.label("payments.held-taken", "Ligne retenue prise en compte")
PUT_BACK = history.label("payments.held-put-back", "Ligne retenue sortie des comptes")
DISCARDED = history.label("payments.held-discarded", "Ligne retenue écartée")
EURO = "EUR"


def may_be_taken(line: BankLine) -> bool:
    """Whether a held line may enter the books: of our account, in euros, of no day far ahead."""
    known = line.statement.bank_account_id is not None
    is_ours = line.state == BankLineState.HELD and known and line.currency == EURO
    return is_ours and not _is_far_ahead(line)


def _is_far_ahead(line: BankLine) -> bool:
    return line.booked_on > days_of_books(clock.today()).newest


@transaction.atomic
def take_held(*, line: BankLine, actor: User) -> BankLine:
    """Post a held line: it is no duplicate. Again = no change. Raises LineRefused."""
    locked = _locked(line)
    if locked.state not in (BankLineState.HELD, BankLineState.DISCARDED):
        return locked
    if _is_far_ahead(locked):
        raise LineRefused(
            f"Cette ligne est datée du {locked.booked_on:%d/%m/%Y}, dans le futur : elle ne peut "
            "pas entrer dans les comptes. Écartez-la et demandez à la banque un relevé corrigé."
        )
    if not may_be_taken(locked):
        raise LineRefused(
            "Cette ligne n'est pas d'un compte de l'association, ou pas en euros : elle ne peut "
            "pas entrer dans les comptes. Écartez-la."
        )
    on = open_day(locked.booked_on)
    with history.act(TAKEN, actor=actor):
        # Why it was held stays with the entry, for who takes it out again.
        source = {**day_source(locked.booked_on, on), "held": locked.note}
        rank = Entry.objects.filter(key__startswith=f"bank:{locked.key}").count()
        entry, _new = post(
            key=f"bank:{locked.key}" + (f":{rank}" if rank else ""),
            kind=EntryKind.BANK,
            on=on,
            source=source,
            label=locked.text or locked.payer or "Ligne de relevé",
            lines=[
                Line(_account_of(locked), locked.amount),
                Line(shared_account(AccountKind.SUSPENSE), -locked.amount),
            ],
            author=actor,
        )
        locked.entry, locked.state, locked.note = entry, BankLineState.TO_SETTLE, ""
        BankLine.objects.bulk_update([locked], ["entry", "state", "note"])
    return locked


def was_taken(line: BankLine) -> bool:
    """Whether an open line was held, and taken into the books by a person."""
    if line.state != BankLineState.TO_SETTLE or line.entry is None:
        return False
    return "held" in line.entry.source


@transaction.atomic
def put_back(*, line: BankLine, actor: User, today: date, reason: str) -> BankLine:
    """Take out of the books a held line taken by mistake: reversed, and held again.

    The reversal bears the day of the entry, or today when its month is locked. Again = no change.
    Raises LineRefused for a line that the import itself posted, or that is decided.
    """
    locked = _locked(line)
    if locked.state == BankLineState.HELD:
        return locked
    if not reason.strip():
        raise LineRefused("Dites pourquoi cette ligne sort des comptes.")
    entry = locked.entry
    if entry is None or not was_taken(locked):
        raise LineRefused(
            "Seule une ligne retenue, puis prise, et pas encore rapprochée sort des comptes. "
            "Défaites d'abord son rapprochement, ou retirez tout le fichier."
        )
    on = today if Month.of(entry.date) in locked_months() else entry.date
    with history.act(PUT_BACK, actor=actor, reason=reason):
        reverse(entry=entry, on=on, author=actor, reason=reason)
        why = str(entry.source.get("held", "")) or "Retenue."
        LineProposal.objects.filter(line=locked).delete()
        locked.entry, locked.state = None, BankLineState.HELD
        locked.note = f"{why} Sortie des comptes par {actor} : {reason}"[:300]
        BankLine.objects.bulk_update([locked], ["entry", "state", "note"])
        check_now()
    return locked


@transaction.atomic
def discard_held(*, line: BankLine, actor: User, reason: str) -> BankLine:
    """Put a held line away: it is a duplicate, or not ours. Again = no change."""
    locked = _locked(line)
    if locked.state == BankLineState.DISCARDED:
        return locked
    if locked.state != BankLineState.HELD:
        raise LineRefused("Cette ligne n'est pas retenue : elle ne s'écarte pas.")
    with history.act(DISCARDED, actor=actor, reason=reason):
        locked.state = BankLineState.DISCARDED
        locked.note = f"{locked.note} Écartée par {actor} : {reason}"[:300]
        BankLine.objects.bulk_update([locked], ["state", "note"])
    return locked


@transaction.atomic
def hold_again(*, line: BankLine, actor: User) -> BankLine:
    """Hold a discarded line again, to decide otherwise."""
    locked = _locked(line)
    if locked.state == BankLineState.DISCARDED:
        with history.act(TAKEN, actor=actor):
            locked.state = BankLineState.HELD
            BankLine.objects.bulk_update([locked], ["state"])
    return locked


def _account_of(line: BankLine) -> Account:
    """Return the account of the books of the bank account that a line is of."""
    bank = line.statement.bank_account
    return bank.account if bank else shared_account(AccountKind.BANK)


def _locked(line: BankLine) -> BankLine:
    rows = BankLine.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("statement__bank_account__account", "entry").get(pk=line.pk)
