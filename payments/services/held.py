"""Decide what is done with lines that an import held: taken into the books, or put away."""

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core import clock
from payments.enums import AccountKind, BankLineState, EntryKind
from payments.models import Account, BankLine, Entry
from payments.services.accounts import shared_account
from payments.services.line_parts import LineRefused
from payments.services.open_days import day_source, days_of_books, open_day
from payments.services.posting import Line, post

TAKEN = history.label("payments.held-taken", "Ligne retenue prise en compte")
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
        rank = Entry.objects.filter(key__startswith=f"bank:{locked.key}").count()
        entry, _new = post(
            key=f"bank:{locked.key}" + (f":{rank}" if rank else ""),
            kind=EntryKind.BANK,
            on=on,
            source=day_source(locked.booked_on, on),
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
    return rows.select_related("statement__bank_account__account").get(pk=line.pk)
