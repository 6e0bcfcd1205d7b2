"""The rows by what finds them; doubles and unknown references are told here. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from caracol.takeover.findings import Findings
from caracol.takeover.rows import (
    AssociationRow,
    BalanceRow,
    ContractRow,
    HomeRow,
    InsuranceRow,
    ResidentRow,
    RoomRow,
    SiteRow,
    TakeoverBook,
    key,
)


@dataclass
class CheckedBook:
    """The rows that count, by key: of two with one key, the first."""

    rows: TakeoverBook
    sites: dict[str, SiteRow] = field(default_factory=dict)
    homes: dict[str, HomeRow] = field(default_factory=dict)
    rooms: dict[str, RoomRow] = field(default_factory=dict)
    residents: dict[str, ResidentRow] = field(default_factory=dict)
    contracts: dict[str, ContractRow] = field(default_factory=dict)
    insurances: dict[str, InsuranceRow] = field(default_factory=dict)
    balances: dict[str, BalanceRow] = field(default_factory=dict)
    unsure_homes: set[str] = field(default_factory=set)
    unsure_numbers: set[str] = field(default_factory=set)

    @property
    def association(self) -> AssociationRow:
        """The association's one row."""
        return self.rows.associations[0]

    @classmethod
    def index(cls, rows: TakeoverBook, found: Findings) -> Self:
        """Index the rows; tell doubles and references to nothing."""
        book = cls(
            rows,
            sites=_unique(rows.sites, "code", found),
            homes=_unique(rows.homes, "code", found),
            residents=_unique(rows.residents, "matricule", found),
            contracts=_unique(rows.contracts, "numero", found),
            balances=_unique(rows.balances, "contrat", found),
        )
        sites = _Target(book.sites, rows.sites, "code")
        homes = _Target(book.homes, rows.homes, "code")
        people = _Target(book.residents, rows.residents, "matricule")
        contracts = _Target(book.contracts, rows.contracts, "numero")
        _refer(rows.homes, "site", lambda row: row.site, sites, found)
        _refer(rows.rooms, "colocation", lambda row: row.home, homes, found)
        _refer(rows.contracts, "matricule", lambda row: row.resident, people, found)
        _refer(rows.contracts, "colocation", lambda row: row.home, homes, found)
        book.rooms = _unique_rooms(book, found)
        book._tell_lost_rooms(found)
        _refer(rows.insurances, "contrat", lambda row: row.contract, contracts, found)
        _refer(rows.balances, "contrat", lambda row: row.contract, contracts, found)
        book.insurances = _unique_insurances(book, found)
        return book

    def site_of(self, contract: ContractRow) -> SiteRow | None:
        """Return the site a contract's home stands on, None when a link misses."""
        home = self.homes.get(key(contract.home))
        return self.sites.get(key(home.site)) if home else None

    def first_contracts(self) -> Iterable[ContractRow]:
        """Return the contracts that count: of two of one number, the first."""
        return self.contracts.values()

    def _tell_lost_rooms(self, found: Findings) -> None:
        for contract in self.rows.contracts:
            if self._lacks_its_room(contract, found):
                found.error(
                    contract,
                    "chambre",
                    f"La chambre « {contract.room} » n'existe pas dans « {contract.home} ».",
                    "Corrigez-la, ou ajoutez-la à la feuille Chambres.",
                )

    def _lacks_its_room(self, contract: ContractRow, found: Findings) -> bool:
        """Return whether the room is unknown, and not because of an error told elsewhere."""
        return (
            found.sound(contract, "colocation", "chambre")
            and "Chambres" not in found.shapeless
            and key(contract.home) in self.homes
            and contract.room_key not in self.rooms
            and key(contract.home) not in self.unsure_homes
            and key(contract.room) not in self.unsure_numbers
        )


def _unique(rows: Iterable[Any], column: str, found: Findings) -> dict[str, Any]:
    """Return the first row of each key; tell the later ones."""
    firsts: dict[str, Any] = {}
    for row in rows:
        if not found.sound(row, column):
            continue
        if row.key in firsts:
            why = f"« {row.key.upper()} » figure déjà à la ligne {firsts[row.key].row}."
            found.error(row, column, why, "Corrigez ce code, ou retirez la ligne.")
        else:
            firsts[row.key] = row
    return firsts


@dataclass(frozen=True)
class _Target:
    """A sheet that others name by its codes."""

    known: Mapping[str, Any]
    rows: Sequence[Any]
    column: str


def _refer(
    rows: Iterable[Any], column: str, code: Callable[[Any], str], to: _Target, found: Findings
) -> None:
    """Tell the cells that name what the target sheet does not hold.

    As many unknown codes as the target sheet has unreadable or doubled ones only follow from them.
    """
    if not to.rows or to.rows[0].sheet in found.shapeless:
        return
    target = to.rows[0].sheet
    lost = sum(not found.sound(row, to.column) for row in to.rows)
    unknown = [row for row in rows if found.sound(row, column) and key(code(row)) not in to.known]
    unknown = [row for row in unknown if code(row)]
    if len({key(code(row)) for row in unknown}) <= lost:
        return
    for row in unknown:
        found.error(
            row,
            column,
            f"« {code(row)} » n'existe pas dans la feuille {target}.",
            f"Corrigez-le, ou ajoutez-le à la feuille {target}.",
        )


def _unique_rooms(book: CheckedBook, found: Findings) -> dict[str, RoomRow]:
    """Return the rooms by home and number; note where an error may hide a room."""
    firsts: dict[str, RoomRow] = {}
    for room in book.rows.rooms:
        if not found.sound(room, "colocation"):
            book.unsure_numbers.add(key(room.number))
        elif not found.sound(room, "numero"):
            book.unsure_homes.add(key(room.home))
        elif room.key in firsts and room.home:
            book.unsure_homes.add(key(room.home))
            found.error(
                room,
                "numero",
                f"La chambre « {room.number} » de « {room.home} » figure déjà à la ligne "
                f"{firsts[room.key].row}.",
                "Corrigez le numéro, ou retirez la ligne.",
            )
        else:
            firsts[room.key] = room
    return firsts


def _unique_insurances(book: CheckedBook, found: Findings) -> dict[str, InsuranceRow]:
    """Return the certificates, each once; a doubled one is left out with a warning."""
    firsts: dict[str, InsuranceRow] = {}
    for row in book.rows.insurances:
        if not found.sound(row, "contrat", "debut"):
            continue
        if row.key in firsts:
            why = f"Cette attestation figure déjà à la ligne {firsts[row.key].row}."
            found.warn(row, "contrat", why, "La ligne en double n'est pas reprise.")
        else:
            firsts[row.key] = row
    return firsts
