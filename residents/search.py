"""People and contracts found by Ctrl-K."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.registries import Act, SearchHit, register_act, search_provider
from colocations.models import Colocation
from colocations.selectors.rooms import rooms_named
from residents.models import Contract
from residents.selectors import people as selectors
from residents.selectors.finding import first_matching

register_act(
    Act(
        "Faire un nouveau contrat",
        "residents:contract-new",
        "Résidents",
        "signer entrée arrivée bail convention brouillon",
        "file-text",
    )
)


@search_provider("residents.people")
def find_people(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """People by any part of their name, reference, contract number or telephone, by right."""
    roles = PAGES[selectors.LIST]
    if not user.roles & roles:
        return
    rooms = rooms_named(
        Colocation.objects.visible_to(user, PAGES["colocations:room-detail"]), words
    )
    found = first_matching(selectors.people_seen(user), user, words, limit, rooms)
    for line in selectors.person_lines(user, roles, found, clock.today()):
        place = f"Chambre {line.room}, {line.home}" if line.home else ""
        label = line.name or place or "Résident·e"
        detail = (place or line.number) if line.name else line.phone
        yield SearchHit("Personnes", label, detail, line.url, icon="user")


@search_provider("residents.contracts")
def find_contracts(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """Contracts by the beginning of their number."""
    roles = PAGES["residents:contract-detail"]
    if not user.roles & roles or not any(letter.isdigit() for letter in words):
        return
    contracts = Contract.objects.visible_to(user, roles).filter(number__istartswith=words.strip())
    for contract in contracts.order_by("number")[:limit]:
        url = reverse("residents:contract-detail", args=[contract.pk])
        yield SearchHit(
            "Contrats", contract.number, contract.get_kind_display(), url, icon="file-text"
        )


register_act(
    Act(
        label="Ajouter une personne",
        url_name="residents:person-new",
        detail="Identité et contacts",
        words="creer nouveau nouvelle resident candidat fiche",
        icon="user-plus",
    )
)
register_act(
    Act(
        label="Assurances à demander",
        url_name="residents:insurance-list",
        detail="Qui n'est pas couvert, depuis quand",
        words="attestation assureur habitation rappel",
        icon="shield-check",
    )
)
