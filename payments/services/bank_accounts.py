"""The association's accounts at its banks."""

from caracol.parameters.models import Association
from payments.calculations.fingerprints import same_account
from payments.enums import AccountKind
from payments.models import BankAccount
from payments.services.accounts import shared_account


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
