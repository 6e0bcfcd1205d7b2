"""People: dates of birth, doubles of what names one person, what misses to write to them. Pure."""

from datetime import date

from caracol.core.text import plain
from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.checks.rules import Rules
from caracol.takeover.findings import Findings
from caracol.takeover.rows import ResidentRow, key


def check(book: CheckedBook, rules: Rules, found: Findings) -> None:
    """Tell what is wrong or doubtful about people."""
    requests: dict[str, ResidentRow] = {}
    names: dict[object, ResidentRow] = {}
    holders = {key(contract.resident) for contract in book.rows.contracts}
    for person in book.residents.values():
        _check_birth(person, book, found)
        _check_contacts(person, found)
        _check_double(person, requests, names, found)
        if person.key not in holders and "Contrats" not in found.shapeless:
            found.warn(
                person,
                "matricule",
                "Cette personne n'a aucun contrat dans le classeur.",
                "Elle est reprise ; seuls ceux qui voient tous les territoires la verront.",
            )


def _check_birth(person: ResidentRow, book: CheckedBook, found: Findings) -> None:
    day = book.rows.taken_on
    if person.birth_date is None or day == date.min:
        return
    if person.birth_date > day:
        found.error(
            person,
            "date_naissance",
            f"La date de naissance ({person.birth_date:%d/%m/%Y}) est dans l'avenir.",
            "Corrigez l'année.",
        )
    elif day.year - person.birth_date.year < 16:
        found.warn(person, "date_naissance", "Cette personne a moins de 16 ans.", "Vérifiez-la.")


def _check_contacts(person: ResidentRow, found: Findings) -> None:
    if person.email_consent and not person.email and found.sound(person, "email"):
        found.warn(
            person,
            "accord_courriel",
            "La personne accepte les courriels mais n'a pas d'adresse.",
            "Ses documents resteront sur papier.",
        )
    if person.caf_number and not person.caf_department and found.sound(person, "caf"):
        found.warn(
            person,
            "caf",
            "Il y a un numéro allocataire mais pas de CAF.",
            "Indiquez le département : les relevés seront rapprochés plus sûrement.",
        )
    if person.permit_expires_on and not person.permit_kind and found.sound(person, "titre_sejour"):
        found.warn(
            person,
            "titre_sejour",
            "Il y a une fin de validité mais pas de titre.",
            "Indiquez sa nature, sinon la date n'est pas reprise.",
        )


def _check_double(
    person: ResidentRow,
    requests: dict[str, ResidentRow],
    names: dict[object, ResidentRow],
    found: Findings,
) -> None:
    if person.request_number:
        first = requests.setdefault(person.request_number, person)
        if first is not person:
            found.warn(
                person,
                "nur",
                f"Ce numéro unique est déjà celui de {first.reference} (ligne {first.row}).",
                "Une demande est enregistrée une fois, chez la première personne.",
            )
    who = (plain(person.last_name), plain(person.first_name), person.birth_date)
    if person.birth_date and found.sound(person, "nom", "prenom"):
        first = names.setdefault(who, person)
        if first is not person:
            found.warn(
                person,
                "nom",
                f"Même nom et même naissance que {first.reference} (ligne {first.row}).",
                "Vérifiez qu'il s'agit de deux personnes.",
            )
