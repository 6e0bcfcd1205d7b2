"""Hold what an act on a contract reads until it ends, always in the same order; say refusals."""

import functools
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, transaction

from caracol.core.errors import Refused
from colocations.models import OwnerAgreement, Room
from residents.models import Contract, Person

P = ParamSpec("P")
R = TypeVar("R")


class ContractRefused(Refused):
    """What somebody else wrote at the same moment forbids the act."""


WORDS = {
    "room_one_contract_at_a_time": "Cette chambre vient d'être prise par un autre contrat sur une "
    "partie de ces jours. Choisissez-en une autre, ou d'autres dates.",
    "person_one_contract_at_a_time": "Cette personne vient de recevoir un autre contrat sur une "
    "partie de ces jours.",
    "contract_within_agreement": "La convention avec le propriétaire ne va pas jusque-là.",
    "contract_terms_follow_one_another": "Ce contrat a déjà des conditions sur ces jours.",
    "contract_is_tiled": "Les conditions du contrat ne couvrent pas tous ses jours.",
    "contract_one_main_holder": "Un contrat a un seul titulaire principal.",
    "amendment_number_once": "Un autre avenant vient d'être enregistré : relisez le contrat.",
}


def said_in_words(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service in one transaction; what the database refuses is said in French.

    The checks of services under locks come first: this is for whoever writes without them.
    """
    atomic = transaction.atomic(service)

    @functools.wraps(service)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return atomic(*args, **kwargs)
        except IntegrityError as error:
            diagnostic = getattr(error.__cause__, "diag", None)
            words = WORDS.get(getattr(diagnostic, "constraint_name", None) or "")
            if words is None:
                raise
            raise ContractRefused(words) from error

    return guarded


def hold_contract(contract: Contract) -> Contract:
    """Return the contract as it is now; nobody else acts on it until this transaction ends."""
    return (
        Contract.objects.select_for_update(no_key=True, of=("self",))
        .select_related("territory")
        .get(pk=contract.pk)
    )


def hold_place(rooms: Iterable[Room], people: Iterable[Person]) -> None:
    """Hold owners' agreements, then rooms, then people: two acts wait, never for ever."""
    keys = sorted({room.pk for room in rooms})
    sites = Room.objects.filter(pk__in=keys).values("colocation__site")
    ids = sorted({person.pk for person in people})
    for rows in (
        OwnerAgreement.objects.filter(site__in=sites),
        Room.objects.filter(pk__in=keys),
        Person.objects.filter(pk__in=ids),
    ):
        list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)))
