"""Two contracts never overlap on one room, nor one person on two contracts. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from caracol.takeover.checks.book import CheckedBook
from caracol.takeover.checks.rules import Rules
from caracol.takeover.findings import Findings
from caracol.takeover.rows import ContractRow, key


@dataclass(frozen=True)
class _Span:
    """Days taken by a contract; without a row when only the database knows it."""

    first: date
    last: date
    contract: str
    row: ContractRow | None

    @property
    def number(self) -> int:
        """The row's number; 0 for what the database knows."""
        return self.row.row if self.row else 0


def check(book: CheckedBook, rules: Rules, found: Findings) -> None:
    """Tell every contract that takes a room or a person already taken, on the later row."""
    contracts = [row for row in book.first_contracts() if found.sound(row, "debut")]
    rooms = _taken(
        (row for row in contracts if row.room_key in book.rooms), lambda row: row.room_key, found
    )
    people = _taken(
        (row for row in contracts if key(row.resident) in book.residents),
        lambda row: key(row.resident),
        found,
    )
    for stay in rules.stays:
        span = _Span(stay.first, stay.last, stay.contract, None)
        rooms[stay.room].append(span)
        people[stay.person].append(span)
    _tell(rooms, "chambre", ("La chambre est déjà occupée", "Corrigez la chambre"), found)
    _tell(people, "matricule", ("La personne a déjà un contrat", "Corrigez la personne"), found)


def _taken(
    rows: Iterable[ContractRow], subject: Callable[[ContractRow], str], found: Findings
) -> defaultdict[str, list[_Span]]:
    """Return the days taken by subject; of a contract whose end is in error, its first day."""
    spans: defaultdict[str, list[_Span]] = defaultdict(list)
    for row in rows:
        last = row.ends_on if found.sound(row, "fin") else row.starts_on
        spans[subject(row)].append(_Span(row.starts_on, last, row.number, row))
    return spans


def _tell(
    spans: dict[str, list[_Span]], column: str, words: tuple[str, str], found: Findings
) -> None:
    what, remedy = words[0], f"{words[1]}, ou les dates de l'un des deux contrats."
    for taken in spans.values():
        told: set[int] = set()
        for earlier, later in _overlaps(taken):
            if later.row is None or later.row.row in told:
                continue
            told.add(later.row.row)
            where = f"ligne {earlier.row.row}" if earlier.row else "déjà dans Caracol"
            found.error(
                later.row,
                column,
                f"{what} du {earlier.first:%d/%m/%Y} au {earlier.last:%d/%m/%Y}, par "
                f"{earlier.contract.upper()} ({where}).",
                remedy,
            )


def _overlaps(taken: list[_Span]) -> Iterator[tuple[_Span, _Span]]:
    """Yield each pair of spans with days in common, the later row second."""
    living: list[_Span] = []
    for span in sorted(taken, key=lambda one: one.first):
        living = [other for other in living if other.last >= span.first]
        for other in living:
            yield (other, span) if other.number < span.number else (span, other)
        living.append(span)
