"""What may be done about a person: their own sheet first, then their contract."""

from dataclasses import replace
from typing import Any

from django.urls import NoReverseMatch, reverse

from caracol.accounts.policy import PAGES
from residents.models import Person
from residents.permissions import Fact
from residents.selectors.acts import ActMenu, Offer, acts_on
from residents.selectors.person import PersonSheet

NEW_CONTRACT = "residents:contract-new"


def person_acts(user: Any, sheet: PersonSheet) -> ActMenu:
    """Return what the user may do about a person, by right and by state."""
    card = sheet.card
    of_contract = ActMenu()
    if card and Fact.DATES in card.facts:
        of_contract = acts_on(user, card, sheet.day)
    roles = PAGES["residents:person-edit"]
    edits = bool(user.roles & roles) and _sees(user, sheet.person, roles)
    own: list[Offer] = []
    primary = of_contract.primary
    if edits:
        own = _own(sheet)
        if sheet.state in {"none", "former"} and (new := _new_contract(sheet)):
            primary, of_contract = new, ActMenu(None, _all(of_contract))
    if user.roles & PAGES["residents:person-print"]:
        url = reverse("residents:person-print", args=[sheet.person.pk])
        own.append(Offer("Imprimer la fiche", url, "printer"))
    rest = list(of_contract.others)
    if own and rest:
        rest[0] = replace(rest[0], parted=True)
    return ActMenu(primary, [*own, *rest])


def _all(menu: ActMenu) -> list[Offer]:
    return [menu.primary, *menu.others] if menu.primary else menu.others


def _own(sheet: PersonSheet) -> list[Offer]:
    person = sheet.person
    edit = reverse("residents:person-edit", args=[person.pk])
    own = [Offer("Modifier la fiche", edit, "edit")]
    if not sheet.cards:
        remove = reverse("residents:person-remove", args=[person.pk])
        own.append(Offer("Retirer la fiche", remove, "trash", "danger"))
    return own


def _new_contract(sheet: PersonSheet) -> Offer | None:
    """Preparing a contract, once an application answers it."""
    try:
        url = reverse(NEW_CONTRACT)
    except NoReverseMatch:
        return None
    return Offer("Préparer un contrat", f"{url}?personne={sheet.person.pk}", "file-text")


def _sees(user: Any, person: Person, roles: frozenset[Any]) -> bool:
    if user.roles <= roles:
        return True
    return Person.objects.visible_to(user, roles).filter(pk=person.pk).exists()
