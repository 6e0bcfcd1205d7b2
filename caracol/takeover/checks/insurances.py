"""Insurance certificates: their days, and the contracts that have none. Pure."""

from datetime import date

from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.checks.rules import Rules
from caracol.takeover.findings import Findings
from caracol.takeover.rows import ContractRow, key


def check(book: CheckedBook, rules: Rules, found: Findings) -> None:
    """Tell certificates whose days are reversed, and living contracts without one."""
    for row in book.rows.insurances:
        if found.sound(row, "debut", "fin") and row.ends_on < row.starts_on:
            found.error(
                row,
                "fin",
                f"L'assurance finit ({row.ends_on:%d/%m/%Y}) avant d'avoir commencé "
                f"({row.starts_on:%d/%m/%Y}).",
                "Corrigez l'une des deux dates.",
            )
    if "Assurances" not in found.shapeless and "Contrats" not in found.shapeless:
        _tell_missing(book, found)


def _tell_missing(book: CheckedBook, found: Findings) -> None:
    unsure = any(not found.sound(row, "contrat") for row in book.rows.insurances)
    covered: dict[str, list[tuple[date, date]]] = {}
    for row in book.rows.insurances:
        sound = found.sound(row, "debut", "fin")
        days = (row.starts_on, row.ends_on) if sound else (date.min, date.max)
        covered.setdefault(key(row.contract), []).append(days)
    for contract in book.first_contracts():
        day = max(book.rows.taken_on, contract.starts_on)
        known = covered.get(contract.key, [])
        if unsure or contract.ends_on < day or any(a <= day <= b for a, b in known):
            continue
        found.task(
            contract,
            "numero",
            f"{_whose(contract)} n'a pas d'attestation d'assurance valable au {day:%d/%m/%Y}.",
            "Demandez-la à la personne.",
        )


def _whose(contract: ContractRow) -> str:
    return f"Le contrat {contract.number}"
