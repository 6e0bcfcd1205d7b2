"""What remains once a contract is signed: keys, insurance, CAF, inventory (FEATURES row 15)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from caracol.accounts.policy import may_on
from caracol.core.money import euros
from caracol.core.periods import Month, french_day
from residents.enums import AidEligibility, AidPayee
from residents.models import Contract, ContractTerms
from residents.selectors.effects import Version, accounts
from residents.selectors.insurance import is_insured, is_proven

DONE, TODO = "done", "todo"


@dataclass(frozen=True)
class Item:
    """One point of the entry: done or to do, why, and where."""

    label: str
    state: str
    detail: str = ""
    url: str = ""
    button: str = ""


def entry_checklist(user: Any, contract: Contract, today: date) -> list[Item]:
    """Return the points of an entry, in the order they come."""
    terms = ContractTerms.objects.filter(contract=contract).select_related("room__colocation")
    first = terms.order_by("starts_on")[0]
    found = [
        Item(
            "Chambre retenue",
            DONE,
            f"Chambre {first.room.number}, {first.room.colocation.name}, "
            f"dès le {french_day(contract.starts_on)}",
        ),
        Item("Contrat signé", DONE, f"le {french_day(contract.signed_on)}")
        if contract.signed_on
        else Item("Contrat à signer", TODO),
        _schedule(contract, first),
        _insurance(user, contract, today),
        _keys(user, contract, today),
    ]
    caf = _caf(contract, first)
    return [*found, *([caf] if caf else []), _inventory(contract)]


def _address(user: Any, contract: Contract, name: str) -> str:
    if not may_on(user, f"residents:{name}", contract.territory_id):
        return ""
    return reverse(f"residents:{name}", args=[contract.pk])


def _schedule(contract: Contract, first: ContractTerms) -> Item:
    """The first terms; months closed already are billed by closing them again."""
    version = Version(first.starts_on, first.ends_on, first.fee, first.charges)
    terms = accounts().schedule(
        kind=contract.kind, due_day=contract.due_day, versions=[version], months=2
    )
    said = [f"{euros(term.after)} le {french_day(term.due_on)}" for term in terms if term.due_on]
    detail = f"{', puis '.join(said)}. Chaque mois s'inscrit à sa clôture."
    return Item("Échéancier", DONE, detail)


def _insurance(user: Any, contract: Contract, today: date) -> Item:
    day = max(today, contract.starts_on)
    if is_proven(contract, day):
        return Item("Assurance habitation", DONE, "attestation reçue")
    if is_insured(contract, day):
        text = "Notée sans son fichier : sans l'attestation, les clés attendent."
        url = _address(user, contract, "contract-insurance")
        return Item("Assurance habitation", TODO, text, url, "Ajouter le fichier")
    text = "Demander l'attestation : sans elle, les clés attendent."
    url = _address(user, contract, "insurance-new")
    return Item("Assurance habitation", TODO, text, url, "Ajouter l'attestation")


def _keys(user: Any, contract: Contract, today: date) -> Item:
    if contract.keys_given_on:
        return Item("Clés remises", DONE, f"le {french_day(contract.keys_given_on)}")
    detail = f"Le jour de l'entrée, le {french_day(contract.starts_on)}."
    url = _address(user, contract, "contract-keys")
    return Item("Clés à remettre", TODO, detail, url, "Remettre les clés")


def _caf(contract: Contract, first: ContractTerms) -> Item | None:
    """Remind of the CAF's form: the right opens the month after entry, never before the request."""
    if contract.aid_eligible == AidEligibility.NO:
        return None
    month = Month.of(contract.starts_on)
    opens = month.next()
    detail = (
        f"Remettre l'attestation de loyer : droit ouvert au plus tôt en {opens.label}, si la "
        f"demande est faite avant la fin {opens.of_label} (CCH R823-10)."
    )
    if first.aid_payee == AidPayee.MANAGER:
        detail += " Demander le versement à l'association."
    if contract.aid_eligible == AidEligibility.ASK_CAF:
        detail += " Le droit reste à demander à la CAF."
    return Item("Aide au logement", TODO, detail)


def _inventory(contract: Contract) -> Item:
    detail = f"À faire ensemble à la remise des clés, le {french_day(contract.starts_on)}."
    return Item("État des lieux d'entrée", TODO, detail)
