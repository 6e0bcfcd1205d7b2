"""What the columns of a CAF statement mean, and how their cells are read. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from caracol.core.periods import Month
from caracol.core.text import sort_key
from payments.enums import CafNature
from payments.readers.values import day_of

DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%Y%m%d", "%d%m%Y")
_MONTH_NAMES = (
    *("jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec"),
)

# What each column is called on screen, in the order they are asked; then the headings known.
FIELDS: dict[str, str] = {
    "number": "N° allocataire",
    "amount": "Montant",
    "month_from": "Mois de droit (début)",
    "month_to": "Mois de droit (fin)",
    "nature": "Nature de la ligne",
    "withheld": "Montant retenu",
    "last_name": "Nom",
    "first_name": "Prénom",
    "tenant_ref": "Référence du locataire",
    "aid_type": "Type d'aide",
    "reason_code": "Code du motif",
    "reason": "Libellé du motif",
    "organism": "Organisme (CAF)",
    "landlord": "N° de bailleur",
    "reference": "N° de bordereau",
    "paid_on": "Date de paiement",
}
REQUIRED = ("number", "amount", "month_from")
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": (
        *("numallocataire", "numero allocataire", "no allocataire", "n allocataire"),
        *("allocataire", "matricule", "numero d allocataire"),
    ),
    "amount": ("montant", "montant net", "montant verse", "montant paye", "net verse"),
    "month_from": ("moisdu", "mois du", "mois de droit", "mois", "periode du", "debut periode"),
    "month_to": ("moisau", "mois au", "mois fin", "moisfin", "periode au", "fin periode"),
    "nature": ("natureligne", "nature", "nature de la ligne", "type de ligne"),
    "withheld": ("montantretenu", "montant retenu", "retenue", "montant retenue"),
    "last_name": ("nomallocataire", "nom", "nom allocataire"),
    "first_name": ("prenomallocataire", "prenom", "prenom allocataire"),
    "tenant_ref": ("referencelocataire", "reference locataire", "reference"),
    "aid_type": ("typeaide", "type aide", "type d aide", "aide", "prestation"),
    "reason_code": ("codemotif", "code motif"),
    "reason": ("libellemotif", "libelle motif", "motif"),
    "organism": ("codeorganisme", "code organisme", "organisme", "caf"),
    "landlord": ("numbailleur", "numero bailleur", "n bailleur", "bailleur"),
    "reference": ("numbordereau", "numero bordereau", "n bordereau", "bordereau"),
    "paid_on": ("datepaiement", "date de paiement", "date paiement", "date du paiement"),
}
_NATURES = {
    CafNature.CURRENT: ("droit", "droits", "courant", "mensualite", "paiement", "versement"),
    CafNature.BACKPAY: ("rappel", "rappels", "rap", "regularisation"),
    CafNature.RECOVERY: ("retenue", "retenues", "indu", "indus", "recuperation", "trop percu"),
    CafNature.CANCELLATION: ("annulation", "annule", "ann"),
    CafNature.END: ("fin", "fin de droit", "fin de droits", "radiation", "suspension"),
}
_NATURE_OF = {word: nature for nature, words in _NATURES.items() for word in words}


@dataclass(frozen=True)
class CafMapping:
    """Which column holds what, by position from 0."""

    columns: dict[str, int]

    def cell(self, row: Sequence[str], name: str) -> str:
        """Return a cell, "" where the layout or the row has none."""
        index = self.columns.get(name)
        return row[index].strip() if index is not None and 0 <= index < len(row) else ""

    @property
    def missing(self) -> list[str]:
        """The columns without which nothing can be read, by their French names."""
        return [FIELDS[name] for name in REQUIRED if name not in self.columns]


def mapping_of(row: Sequence[str]) -> CafMapping:
    """Return the columns that a row of headings tells, as many as it does."""
    keys = [sort_key(cell) for cell in row]
    columns: dict[str, int] = {}
    for name, known in HEADINGS.items():
        index = next((keys.index(word) for word in known if word in keys), None)
        if index is not None and index not in columns.values():
            columns[name] = index
    return CafMapping(columns)


def signature_of(row: Sequence[str]) -> str:
    """Return what a layout is known again by: its headings, whatever their case and accents."""
    return "|".join(sort_key(cell) for cell in row).rstrip("|")[:1000]


def month_of(text: str) -> Month | None:
    """Read "10/2026", "2026-10", "01/10/2026", "202610", "oct. 2026"; None for anything else."""
    bare = text.strip()
    if found := re.fullmatch(r"(\d{1,2})[/.\-](\d{4})", bare):
        return _month(int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(\d{4})[/.\-]?(\d{2})", bare):
        return _month(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"([a-z]{3,9}) (\d{4})", sort_key(bare)):
        return _named_month(found[1], int(found[2]))
    day = day_of(bare, *DAYS)
    return Month.of(day) if day else None


def _month(year: int, number: int) -> Month | None:
    return Month(year, number) if 1 <= number <= 12 and 1990 <= year <= 2100 else None


def _named_month(word: str, year: int) -> Month | None:
    for number, start in enumerate(_MONTH_NAMES, start=1):
        if word.startswith(start):
            return _month(year, number)
    return None


def paid_day(text: str) -> date | None:
    """Read the day of payment."""
    return day_of(text, *DAYS)


def nature_of(text: str) -> CafNature | None:
    """Return what a line is by its word; None for a word that nobody knows."""
    key = sort_key(text)
    if key in _NATURE_OF:
        return _NATURE_OF[key]
    return next((_NATURE_OF[word] for word in key.split() if word in _NATURE_OF), None)


def department_of(organism: str) -> str:
    """Return the département of a CAF by its code: "751" and "75" are Paris, "974" overseas."""
    digits = re.sub(r"\W", "", organism).upper()
    if digits.startswith(("97", "98")):
        return digits[:3]
    return digits[:2]
