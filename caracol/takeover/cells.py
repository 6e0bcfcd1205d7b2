"""Read one cell: what it holds as text, code, date, amount… or why it cannot be. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from caracol.core.money import CENT
from caracol.core.text import plain

FIRST_YEAR, LAST_YEAR = 1900, 2100
MAX_AMOUNT = Decimal("9999999999.99")
EXACT_DIGITS = 15  # Excel keeps no more in a number


class Wrong(Exception):
    """A cell that cannot be read: why, and how to mend it."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


class Doubtful(Exception):
    """A cell that is read all the same: its value, why it is doubtful, what to check."""

    def __init__(self, value: object, why: str, remedy: str) -> None:
        super().__init__(why)
        self.value, self.why, self.remedy = value, why, remedy


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the workbook holds it."""

    value: Any
    data_type: str = "s"
    number_format: str = "General"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return self.value is None or (isinstance(self.value, str) and not squeeze(self.value))


Reader = Callable[[Cell], Any]


def squeeze(text: str) -> str:
    """Return the text without spaces around, each run of spaces (no-break ones too) as one."""
    return " ".join(text.replace("\N{ZERO WIDTH SPACE}", "").split())


def shown(value: object) -> str:
    """Return a value as a message quotes it."""
    if isinstance(value, datetime | date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        value = f"{value:.10g}".replace(".", ",")
    text = squeeze(str(value))
    return f"« {text[:60]}… »" if len(text) > 60 else f"« {text} »"


def refuse_computed(cell: Cell) -> None:
    """Refuse formulas and the errors of formulas. Raises Wrong."""
    if cell.data_type == "f":
        raise Wrong(
            f"La cellule contient une formule ({shown(cell.value)}), pas une valeur.",
            "Copiez la cellule, puis collez-la en « valeurs seules ».",
        )
    if cell.data_type == "e":
        raise Wrong(
            f"La cellule contient une erreur de calcul ({shown(cell.value)}).",
            "Saisissez la valeur elle-même.",
        )


def text(limit: int) -> Reader:
    """Return the reader of a text of at most `limit` characters."""

    def read(cell: Cell) -> str:
        value = _as_text(cell)
        if len(value) > limit:
            raise Wrong(
                f"Le texte a {len(value)} caractères.", f"Il en faut {limit} au plus : abrégez-le."
            )
        return value

    return read


def code(limit: int, *, width: int = 0) -> Reader:
    """Return the reader of a code; one that Excel made a number gets its zeros back to `width`."""
    read_text = text(limit)

    def read(cell: Cell) -> str:
        value = str(read_text(cell))
        if isinstance(cell.value, int | float) and value.isdigit():
            zeros = re.fullmatch(r"0+", cell.number_format)
            return value.zfill(max(width, len(zeros[0]) if zeros else 0))
        return value

    return read


def digits(count: int, what: str, *, exact: bool = True) -> Reader:
    """Return the reader of a number made of `count` digits, spaces between them dropped."""

    def read(cell: Cell) -> str:
        if isinstance(cell.value, int | float) and abs(cell.value) >= 10**EXACT_DIGITS:
            raise Wrong(
                "Excel a arrondi ce nombre : ses derniers chiffres sont perdus.",
                "Mettez la cellule au format Texte, puis ressaisissez le numéro.",
            )
        value = re.sub(r"[\s.]", "", _as_text(cell))
        if isinstance(cell.value, int | float):
            value = value.zfill(count)
        if value.isascii() and value.isdigit() and len(value) == count:
            return value
        why, remedy = f"{shown(cell.value)} n'est pas {what}.", f"Il y faut {count} chiffres."
        if exact or len(value) > 20:
            raise Wrong(why, remedy)
        raise Doubtful(value, why, remedy)

    return read


def day(cell: Cell) -> date:
    """Read a date: a date cell, or text written jj/mm/aaaa. Raises Wrong."""
    value = cell.value
    remedy = "Écrivez une date comme 31/10/2026, ou mettez la cellule au format Date."
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, str):
        found = _written_day(squeeze(value), remedy)
    else:
        raise Wrong(f"{shown(value)} n'est pas une date.", remedy)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Wrong(f"L'année de cette date ({found.year}) est impossible.", remedy)
    return found


def amount(cell: Cell) -> Decimal:
    """Read an amount in euros, exact to the cent: a number, or text as 1 234,56 €. Raises Wrong."""
    number = _number(cell, "un montant", "Écrivez un montant comme 1 234,56.")
    exact = number.quantize(CENT)
    if abs(number - exact) > (Decimal("1e-6") if isinstance(cell.value, float) else 0):
        raise Wrong(
            f"Le montant {shown(cell.value)} a plus de deux décimales.",
            "Arrondissez-le au centime.",
        )
    if abs(exact) > MAX_AMOUNT:
        raise Wrong(f"Le montant {shown(cell.value)} est trop grand.", "Vérifiez-le.")
    return exact


def positive_amount(cell: Cell) -> Decimal:
    """Read an amount that is not negative. Raises Wrong."""
    value = amount(cell)
    if value < 0:
        raise Wrong(
            f"Le montant {shown(cell.value)} est négatif.", "Saisissez un montant positif, ou 0."
        )
    return value


def surface(cell: Cell) -> Decimal:
    """Read a surface in square metres. Raises Wrong."""
    value = _number(cell, "une surface", "Écrivez une surface comme 11,5.")
    if not 0 < value < 10_000:
        raise Wrong(f"La surface {shown(cell.value)} est impossible.", "Saisissez des m².")
    return value.quantize(CENT)


def whole(first: int, last: int) -> Reader:
    """Return the reader of a whole number between two bounds."""

    def read(cell: Cell) -> int:
        remedy = f"Saisissez un nombre entier de {first} à {last}."
        value = _number(cell, "un nombre", remedy)
        if value != value.to_integral_value() or not first <= value <= last:
            raise Wrong(f"{shown(cell.value)} n'est pas possible ici.", remedy)
        return int(value)

    return read


def choice(words: Mapping[str, Any], offered: str) -> Reader:
    """Return the reader of one word among some, whatever its case and accents."""
    known = {_word(word): value for word, value in words.items()}

    def read(cell: Cell) -> Any:
        try:
            return known[_word(_as_text(cell))]
        except KeyError:
            raise Wrong(
                f"{shown(cell.value)} n'est pas connu.", f"Choisissez parmi : {offered}."
            ) from None

    return read


def yes_no(cell: Cell) -> bool:
    """Read « oui » or « non ». Raises Wrong."""
    words = {"oui": True, "o": True, "vrai": True, "1": True, "x": True}
    words |= {"non": False, "n": False, "faux": False, "0": False}
    if isinstance(cell.value, bool):
        return cell.value
    return bool(choice(words, "oui, non")(cell))


def email(cell: Cell) -> str:
    """Read an e-mail address, in lower case. Raises Wrong."""
    value = _as_text(cell).removeprefix("mailto:").lower()
    try:
        validate_email(value)
    except ValidationError:
        raise Wrong(
            f"{shown(cell.value)} n'est pas une adresse électronique.",
            "Écrivez-la comme prenom.nom@exemple.fr, ou laissez la cellule vide.",
        ) from None
    return value


def phone(cell: Cell) -> str:
    """Read a telephone number, digits only with its + if any. Raises Wrong or Doubtful."""
    value = re.sub(r"[\s./()\-]", "", _as_text(cell))
    value = re.sub(r"^00", "+", value)
    if isinstance(cell.value, int | float) and len(value) == 9:
        value = f"0{value}"
    if re.fullmatch(r"0[1-9]\d{8}|\+\d{8,15}", value):
        return value
    why = f"{shown(cell.value)} n'a pas la forme d'un numéro de téléphone."
    if len(value) > 20:
        raise Wrong(why, "Saisissez un seul numéro, comme 06 12 34 56 78.")
    raise Doubtful(value, why, "Vérifiez-le : il est repris tel quel.")


def language(cell: Cell) -> str:
    """Read a language by its two or three letters (fr, ar, ti…). Raises Wrong."""
    value = _as_text(cell).lower()
    if not re.fullmatch(r"[a-z]{2,3}", value):
        raise Wrong(
            f"{shown(cell.value)} n'est pas un code de langue.",
            "Saisissez ses deux lettres : fr, en, ar, fa, ti, so, uk…",
        )
    return value


# --- Inside -------------------------------------------------------------------------------------
def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", plain(text)).strip()


def _as_text(cell: Cell) -> str:
    value = cell.value
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        raise Wrong(
            f"La cellule contient une date ({shown(value)}) au lieu d'un texte.",
            "Mettez la cellule au format Texte, puis ressaisissez-la.",
        )
    return squeeze(str(value))


def _written_day(text: str, remedy: str) -> date:
    french = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        raise Wrong(f"La date « {text} » n'existe pas.", remedy) from None
    raise Wrong(f"« {text[:60]} » n'est pas une date.", remedy)


def _number(cell: Cell, what: str, remedy: str) -> Decimal:
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Wrong(f"{shown(value)} n'est pas {what}.", remedy)
    written = repr(value) if isinstance(value, int | float) else _plain_number(value)
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise Wrong(f"{shown(value)} n'est pas {what}.", remedy) from None
    if not number.is_finite() or abs(number) >= Decimal("1e15"):
        raise Wrong(f"{shown(value)} n'est pas {what}.", remedy)
    return number


def _plain_number(written: str) -> str:
    """Return a number written as French does in Python's form, "?" when it is none."""
    bare = re.sub(r"\s|€|EUR$", "", written.strip()).replace("\N{MINUS SIGN}", "-")
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+,\d+", bare):
        bare = bare.replace(".", "")
    bare = bare.replace(",", ".")
    return bare if re.fullmatch(r"[+-]?\d+(\.\d+)?", bare) else "?"
