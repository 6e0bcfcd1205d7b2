"""The rows of the workbook, read. A cell in error holds the blank of its kind. Pure."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from caracol.core.text import plain


def key(code: str) -> str:
    """Return what a code is compared by: without case, accents, nor zeros before a number."""
    word = plain(code)
    return word.lstrip("0") or "0" if word.isdigit() else word


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationRow:
    """The association's identity."""

    sheet: ClassVar[str] = "Association"
    row: int
    name: str
    address: str
    siret: str
    creditor_id: str
    iban: str
    bic: str
    signatory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A site and its owner's agreement."""

    sheet: ClassVar[str] = "Sites"
    row: int
    code: str
    name: str
    address: str
    postcode: str
    city: str
    territory: str
    owner: str
    legal_basis: str
    agreement_starts_on: date
    agreement_ends_on: date
    notice_months: int

    @property
    def key(self) -> str:
        """What the site is found by."""
        return key(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRow:
    """A shared home."""

    sheet: ClassVar[str] = "Colocations"
    row: int
    code: str
    site: str
    name: str
    opens_on: date
    closes_on: date | None
    officer_email: str

    @property
    def key(self) -> str:
        """What the home is found by."""
        return key(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """A room of a home."""

    sheet: ClassVar[str] = "Chambres"
    row: int
    home: str
    number: str
    surface: Decimal | None
    fee: Decimal
    charges: Decimal
    deposit: Decimal

    @property
    def key(self) -> str:
        """What the room is found by: its home and its number."""
        return room_key(self.home, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentRow:
    """A person."""

    sheet: ClassVar[str] = "Residents"
    row: int
    reference: str
    civility: str
    last_name: str
    first_name: str
    birth_date: date | None
    nationality: str
    protection: str
    language: str
    phone: str
    email: str
    caf_number: str
    caf_department: str
    permit_kind: str
    permit_expires_on: date | None
    request_number: str
    request_expires_on: date | None
    email_consent: bool

    @property
    def key(self) -> str:
        """What the person is found by."""
        return key(self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow:
    """A contract of one person on one room."""

    sheet: ClassVar[str] = "Contrats"
    row: int
    number: str
    resident: str
    home: str
    room: str
    kind: str
    starts_on: date
    ends_on: date
    fee: Decimal
    charges: Decimal
    deposit: Decimal
    payment_method: str
    due_day: int
    aid: Decimal
    iban: str
    mandate_reference: str
    mandate_signed_on: date | None
    precarity_ground: str

    @property
    def key(self) -> str:
        """What the contract is found by."""
        return key(self.number)

    @property
    def room_key(self) -> str:
        """What its room is found by."""
        return room_key(self.home, self.room)

    @property
    def has_mandate(self) -> bool:
        """Whether the facts of a mandate are complete."""
        return bool(self.iban and self.mandate_reference and self.mandate_signed_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuranceRow:
    """An insurance certificate of a contract."""

    sheet: ClassVar[str] = "Assurances"
    row: int
    contract: str
    insurer: str
    policy: str
    starts_on: date
    ends_on: date

    @property
    def key(self) -> str:
        """What the certificate is found by."""
        words = (key(self.contract), self.insurer, self.policy, f"{self.starts_on:%d/%m/%Y}")
        return " · ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """What a contract owes (positive) or has in advance (negative) on the takeover's day."""

    sheet: ClassVar[str] = "Soldes"
    row: int
    contract: str
    on: date
    owed: Decimal

    @property
    def key(self) -> str:
        """What the balance is found by."""
        return key(self.contract)


@dataclass(frozen=True, slots=True)
class TakeoverBook:
    """Every row of a workbook."""

    associations: list[AssociationRow] = field(default_factory=list)
    sites: list[SiteRow] = field(default_factory=list)
    homes: list[HomeRow] = field(default_factory=list)
    rooms: list[RoomRow] = field(default_factory=list)
    residents: list[ResidentRow] = field(default_factory=list)
    contracts: list[ContractRow] = field(default_factory=list)
    insurances: list[InsuranceRow] = field(default_factory=list)
    balances: list[BalanceRow] = field(default_factory=list)

    @property
    def taken_on(self) -> date:
        """The takeover's day: that of the balances (the commonest, when they differ)."""
        days = [row.on for row in self.balances if row.on != date.min]
        return max(set(days), key=lambda day: (days.count(day), day)) if days else date.min

    @property
    def opening_total(self) -> Decimal:
        """The sum of the balances, as the workbook has them."""
        return sum((row.owed for row in self.balances), Decimal("0.00"))


def room_key(home: str, number: str) -> str:
    """Return what a room is found by."""
    return f"{key(home)}/{key(number)}"
