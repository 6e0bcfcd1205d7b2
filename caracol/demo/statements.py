"""The files that banks and CAFs give: a camt.053, a QIF, a CAF's CSV. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from caracol.core.money import ZERO
from caracol.core.periods import Month

_CAF_COLUMNS = (
    "CodeOrganisme;NumBailleur;NumBordereau;DatePaiement;NumAllocataire;NomAllocataire;"
    "PrenomAllocataire;ReferenceLocataire;TypeAide;MoisDu;MoisAu;NatureLigne;CodeMotif;"
    "LibelleMotif;Montant"
)


@dataclass(frozen=True)
class Movement:
    """A line of a bank's statement: a credit is positive."""

    on: date
    amount: Decimal
    text: str
    party: str = ""
    iban: str = ""
    end_to_end_id: str = ""
    return_code: str = ""


@dataclass(frozen=True)
class CafRow:
    """A line of a CAF's statement; `contract` is the reference of ours that it may give."""

    number: str
    last_name: str
    first_name: str
    contract: str
    month: Month
    amount: Decimal
    nature: str = "DROIT"
    why: tuple[str, str] = ("", "")


def french_iban(rank: int) -> str:
    """Return the IBAN of a fictitious account, its keys right."""
    bank, branch, account = "99999", "00002", f"{rank:011d}"
    weighed = 89 * int(bank) + 15 * int(branch) + 3 * int(account)
    bban = f"{bank}{branch}{account}{97 - weighed % 97:02d}"
    return f"FR{98 - int(f'{bban}152700') % 97:02d}{bban}"


def camt(
    *, iban: str, month: Month, until: date, opening: Decimal, movements: Iterable[Movement]
) -> bytes:
    """Return the statement of a month as a camt.053, up to a day."""
    lines = sorted(movements, key=lambda one: one.on)
    closing = opening + sum((one.amount for one in lines), ZERO)
    entries = "".join(_entry(one, rank) for rank, one in enumerate(lines, start=1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>DEMO{month}</MsgId><CreDtTm>{until}T18:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{month}</Id><ElctrncSeqNb>{month.number}</ElctrncSeqNb>"
        f"<CreDtTm>{until}T18:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_balance('OPBD', opening, month.first)}{_balance('CLBD', closing, until)}"
        f"{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(kind: str, amount: Decimal, on: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{_amount(amount)}"
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _amount(amount: Decimal) -> str:
    sign = "CRDT" if amount >= 0 else "DBIT"
    return f'<Amt Ccy="EUR">{abs(amount):.2f}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _entry(one: Movement, rank: int) -> str:
    # A debit that comes back names the debtor, though money leaves.
    role = "Dbtr" if one.amount > 0 or one.return_code else "Cdtr"
    party = f"<{role}><Nm>{escape(one.party)}</Nm></{role}>" if one.party else ""
    if one.iban:
        party += f"<{role}Acct><Id><IBAN>{one.iban}</IBAN></Id></{role}Acct>"
    back = f"<RtrInf><Rsn><Cd>{one.return_code}</Cd></Rsn></RtrInf>" if one.return_code else ""
    reference = one.end_to_end_id or "NOTPROVIDED"
    return (
        f"<Ntry>{_amount(one.amount)}<Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{one.on}</Dt></BookgDt><ValDt><Dt>{one.on}</Dt></ValDt>"
        f"<AcctSvcrRef>{one.on:%Y%m}{rank:05d}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>"
        f'<AmtDtls><TxAmt><Amt Ccy="EUR">{abs(one.amount):.2f}</Amt></TxAmt></AmtDtls>'
        f"<RltdPties>{party}</RltdPties><RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>{back}"
        "</TxDtls></NtryDtls></Ntry>"
    )


def qif(movements: Iterable[Movement]) -> bytes:
    """Return movements as the QIF that a bank's site gives."""
    records = [
        f"D{one.on:%d/%m/%Y}\nT{one.amount:.2f}\nP{one.party}\nM{one.text}\n^" for one in movements
    ]
    return "\n".join(["!Type:Bank", *records, ""]).encode()


def caf_csv(*, department: str, reference: str, paid_on: date, rows: Iterable[CafRow]) -> bytes:
    """Return a CAF's statement as its CSV."""
    lines = [
        ";".join(
            (
                *(f"{department}1", "0099999", reference, f"{paid_on:%d/%m/%Y}", one.number),
                *(one.last_name.upper(), one.first_name.upper(), one.contract, "ALS"),
                *(f"{one.month.number:02d}/{one.month.year}",) * 2,
                *(one.nature, *one.why, f"{one.amount:.2f}".replace(".", ",")),
            )
        )
        for one in rows
    ]
    return "\r\n".join([_CAF_COLUMNS, *lines, ""]).encode("cp1252", "replace")
