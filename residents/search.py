"""People and contracts found by Ctrl-K."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse

from caracol.accounts.policy import PAGES
from caracol.core import clock
from caracol.core.registries import Act, SearchHit, register_act, search_provider
from caracol.deadlines.subjects import CONTRACT, PERSON, Named, Subjects, register_subjects
from colocations.models import Colocation
from colocations.selectors.rooms import rooms_named
from residents.models import Contract, ContractHolder, Person
from residents.selectors import people as selectors
from residents.selectors.act_words import ActFound, acts_found
from residents.selectors.contracts import with_place
from residents.selectors.finding import WHOLE_PART, first_matching
from residents.selectors.names import names_of

register_act(
    Act(
        "Faire un nouveau contrat",
        "residents:contract-new",
        "Résidents",
        "signer entrée arrivée bail convention brouillon",
        "file-text",
        order=15,
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
    """Contracts by their number: its beginning, or any part of three signs."""
    roles = PAGES["residents:contract-detail"]
    typed = words.strip()
    if not user.roles & roles or not any(letter.isdigit() for letter in typed):
        return
    part = Q(number__icontains=typed) if len(typed) >= WHOLE_PART else Q(number__istartswith=typed)
    contracts = Contract.objects.visible_to(user, roles).filter(part).order_by("number")[:limit]
    found = list(with_place(Contract.objects.filter(pk__in=[each.pk for each in contracts])))
    names = names_of(user, found)
    for contract in sorted(found, key=lambda each: each.number):
        url = reverse("residents:contract-detail", args=[contract.pk])
        yield SearchHit("Contrats", contract.number, names[contract.pk], url, icon="file-text")


@search_provider("residents.acts")
def find_acts(user: Any, words: str, limit: int) -> Iterator[SearchHit]:
    """Acts on contracts: "avenant diallo", "congé R0012", "départ tilleuls 3", by right."""
    found = acts_found(user, words, clock.today(), limit)
    names = names_of(user, with_place(Contract.objects.filter(pk__in=_contracts_of(found))))
    for each in found:
        contract = each.card.contract
        detail = " · ".join(dict.fromkeys((names[contract.pk], contract.number)))
        if each.offer:
            offer = each.offer
            yield SearchHit("Sur un contrat", offer.label, detail, offer.url, icon=offer.icon)
        else:
            url = reverse("residents:contract-detail", args=[contract.pk])
            label = f"Pas possible : contrat {each.card.state}"
            yield SearchHit("Sur un contrat", label, detail, url, icon="ban")


def _contracts_of(found: Iterable[ActFound]) -> list[int]:
    return list({each.card.contract.pk for each in found})


for act in (
    Act("Voir les contrats", "residents:contract-list", "Résidents",
        "liste baux conventions", "file-text"),
    Act("Contrats qui finissent bientôt", "residents:contract-list", "Dans les 90 jours",
        "échéance terme renouveler fin", "calendar-due", "ends=90", order=25),
    Act("Contrats à clore", "residents:contract-list", "Sorties à terminer",
        "dépôt rendre départ solde", "archive", "state=ended"),
):  # fmt: skip
    register_act(act)
register_act(
    Act(
        label="Ajouter une personne",
        url_name="residents:person-new",
        detail="Identité et contacts",
        words="creer nouveau nouvelle resident candidat fiche",
        order=20,
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


def _named_people(user: Any, found: Any) -> list[Named]:
    roles = PAGES[selectors.LIST]
    lines = selectors.person_lines(user, roles, found, clock.today())
    named = []
    for line in lines:
        place = f"Chambre {line.room}, {line.home}" if line.home else ""
        detail = line.reference if line.name else ""
        label = " · ".join(filter(None, (line.name or place or "Résident·e", detail)))
        named.append(Named(line.pk, label, line.url))
    return named


def _people_of_appointments(user: Any, words: str) -> list[Named]:
    """People whom an appointment may be with, by any part of their name or reference."""
    if not user.roles & PAGES[selectors.LIST]:
        return []
    return _named_people(user, first_matching(selectors.people_seen(user), user, words, FOUND))


def _people_by_number(user: Any, ids: Iterable[int]) -> Mapping[int, Named]:
    if not user.roles & PAGES[selectors.LIST]:
        return {}
    found = selectors.people_seen(user).filter(pk__in=ids)
    return {named.pk: named for named in _named_people(user, found)}


def _territory_of(person: int) -> int | None:
    held = ContractHolder.objects.filter(person=person).order_by("-starts_on", "-pk")
    lives_in = held.values_list("contract__territory", flat=True).first()
    followed_in = Person.objects.filter(pk=person).values_list("territory", flat=True)
    return lives_in or followed_in.first()


FOUND = 12


def _words_of_names() -> Iterable[str]:
    for key in Person.objects.values_list("search_key", flat=True).iterator():
        yield from key.split()


register_subjects(
    PERSON, Subjects(_people_of_appointments, _people_by_number, _territory_of, _words_of_names)
)


def _contracts_by_number(user: Any, ids: Any) -> dict[int, Named]:
    """Contracts by their numbers, for who may open them."""
    seen = Contract.objects.visible_to(user, PAGES["residents:contract-detail"])
    rows = seen.filter(pk__in=list(ids)).values_list("pk", "number")
    return {
        pk: Named(pk, f"Contrat {number}", reverse("residents:contract-detail", args=[pk]))
        for pk, number in rows
    }


def _territory_of_contract(contract: int) -> int | None:
    return Contract.objects.filter(pk=contract).values_list("territory", flat=True).first()


register_subjects(
    CONTRACT, Subjects(lambda user, words: [], _contracts_by_number, _territory_of_contract)
)
