"""Read bank, company and postal identifiers, with their check digits. Pure."""

import re
from typing import NoReturn

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from caracol.takeover.cells import Cell, Doubtful, Wrong, digits, shown, text

MAX_RUM = 35


def iban(cell: Cell) -> str:
    """Read an IBAN in compact form; its check digits must be right (mod 97). Raises Wrong."""
    written = str(text(60)(cell))
    try:
        return str(IBAN(written, validate_bban=False).compact)
    except (SchwiftyException, ValueError):
        raise Wrong(
            f"L'IBAN {shown(written)} est faux (clé de contrôle ou longueur).",
            "Recopiez-le du relevé d'identité bancaire.",
        ) from None


def own_iban(cell: Cell) -> str:
    """Read the association's own IBAN: wrong check digits are doubtful, for its bank's statements
    carry it as it is. Raises Wrong or Doubtful.
    """
    try:
        return iban(cell)
    except Wrong as wrong:
        value = re.sub(r"\s", "", str(text(60)(cell))).upper()
        if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", value):
            remedy = "Vérifiez-le sur le relevé d'identité bancaire : il figure sur les avis."
            raise Doubtful(value, wrong.why, remedy) from None
        raise


def bic(cell: Cell) -> str:
    """Read a BIC of 8 or 11 characters. Raises Wrong."""
    written = str(text(20)(cell)).replace(" ", "").upper()
    try:
        return str(BIC(written).compact)
    except (SchwiftyException, ValueError):
        raise Wrong(
            f"Le BIC {shown(written)} n'est pas valable.", "Il compte 8 ou 11 caractères."
        ) from None


def siret(cell: Cell) -> str:
    """Read a SIRET of 14 digits; a wrong check digit is doubtful. Raises Wrong or Doubtful."""
    value = str(digits(14, "un SIRET")(cell))
    if not _luhn(value):
        raise Doubtful(value, f"La clé du SIRET {shown(value)} ne tombe pas juste.", "Vérifiez-le.")
    return value


def creditor_id(cell: Cell) -> str:
    """Read a SEPA creditor identifier (ICS), check digits included. Raises Wrong."""
    value = str(text(60)(cell)).replace(" ", "").upper()
    match = re.fullmatch(r"([A-Z]{2}\d{2})[A-Z0-9]{3}([A-Z0-9]{1,28})", value)
    if not match:
        _refuse_creditor(value)
    rest = match[2] + match[1]
    if int("".join(str(int(letter, 36)) for letter in rest)) % 97 != 1:
        _refuse_creditor(value)
    return value


def mandate_reference(cell: Cell) -> str:
    """Read a unique mandate reference (RUM): 35 SEPA characters at most. Raises Wrong."""
    value = str(text(200)(cell))
    if len(value) > MAX_RUM:
        raise Wrong(f"La RUM a {len(value)} caractères.", f"Une RUM n'en a pas plus de {MAX_RUM}.")
    if not re.fullmatch(r"[A-Za-z0-9+?/\-:().,' ]+", value) or value.startswith("/"):
        raise Wrong(
            f"La RUM {shown(value)} contient des caractères que les banques refusent.",
            "N'employez que des lettres sans accent, des chiffres et + ? / - : ( ) . , '.",
        )
    return value


def department_code(cell: Cell) -> str:
    """Read a département's code (75, 01, 2A, 974). Raises Wrong."""
    value = str(text(20)(cell)).upper()
    if value.isdigit():
        value = value.zfill(2)
    if not re.fullmatch(r"0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-6]|98[6-8]", value):
        raise Wrong(
            f"{shown(cell.value)} n'est pas un département.", "Saisissez son code : 75, 93, 59…"
        )
    return value


def department_of(postcode: str) -> str:
    """Return the département of a French postcode."""
    if postcode.startswith("20"):
        return "2A" if postcode < "20200" else "2B"
    return postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2]


def _refuse_creditor(value: str) -> NoReturn:
    raise Wrong(
        f"L'identifiant créancier SEPA {shown(value)} est faux.",
        "Recopiez l'ICS du courrier de la Banque de France.",
    )


def _luhn(number: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
