"""Who may lock the books: a lock holds for every territory at once."""

from django.db.models import Exists, OuterRef

from caracol.accounts.models import User
from caracol.accounts.policy import PAGES
from payments.models import Account, Term
from residents.models import Contract


def may_lock_books(user: User) -> bool:
    """Return whether the user's rights that lock a month reach every territory with accounts.

    Somebody who follows one territory must not close the books of the others.
    """
    roles = PAGES["payments:period-lock"]
    if not user.roles & roles:
        return False
    if user.roles_on(None) & roles:
        return True
    return all(user.roles_on(territory) & roles for territory in _territories())


def _territories() -> set[int]:
    """The territories that have terms or accounts."""
    of_contract = {"contract": OuterRef("pk")}
    kept = Contract.objects.filter(
        Exists(Term.objects.filter(**of_contract)) | Exists(Account.objects.filter(**of_contract))
    )
    return set(kept.order_by().values_list("territory", flat=True).distinct())
