"""What a person opened lately, offered by the search before anything is typed."""

from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.audit.models import AccessAction, AccessRecord
from caracol.core.registries import SearchHit
from residents.models import Contract, Person
from residents.selectors.contracts import with_place
from residents.selectors.names import names_of
from residents.selectors.people import LIST, person_lines

GROUP = "Consultés récemment"
READ_BACK = 80
SHOWN = 6


def recent_hits(user: Any, day: date) -> list[SearchHit]:
    """Return the people and contracts read last, as far as they may still be seen.

    A fixed number of queries; one's own readings only.
    """
    kinds = {ContentType.objects.get_for_model(model).pk: model for model in (Person, Contract)}
    records = AccessRecord.objects.filter(
        user=user, action=AccessAction.VIEW, content_type__in=kinds
    ).order_by("-at", "-pk")
    pairs = records.values_list("content_type", "object_id")[:READ_BACK]
    wanted = list(dict.fromkeys((kinds[kind], pk) for kind, pk in pairs))[:SHOWN]
    hits = _people(user, wanted, day) | _contracts(user, wanted)
    return [hits[each] for each in wanted if each in hits]


def _people(user: Any, wanted: list[Any], day: date) -> dict[Any, SearchHit]:
    roles = PAGES[LIST]
    ids = [pk for model, pk in wanted if model is Person]
    people = Person.objects.visible_to(user, roles).filter(pk__in=ids)
    hits = {}
    for line in person_lines(user, roles, people, day):
        place = f"Chambre {line.room}, {line.home}" if line.home else ""
        label = line.name or place or "Résident·e"
        detail = place or line.number if line.name else line.phone
        hits[Person, line.pk] = SearchHit(GROUP, label, detail, line.url, icon="user")
    return hits


def _contracts(user: Any, wanted: list[Any]) -> dict[Any, SearchHit]:
    roles = PAGES["residents:contract-detail"]
    if not user.roles & roles:
        return {}
    ids = [pk for model, pk in wanted if model is Contract]
    contracts = list(with_place(Contract.objects.visible_to(user, roles).filter(pk__in=ids)))
    names = names_of(user, contracts)
    return {
        (Contract, contract.pk): SearchHit(
            GROUP,
            f"Contrat {contract.number}",
            names[contract.pk],
            reverse("residents:contract-detail", args=[contract.pk]),
            icon="file-text",
        )
        for contract in contracts
    }
