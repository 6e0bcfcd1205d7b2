"""Opening balances: one day, one balance a contract. Pure."""

from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.checks.rules import Rules
from caracol.takeover.findings import Findings


def check(book: CheckedBook, rules: Rules, found: Findings) -> None:
    """Tell balances of another day, contracts without balance, a takeover in the future."""
    if "Soldes" in found.shapeless or not book.rows.balances:
        return
    day = book.rows.taken_on
    for row in book.rows.balances:
        if found.sound(row, "date") and row.on != day:
            found.error(
                row,
                "date",
                f"Ce solde est au {row.on:%d/%m/%Y}, les autres au {day:%d/%m/%Y}.",
                "Une reprise se fait à une seule date : mettez tous les soldes au même jour.",
            )
    if day > rules.today:
        found.warn(
            book.rows.balances[0],
            "date",
            f"La date de reprise ({day:%d/%m/%Y}) est dans l'avenir.",
            "Vérifiez l'année.",
        )
    _tell_missing(book, found)
    _tell_early(book, found)


def _tell_missing(book: CheckedBook, found: Findings) -> None:
    unsure = any(not found.sound(row, "contrat") for row in book.rows.balances)
    for contract in book.first_contracts():
        if contract.key not in book.balances and not unsure:
            found.warn(
                contract,
                "numero",
                f"Le contrat {contract.number} n'a pas de ligne dans la feuille Soldes.",
                "Son solde de reprise sera de 0.",
            )


def _tell_early(book: CheckedBook, found: Findings) -> None:
    day = book.rows.taken_on
    for row in book.balances.values():
        held = book.contracts.get(row.key)
        if held and found.sound(held, "debut") and held.starts_on > day and row.owed:
            found.warn(
                row,
                "solde_du",
                f"Le contrat {held.number} commence après la reprise, et il a déjà un solde.",
                "Vérifiez-le.",
            )
