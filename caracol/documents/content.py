"""What the papers of payment say: one frozen shape per kind, checked when it is built.

An application fills one of these dataclasses and hands it to `services.issue_document`, which
freezes it (`freezing.freeze`): amounts become strings ("126.67"), days ISO texts. The template
reads the frozen form only, so a paper printed again in ten years says what it said on its day.

A paper holds what its reader needs to see and nothing else: no status, no nationality, no permit,
no social fact has a place here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caracol.core.money import ZERO

FEE_ALL_IN = "Redevance (charges comprises)"
FEE = "Redevance"
RENT = "Loyer"
CHARGES = "Charges"
AID = "Aide au logement versée par la CAF au gestionnaire"

TRANSFER = "TRANSFER"
DIRECT_DEBIT = "DIRECT_DEBIT"
CASH = "CASH"
CHEQUE = "CHEQUE"


class PaperInconsistent(ValueError):
    """The amounts of a paper do not tie: it must never be numbered."""


def _tie(what: str, found: Decimal, expected: Decimal) -> None:
    if found != expected:
        raise PaperInconsistent(f"{what}: {found} instead of {expected}")


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """The association as it was on the day. `logo`: a data: URI (PNG, JPEG), or nothing."""

    name: str
    address: str
    siret: str
    signatory: str
    email: str = ""
    phone: str = ""
    logo: str = ""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who the paper is sent to: one name a holder ("Mme Aïssata Diallo"), then the address.

    `short_name`: the family name alone, for the name of the file.
    """

    names: tuple[str, ...]
    lines: tuple[str, ...]
    postcode: str
    city: str
    short_name: str = ""


@dataclass(frozen=True, kw_only=True)
class ContractRef:
    """The contract, its French kind ("Contrat de résidence temporaire"), the room, the home."""

    number: str
    kind_label: str
    room: str
    home: str
    home_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a term: "Redevance (charges comprises)", "19/30 jours", 126.67."""

    label: str
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Aid:
    """Housing aid paid to the manager for a month: received on a day, or expected (no day)."""

    amount: Decimal
    received_on: date | None = None
    label: str = AID


@dataclass(frozen=True, kw_only=True)
class PaymentLine:
    """Money received: day, means ("virement"), payer ("vous", "FSL"), the part for this term."""

    received_on: date
    means: str
    payer: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Debit:
    """A direct debit announced (SEPA pre-notification). `account`: the masked end of the IBAN."""

    on: date
    amount: Decimal
    rum: str
    ics: str
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentMeans:
    """How to pay: TRANSFER | DIRECT_DEBIT | CASH | CHEQUE, and what to write on the transfer."""

    kind: str
    iban: str
    bic: str
    reference: str
    debit: Debit | None = None

    def __post_init__(self) -> None:
        if (self.kind == DIRECT_DEBIT) != (self.debit is not None):
            raise PaperInconsistent("a direct debit is announced with its day, or not at all")


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What every paper of payment says. `explanations`: plain sentences on the amounts."""

    issuer: Issuer
    recipient: Recipient
    contract: ContractRef
    explanations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TermPaper(Paper):
    """A paper about one month of a contract. `month`: "2026-11"; both days are included."""

    month: str
    starts_on: date
    ends_on: date
    lines: tuple[Line, ...]
    total: Decimal
    aids: tuple[Aid, ...] = ()

    def __post_init__(self) -> None:
        _tie("lines", sum((line.amount for line in self.lines), ZERO), self.total)

    @property
    def aid_total(self) -> Decimal:
        """The sum of the aid shown."""
        return sum((aid.amount for aid in self.aids), ZERO)


@dataclass(frozen=True, kw_only=True)
class DueNotice(TermPaper):
    """Avis d'échéance: a request, never a receipt.

    `already_paid`: an advance already set on this month. `previous_balance`: what was owed before
    (negative: in the resident's favour) on `previous_balance_on`; shown apart, never added.
    """

    already_paid: Decimal = ZERO
    net_due: Decimal
    due_on: date
    previous_balance: Decimal = ZERO
    previous_balance_on: date | None = None
    means: PaymentMeans

    def __post_init__(self) -> None:
        super().__post_init__()
        _tie("net due", self.net_due, self.total - self.aid_total - self.already_paid)


