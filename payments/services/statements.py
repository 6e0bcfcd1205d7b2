"""Issue what an account says on paper: the statement, the attestation of the takeover."""

import hashlib
import json
from datetime import date
from decimal import Decimal

from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.money import ZERO
from caracol.documents import content, freezing
from caracol.documents.models import Document
from caracol.documents.services import issue_document
from payments import papers
from payments.models import Term
from payments.selectors.account import AccountSheet, Movement
from residents.models import Contract

STATEMENT_ISSUED = history.label("payments.statement-issued", "Relevé de compte émis")
ATTESTATION_ISSUED = history.label("payments.attestation-issued", "Attestation de reprise émise")


class NothingToState(Refused):
    """The account holds nothing to write on the paper asked for."""


@transaction.atomic
def issue_statement(
    *, contract: Contract, starts_on: date, ends_on: date, today: date, actor: User
) -> Document:
    """Issue the statement of a period; the same period with the same facts gives the same paper.

    Raises NothingToState for an account without a term.
    """
    data = statement(contract=contract, starts_on=starts_on, ends_on=ends_on, today=today)
    with history.act(STATEMENT_ISSUED, actor=actor):
        return issue_document(
            kind="STATEMENT",
            key=f"statement:{contract.number}:{starts_on}:{ends_on}:{_print(data)}",
            subject=contract,
            data=data,
            issued_on=today,
            actor=actor,
            territory=contract.territory,
        )


def statement(
    *, contract: Contract, starts_on: date, ends_on: date, today: date
) -> content.Statement:
    """Fill the statement of a period from the ledger."""
    folder = _folder(contract, today)
    sheet = AccountSheet(contract, today=today, until=ends_on)
    before = [line for line in sheet.movements if line.on < starts_on]
    within = [line for line in sheet.movements if line.on >= starts_on]
    opening = before[-1].balance if before else ZERO
    rows = tuple(_row(line) for line in within)
    closing = within[-1].balance if within else opening
    return content.Statement(
        issuer=folder.issuer,
        recipient=folder.recipient(contract, min(ends_on, contract.ends_on)),
        contract=folder.contract_ref(contract, min(ends_on, contract.ends_on)),
        starts_on=starts_on,
        ends_on=ends_on,
        opening_balance=opening,
        rows=rows,
        debit_total=sum((row.debit for row in rows), ZERO),
        credit_total=sum((row.credit for row in rows), ZERO),
        closing_balance=closing,
        means=folder.means(contract) if closing > 0 else None,
    )


def _row(line: Movement) -> content.StatementRow:
    return content.StatementRow(
        on=line.on,
        label=line.label,
        detail=line.detail,
        debit=line.debit or ZERO,
        credit=line.credit or ZERO,
        balance=line.balance,
    )


@transaction.atomic
def issue_attestation(*, contract: Contract, today: date, actor: User) -> Document:
    """Issue the attestation of the situation at the takeover, once.

    Raises NothingToState for a contract that did not come with the books.
    """
    data = attestation(contract=contract, today=today)
    with history.act(ATTESTATION_ISSUED, actor=actor):
        return issue_document(
            kind="TAKEOVER_ATTESTATION",
            key=f"takeover-attestation:{contract.number}:{_print(data)}",
            subject=contract,
            data=data,
            issued_on=today,
            actor=actor,
            territory=contract.territory,
        )


def attestation(*, contract: Contract, today: date) -> content.TakeoverAttestation:
    """Fill the attestation from the balance taken over."""
    opening = Term.objects.filter(contract=contract, kind="OPENING").first()
    if opening is None:
        raise NothingToState("Ce contrat n'a pas été repris d'un classeur : rien à attester.")
    folder = _folder(contract, today)
    on = opening.due_on
    sheet = AccountSheet(contract, today=today, until=on)
    version = folder.version_on(contract.pk, on)
    pending: Decimal = sheet.aid_at_takeover
    return content.TakeoverAttestation(
        issuer=folder.issuer,
        recipient=folder.recipient(contract, on),
        contract=folder.contract_ref(contract, on),
        situation_on=on,
        contract_starts_on=contract.starts_on,
        contract_ends_on=contract.ends_on,
        monthly_total=version.fee + version.charges,
        expected_aid=version.expected_aid,
        balance=opening_balance(sheet),
        aid_pending=pending,
    )


def opening_balance(sheet: AccountSheet) -> Decimal:
    """Return the balance brought by the takeover itself, whatever else is dated that day."""
    taken = [line.amount for line in sheet.movements if line.posting.entry.kind == "OPENING"]
    return sum(taken, ZERO)


def _folder(contract: Contract, today: date) -> papers.TermFolder:
    terms = Term.objects.filter(contract=contract)
    if not terms.exists():
        raise NothingToState("Ce compte n'a encore ni échéance ni solde repris.")
    return papers.TermFolder(terms, today)


def _print(data: content.Paper) -> str:
    """Return the fingerprint of what a paper says: other facts make another paper."""
    text = json.dumps(freezing.freeze(data), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
