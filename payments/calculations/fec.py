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
    _Check(report, headings, separator).run(rows[1:])
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

    def __init__(self, report: FecReport, headings: Sequence[str], separator: str) -> None:
        self.report, self.headings, self.separator = report, headings, separator
        self.entries: dict[tuple[str, str], _Entry] = {}

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
        self._entry(number, row, self._amount(number, row))

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
        entry = self.entries.setdefault(key, _Entry(number, row["EcritureDate"], last=number))
        if entry.on != row["EcritureDate"]:
            self._error(number, "écriture", f"l'écriture {key[1]} a deux dates.")
        if number > entry.last + 1:
            self._remark(number, "suite", f"les lignes de l'écriture {key[1]} sont séparées.")
        entry.last = number
        entry.total += amount

    def _numbers(self) -> None:
        """Remark on numbers that leave holes, in one series or one a journal."""
        series: dict[str, list[int]] = {}
        for journal, code in self.entries:
            if code.isdigit():
                series.setdefault(journal, []).append(int(code))
        every = sorted(number for numbers in series.values() for number in numbers)
        if every and len(set(every)) == len(every) and _is_unbroken(every):
            return
        for journal, numbers in series.items():
            if not _is_unbroken(sorted(numbers)):
                self._remark(0, "numéros", f"la suite du journal {journal} a des trous.")

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