@dataclass(frozen=True, kw_only=True)
class Quittance(TermPaper):
    """Full payment of a term: payments and aid add up to the total, to the cent.

    `other_balance`: what remains owed for other months (negative: in the resident's favour).
    """

    payments: tuple[PaymentLine, ...]
    paid_total: Decimal
    settled_on: date
    other_balance: Decimal = ZERO
    other_balance_on: date | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _tie("payments", sum((line.amount for line in self.payments), ZERO), self.paid_total)
        _tie("settlement", self.paid_total + self.aid_total, self.total)


@dataclass(frozen=True, kw_only=True)
class PartialReceipt(TermPaper):
    """Reçu: part of a term was paid. `left_due` = total less payments and aid received.

    `aid_pending`: the part of `left_due` that the CAF is expected to pay.
    """

    payments: tuple[PaymentLine, ...]
    paid_total: Decimal
    left_due: Decimal
    aid_pending: Decimal = ZERO
    other_balance: Decimal = ZERO
    other_balance_on: date | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _tie("payments", sum((line.amount for line in self.payments), ZERO), self.paid_total)
        _tie("left due", self.left_due, self.total - self.paid_total - self.aid_total)
        if self.left_due <= 0:
            raise PaperInconsistent("a term paid in full takes a quittance, not a receipt")

    @property
    def received_total(self) -> Decimal:
        """Payments and aid received."""
        return self.paid_total + self.aid_total


@dataclass(frozen=True, kw_only=True)
class CancelledRef:
    """The paper a counter-document cancels."""

    kind_label: str
    number: str
    issued_on: date
    total: Decimal


@dataclass(frozen=True, kw_only=True)
class Cancellation(Paper):
    """Counter-document: what is cancelled, why, what follows, what the month now owes.

    `reason` and `consequences` are plain sentences. `left_due`: owed again for the month.
    """

    cancelled: CancelledRef
    month: str
    reason: str
    consequences: tuple[str, ...]
    left_due: Decimal
    due_on: date | None = None
    means: PaymentMeans | None = None


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """A movement: what is called (`debit`) or received (`credit`), and the balance after it."""

    on: date
    label: str
    detail: str = ""
    payer: str = ""
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    balance: Decimal


@dataclass(frozen=True, kw_only=True)
class Statement(Paper):
    """Relevé de compte: a period, every movement, the balance (positive: owed)."""

    starts_on: date
    ends_on: date
    opening_balance: Decimal
    rows: tuple[StatementRow, ...]
    debit_total: Decimal
    credit_total: Decimal
    closing_balance: Decimal
    means: PaymentMeans | None = None

    def __post_init__(self) -> None:
        _tie("debits", sum((row.debit for row in self.rows), ZERO), self.debit_total)
        _tie("credits", sum((row.credit for row in self.rows), ZERO), self.credit_total)
        expected = self.opening_balance + self.debit_total - self.credit_total
        _tie("closing balance", self.closing_balance, expected)
        balance = self.opening_balance
        for row in self.rows:
            balance += row.debit - row.credit
            _tie(f"balance of {row.on}", row.balance, balance)


@dataclass(frozen=True, kw_only=True)
class TakeoverAttestation(Paper):
    """Attestation de situation à la reprise: never a receipt.

    `balance`: owed on `situation_on` (negative: in the resident's favour), net of `aid_pending`,
    the aid then expected and not yet received.
    """

    situation_on: date
    contract_starts_on: date
    contract_ends_on: date | None = None
    monthly_total: Decimal
    expected_aid: Decimal = ZERO
    balance: Decimal
    aid_pending: Decimal = ZERO


def frozen_total(data: Mapping[str, Any]) -> Decimal:
    """Return the amount of a frozen paper, whatever its kind."""
    for name in ("total", "closing_balance", "balance", "left_due"):
        if name in data:
            return Decimal(data[name])
    return ZERO


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A place to sign: who ("Pour l'association"), the names under it."""

    heading: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TextRef:
    """The version of the text a paper was written from."""

    code: str
    variant: str
    version: int


@dataclass(frozen=True, kw_only=True)
class TextPaper(Paper):
    """A paper whose words the team wrote: its blocks as `filling.fill` gives them, facts in place.

    `summary`: what it says in plain words, on a page of its own. `signatures`: empty for a letter
    that the association alone signs.
    """

    title: str
    subtitle: str
    text: TextRef
    blocks: tuple[Mapping[str, Any], ...]
    summary: tuple[Mapping[str, Any], ...] = ()
    signatures: tuple[Signature, ...] = ()
