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
from payments.enums import AccountKind
from payments.models import BankAccount
from payments.services.accounts import shared_account

SAVED = history.label("payments.bank-account-saved", "Compte bancaire enregistré")


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
            account=shared_account(AccountKind.BANK),
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
    found = account or BankAccount(account=shared_account(AccountKind.BANK))
    if account and number != account.number and account.statements.exists():
        raise BankAccountRefused(
            "number", "Des relevés de ce compte sont importés : ajoutez l'autre compte à côté."
        )
    if (facts.opening is None) != (facts.opening_on is None):
        raise BankAccountRefused(
            "opening_on", "Un solde de départ a son montant et son jour : donnez les deux."
        )
    found.number, found.label = number, facts.label
    found.bic = _bic(facts.bic, number)
    found.opening, found.opening_on = facts.opening, facts.opening_on
    with history.act(SAVED, actor=actor):
        found.save()
    return found


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
