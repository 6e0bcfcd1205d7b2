"""What changes of the patrimony do to contracts: those to be shortened, on « Aujourd'hui »."""

from datetime import date
from typing import Any

from django.urls import reverse

from caracol.accounts.enums import Role
from caracol.accounts.policy import GLA
from caracol.core.expressions import first_of
from caracol.core.periods import french_day
from caracol.core.registries import WorkGroup, WorkItem, work_provider
from residents.models import Contract
from residents.selectors.contracts import with_place
from residents.selectors.names import names_of
from residents.selectors.outlasting import outlasting

SHOWN = 3
_ROLES: frozenset[Role] = GLA


@work_provider("residents.outlasting")
def contracts_to_shorten(user: Any, today: date) -> WorkGroup | None:
    """Contracts that go on after the owner takes the building back, or after it closes."""
    if not user.roles & _ROLES:
        return None
    found = outlasting(Contract.objects.visible_to(user, _ROLES))
    shown, total = first_of(with_place(found).order_by("must_end", "ends_on", "pk"), SHOWN)
    names = names_of(user, shown)
    items = [
        WorkItem(
            kind="outlasting",
            title=names[contract.pk],
            why=f"Le contrat va jusqu'au {french_day(contract.ends_on)} ; le logement doit être "
            f"libre après le {french_day(contract.must_end)}.",
            url=reverse("residents:contract-detail", args=[contract.pk]),
            due_on=contract.must_end,
            otherwise="Aucun contrat ne vaut au-delà de la convention du propriétaire.",
            tone="danger",
            button="Voir le contrat",
        )
        for contract in shown
    ]
    return WorkGroup(
        code="outlasting",
        title="Contrats à raccourcir",
        icon="alert-triangle",
        total=total,
        items=items,
        order=15,
    )
