"""The association's accounts at its banks."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.parameters.models import Association
from payments.calculations.fingerprints import same_account
from payments.enums import AccountKind, EntryKind
from payments.models import BankAccount, Entry
from payments.selectors.bank_check import OPENING_SOURCE, check_of
from payments.services.accounts import open_bank_account_of_books, shared_account
from payments.services.open_days import open_day
from payments.services.posting import Line, post, reverse

SAVED = history.label("payments.bank-account-saved", "Compte bancaire enregistré")
OPENED = history.label("payments.bank-opening-posted", "Solde de départ de la banque inscrit")


class BankAccountRefused(Refused):
    """The account cannot be: its number is wrong, known already, or bound by its statements."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class BankAccountFacts:
    """What is said of an account; its balance before the first statement where none says it."""

    number: str
    label: str
    bic: str = ""
    opening: Decimal | None = None
    opening_on: date | None = None


def own_accounts() -> list[BankAccount]:
    """Return the association's bank accounts; that of its identity is opened when it is missing."""
    known = list(BankAccount.objects.order_by("pk"))
    association = Association.objects.order_by("-valid_from").first()
    if association is None or not association.iban:
        return known
    if not any(same_account(account.number, association.iban) for account in known):
        opened = BankAccount.objects.create(
            number=association.iban,
            label="Compte courant",
            account=open_bank_account_of_books(_label("Compte courant", association.iban)),
        )
        return [opened, *known]
    return known


@transaction.atomic
def save_bank_account(
    *, account: BankAccount | None, facts: BankAccountFacts, actor: User
) -> BankAccount:
    """Add an account of the association, or correct one. Raises BankAccountRefused.

    Its number stays once statements are of it: they would be another account's.
    """
    bare = facts.number.replace(" ", "").upper()
    others = [one for one in BankAccount.objects.all() if one != account]
    if any(same_account(one.number, bare) for one in others):
        raise BankAccountRefused("number", "Ce compte est déjà enregistré.")
    # One taken over with a wrong key may keep it: its statements bear it.
    number = account.number if account and bare == account.number else _iban(facts.number)
    if account and number != account.number and account.statements.exists():
        raise BankAccountRefused(
            "number", "Des relevés de ce compte sont importés : ajoutez l'autre compte à côté."
        )
    if (facts.opening is None) != (facts.opening_on is None):
        raise BankAccountRefused(
            "opening_on", "Un solde de départ a son montant et son jour : donnez les deux."
        )
    found = account or BankAccount(account=open_bank_account_of_books(_label(facts.label, number)))
    found.number, found.label = number, facts.label
    found.bic = _bic(facts.bic, number)
    found.opening, found.opening_on = facts.opening, facts.opening_on
    with history.act(SAVED, actor=actor):
        found.save()
    return found


@transaction.atomic
def post_bank_opening(*, account: BankAccount, today: date, actor: User) -> Entry | None:
    """Post the balance that the statements of an account begin with. Again = no change.

    Against the balances taken over (890), on the day of the balance, or the first one open after
    it. One posted before for another sum (an older statement has come since) is reversed first.
    Raises BankAccountRefused when no statement or person says that balance.
    """
    locked = BankAccount.objects.select_for_update(no_key=True).select_related("account")
    found = locked.get(pk=account.pk)
    check = check_of(found, today)
    if check.start_on is None:
        raise BankAccountRefused(
            "opening", "Aucun relevé ne dit de solde : donnez au compte un solde de départ."
        )
    if not check.opening_to_post:
        return None
    posted = Entry.objects.filter(**{f"source__{OPENING_SOURCE}": found.pk})
    with history.act(OPENED, actor=actor):
        for entry in posted.filter(reversed_by=None):
            why = "Le solde de départ a changé."
            reverse(entry=entry, on=open_day(entry.date), author=actor, reason=why)
        if not check.start:
            return None
        opened, _new = post(
            key=f"bank-opening:{found.pk}:{posted.count()}",
            kind=EntryKind.OPENING,
            on=open_day(check.start_on),
            label=f"Solde de départ, {found}",
            source={OPENING_SOURCE: found.pk, "booked_on": check.start_on.isoformat()},
            lines=[
                Line(found.account, check.start),
                Line(shared_account(AccountKind.OPENING), -check.start),
            ],
            author=actor,
        )
    return opened


def _label(label: str, number: str) -> str:
    return f"Banque, {label} …{number[-4:]}"


def _iban(written: str) -> str:
    """Return an IBAN, its key checked (modulo 97)."""
    try:
        return str(IBAN(written))
    except SchwiftyException as error:
        raise BankAccountRefused(
            "number", "Cet IBAN n'existe pas : sa clé est fausse. Recopiez-le du relevé d'identité."
        ) from error


def _bic(written: str, iban: str) -> str:
    """Return a BIC; that of the bank of the IBAN when none is written."""
    if not written.strip():
        return str(IBAN(iban, allow_invalid=True).bic or "")
    try:
        return str(BIC(written))
    except SchwiftyException as error:
        raise BankAccountRefused(
            "bic", "Ce BIC n'existe pas : huit ou onze signes, sur le relevé d'identité."
        ) from error
