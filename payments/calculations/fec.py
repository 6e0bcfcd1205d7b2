"""Check a French accounting file (FEC, LPF art. A47 A-1): what the text of the law asks. Pure.

An error breaks a rule of the text; a remark is what a reader of the file would ask about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

COLUMNS = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit"),
    *("EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise"),
)
_AMOUNT_AND_SIGN = tuple({"Debit": "Montant", "Credit": "Sens"}.get(name, name) for name in COLUMNS)
_FILLED = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib"),
    *("PieceRef", "PieceDate", "EcritureLib", "ValidDate"),
)
_TOGETHER = (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise"))
_AMOUNT = re.compile(r"[+-]?\d+(,\d+)?[+-]?")
_NAME = re.compile(r"\d{9}FEC(\d{8})\.txt", re.IGNORECASE)
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Finding:
    """What is wrong, at which line (1 is the headings, 0 the file), by which rule."""

    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"ligne {self.line}, {self.rule} : {self.message}"


@dataclass
class FecReport:
    """What a file holds and what is wrong with it."""

    lines: int = 0
    entries: int = 0
    debit: Decimal = _ZERO
    credit: Decimal = _ZERO
    errors: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """Whether the file follows the text."""
        return not self.errors


@dataclass
class _Entry:
    line: int
    on: str
    valid_on: str = ""
    total: Decimal = _ZERO
    last: int = 0


def check_fec(data: bytes, name: str = "") -> FecReport:
    """Return what a file holds and every rule that it breaks, with the line."""
    report = FecReport()
    if name and not _NAME.fullmatch(name):
        report.remarks.append(
            Finding(0, "nom", f"« {name} » devrait s'écrire SirenFECAAAAMMJJ.txt.")
        )
    text = _decoded(data)
    if text is None or "\N{REPLACEMENT CHARACTER}" in text:
        report.errors.append(Finding(0, "codage", "ni UTF-8 ni ISO 8859-15."))
        return report
    rows = re.split(r"\r\n|\n|\r", text)
    if not text.strip():
        report.errors.append(Finding(0, "fichier", "il est vide."))
        return report
    separator = "\t" if "\t" in rows[0] else "|"
    headings = tuple(rows[0].split(separator))
    if headings not in (COLUMNS, _AMOUNT_AND_SIGN):
        report.errors.append(_wrong_headings(headings))
        return report
    named = _NAME.fullmatch(name)
    _Check(report, headings, separator, named[1] if named else "").run(rows[1:])
    return report


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "iso-8859-15"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _wrong_headings(headings: Sequence[str]) -> Finding:
    if len(headings) != len(COLUMNS):
        return Finding(1, "titres", f"{len(headings)} colonnes au lieu de {len(COLUMNS)}.")
    wrong = next(pair for pair in zip(headings, COLUMNS, strict=True) if pair[0] != pair[1])
    return Finding(1, "titres", f"« {wrong[0]} » à la place de « {wrong[1]} ».")


class _Check:
    """One reading of the lines."""

    def __init__(
        self, report: FecReport, headings: Sequence[str], separator: str, closing: str
    ) -> None:
        self.report, self.headings, self.separator = report, headings, separator
        self.closing = closing
        self.entries: dict[tuple[str, str], _Entry] = {}
        self.lettered: dict[tuple[str, str, str], tuple[int, Decimal]] = {}

    def run(self, rows: Sequence[str]) -> None:
        """Read every line, then what entries come to."""
        for number, row in enumerate(rows, start=2):
            if not row.strip():
                continue
            cells = row.split(self.separator)
            if len(cells) != len(self.headings):
                self._error(number, "colonnes", f"{len(cells)} zones au lieu de 18.")
                continue
            self._line(number, dict(zip(self.headings, cells, strict=True)))
        self.report.entries = len(self.entries)
        for (journal, code), entry in self.entries.items():
            if entry.total:
                total = f"{entry.total:.2f}".replace(".", ",")
                message = f"l'écriture {code} du journal {journal} a un écart de {total}."
                self._error(entry.line, "équilibre", message)
        if not self.report.lines and self.report.is_accepted:
            self._remark(1, "lignes", "aucune écriture.")
        self._numbers()
        self._order()
        self._letters()

    def _line(self, number: int, row: dict[str, str]) -> None:
        self.report.lines += 1
        for name in _FILLED:
            if not row[name].strip():
                self._error(number, "zone vide", f"{name} est obligatoire.")
        for one, other in _TOGETHER:
            if bool(row[one].strip()) != bool(row[other].strip()):
                self._error(number, "zones liées", f"{one} et {other} vont ensemble.")
        if row["CompteNum"].strip() and not re.match(r"\d{3}", row["CompteNum"]):
            self._error(number, "compte", f"« {row['CompteNum']} » ne commence pas par 3 chiffres.")
        self._dates(number, row)
        amount = self._amount(number, row)
        self._entry(number, row, amount)
        if letter := row["EcritureLet"].strip():
            key = (row["CompteNum"], row["CompAuxNum"], letter)
            line, total = self.lettered.get(key, (number, _ZERO))
            self.lettered[key] = line, total + amount

    def _dates(self, number: int, row: dict[str, str]) -> None:
        days: dict[str, date] = {}
        for name in ("EcritureDate", "PieceDate", "DateLet", "ValidDate"):
            written = row[name].strip()
            day = _day(written)
            if written and day is None:
                self._error(number, "date", f"{name} « {written} » ne s'écrit pas AAAAMMJJ.")
            elif day:
                days[name] = day
        if days.get("ValidDate", date.max) < days.get("EcritureDate", date.min):
            self._error(number, "validation", "ValidDate vient avant EcritureDate.")
        if self.closing and row["EcritureDate"] > self.closing:
            self._remark(number, "clôture", "EcritureDate vient après la clôture que dit le nom.")

    def _amount(self, number: int, row: dict[str, str]) -> Decimal:
        """Return the signed amount of a line."""
        if "Montant" in row:
            amount = self._read(number, "Montant", row["Montant"])
            sign = row["Sens"].strip().upper()
            if sign not in {"D", "C", "+1", "-1"}:
                self._error(number, "sens", f"« {row['Sens']} » n'est ni D ni C.")
            debit, credit = (amount, _ZERO) if sign in {"D", "+1"} else (_ZERO, amount)
        else:
            debit = self._read(number, "Debit", row["Debit"])
            credit = self._read(number, "Credit", row["Credit"])
            if debit and credit:
                self._error(number, "montants", "un débit et un crédit sur la même ligne.")
        self.report.debit += debit
        self.report.credit += credit
        return debit - credit

    def _read(self, number: int, name: str, written: str) -> Decimal:
        bare = written.strip()
        if not bare:
            return _ZERO
        if not _AMOUNT.fullmatch(bare):
            self._error(number, "montant", f"{name} « {bare} » : virgule décimale, sans espace.")
            return _ZERO
        sign = -1 if "-" in bare else 1
        return sign * Decimal(bare.strip("+-").replace(",", "."))

    def _entry(self, number: int, row: dict[str, str], amount: Decimal) -> None:
        key = (row["JournalCode"], row["EcritureNum"])
        known = _Entry(number, row["EcritureDate"], row["ValidDate"], last=number)
        entry = self.entries.setdefault(key, known)
        if entry.valid_on != row["ValidDate"]:
            self._error(number, "écriture", f"l'écriture {key[1]} a deux dates de validation.")
        if entry.on != row["EcritureDate"]:
            self._error(number, "écriture", f"l'écriture {key[1]} a deux dates.")
        if number > entry.last + 1:
            self._remark(number, "suite", f"les lignes de l'écriture {key[1]} sont séparées.")
        entry.last = number
        entry.total += amount

    def _numbers(self) -> None:
        """Remark on numbers that leave holes, in one series a year or one a journal and year."""
        series: dict[tuple[str, str], list[int]] = {}
        for (journal, code), entry in self.entries.items():
            if code.isdigit():
                series.setdefault((entry.on[:4], journal), []).append(int(code))
        for year in sorted({year for year, _journal in series}):
            own = {journal: found for (of, journal), found in series.items() if of == year}
            every = sorted(number for numbers in own.values() for number in numbers)
            if len(set(every)) == len(every) and _is_unbroken(every):
                continue
            for journal, numbers in own.items():
                if not _is_unbroken(sorted(numbers)):
                    self._remark(0, "numéros", f"la suite du journal {journal} a des trous.")

    def _order(self) -> None:
        """Remark on the first entry that stands before one validated earlier."""
        before = ""
        for (journal, code), entry in self.entries.items():
            if entry.on[:4] == before[:4] and entry.valid_on < before[4:]:
                message = f"l'écriture {code} du journal {journal} est validée avant celle qui la "
                self._remark(entry.line, "chronologie", f"{message}précède.")
                return
            before = entry.on[:4] + entry.valid_on

    def _letters(self) -> None:
        """Remark on letters that do not add up to zero; those in small letters say they do not."""
        for (account, auxiliary, letter), (line, total) in self.lettered.items():
            if total and not letter.islower():
                where = f"{account} {auxiliary}".strip()
                written = f"{total:.2f}".replace(".", ",")
                message = f"la lettre {letter} du compte {where} laisse {written}."
                self._remark(line, "lettrage", message)

    def _error(self, line: int, rule: str, message: str) -> None:
        self.report.errors.append(Finding(line, rule, message))

    def _remark(self, line: int, rule: str, message: str) -> None:
        self.report.remarks.append(Finding(line, rule, message))


def _is_unbroken(numbers: Sequence[int]) -> bool:
    return list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))


def _day(written: str) -> date | None:
    if not re.fullmatch(r"\d{8}", written):
        return None
    try:
        return datetime.strptime(written, "%Y%m%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None


def findings(report: FecReport) -> Iterator[str]:
    """Yield what is wrong as sentences, errors first."""
    for finding in (*report.errors, *report.remarks):
        yield str(finding)
