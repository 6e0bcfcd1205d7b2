"""camt.053, .054 and .052, every version: entry by entry, without keeping the file in memory.

The entry is booked, never the sum of its details (FORMATS 2.1). Elements are known by their local
name: banks give the namespace, prefix it or leave it out.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from lxml import etree

from payments.readers.shapes import (
    BOOKED,
    Closing,
    Detail,
    Event,
    Events,
    FileRefused,
    Line,
    Opening,
)
from payments.readers.values import folded

REPORTS = frozenset({"Stmt", "Ntfctn", "Rpt"})
_OPENING = ("OPBD", "PRCD", "OPAV")
_CLOSING = ("CLBD", "ITBD", "CLAV")


def read_camt(stream: BinaryIO) -> Events:
    """Yield each statement's opening, lines and closing.

    Raises FileRefused for what is not well formed, has a DOCTYPE, or is no camt.
    """
    try:
        yield from _events(stream)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise FileRefused(
            f"Le fichier XML est abîmé à la ligne {line}, colonne {column} ({error.msg}). "
            "Téléchargez-le à nouveau depuis la banque."
        ) from error


def _events(stream: BinaryIO) -> Iterator[Event]:
    # Only what matters comes back to Python: the rest of the walk is the parser's own.
    walk = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=[f"{{*}}{name}" for name in ("Ntry", *sorted(REPORTS))],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    reports = _Reports()
    for event, element in walk:
        if event == "end":
            yield from reports.end(element)
        else:
            reports.start(element)
    _check_root(walk.root)


class _Reports:
    """Where the reading stands: the report begun, and how many entries it has given."""

    def __init__(self) -> None:
        self.report: Any = None
        self.opened = False
        self.count = 0

    def start(self, element: Any) -> None:
        """Note that a report begins."""
        if self.report is None and _name(element) in REPORTS:
            _check_root(element)
            self.report, self.opened, self.count = element, False, 0

    def end(self, element: Any) -> Iterator[Event]:
        """Give the entry, or the report, that ends."""
        is_report = element is self.report
        is_entry = not is_report and _name(element) == "Ntry" and element.getparent() is self.report
        if not is_report and not is_entry:
            return
        if not self.opened:
            yield _opening(self.report)
            self.opened = True
        if is_report:
            yield _closing(self.report)
            self.report = None
        else:
            self.count += 1
            yield _line(element, self.count)
        _forget(element)


def _check_root(root: Any) -> None:
    if root.getroottree().docinfo.doctype:
        raise FileRefused(
            "Ce fichier XML déclare un DOCTYPE, qu'aucune banque n'écrit : il est refusé. "
            "Téléchargez-le à nouveau depuis la banque."
        )


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _forget(element: Any) -> None:
    """Free an element that was read and its elder brothers, so that memory does not grow."""
    element.clear(keep_tail=False)
    parent, name = element.getparent(), element.tag
    elder = element.getprevious()
    while elder is not None and elder.tag == name:
        parent.remove(elder)
        elder = element.getprevious()


def child(element: Any, *path: str) -> Any:
    """Return the first descendant by local names, or None."""
    for name in path:
        element = next(element.iterchildren(f"{{*}}{name}"), None)
        if element is None:
            return None
    return element


def children(element: Any, *path: str) -> list[Any]:
    """Return every descendant by local names."""
    found = [element]
    for name in path:
        tag = f"{{*}}{name}"
        found = [item for parent in found for item in parent.iterchildren(tag)]
    return found


def text(element: Any, *path: str) -> str:
    """Return the text of the first descendant by local names, trimmed."""
    found = child(element, *path) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def _balance(report: Any, codes: tuple[str, ...]) -> tuple[Decimal | None, date | None]:
    by_code: dict[str, Any] = {}
    for balance in children(report, "Bal"):
        code = text(balance, "Tp", "CdOrPrtry", "Cd")
        if code in {"OPBD", "PRCD", "OPAV"}:
            by_code.setdefault(code, balance)
        else:
            by_code[code] = balance
    for code in codes:
        if code in by_code:
            found = by_code[code]
            amount = _decimal(text(found, "Amt"))
            if amount is not None and text(found, "CdtDbtInd") == "DBIT":
                amount = -amount
            return amount, _day(child(found, "Dt"))
    return None, None


def _opening(report: Any) -> Opening:
    balance, on = _balance(report, _OPENING)
    account = child(report, "Acct")
    return Opening(
        account=_account(account),
        currency=text(account, "Ccy"),
        reference=text(report, "Id"),
        sequence=text(report, "ElctrncSeqNb") or text(report, "LglSeqNb"),
        balance=balance,
        on=on,
        is_duplicate=text(report, "CpyDplctInd") == "DUPL",
    )


def _closing(report: Any) -> Closing:
    return Closing(*_balance(report, _CLOSING))


def _account(account: Any) -> str:
    return text(account, "Id", "IBAN") or text(account, "Id", "Othr", "Id")


def _decimal(written: str) -> Decimal | None:
    try:
        found = Decimal(written)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _day(element: Any) -> date | None:
    """Return the day of a `Dt` or a `DtTm`, as it is written: without moving it across zones."""
    written = text(element, "Dt") or text(element, "DtTm")
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def _line(entry: Any, number: int) -> Line:
    amount = _decimal(text(entry, "Amt"))
    sign = text(entry, "CdtDbtInd")
    if amount is None or sign not in {"CRDT", "DBIT"}:
        what = "de montant lisible" if amount is None else "de sens (CdtDbtInd)"
        raise FileRefused(
            f"L'écriture {number} (ligne {entry.sourceline}) n'a pas {what}. "
            "Demandez à la banque un nouveau relevé : celui-ci n'est pas importé."
        )
    money = child(entry, "Amt")
    return Line(
        amount=amount if sign == "CRDT" else -amount,
        currency=money.get("Ccy", ""),
        booked_on=_day(child(entry, "BookgDt")),
        value_on=_day(child(entry, "ValDt")),
        bank_ref=text(entry, "AcctSvcrRef"),
        status=text(entry, "Sts", "Cd") or text(entry, "Sts") or BOOKED,
        is_reversal=text(entry, "RvslInd") in {"true", "1"},
        family=_family(child(entry, "BkTxCd")),
        text=folded(text(entry, "AddtlNtryInf")),
        details=tuple(_detail(item) for item in _transactions(entry)),
        place=f"écriture {number}",
    )


def _transactions(entry: Any) -> list[Any]:
    """Return the details of an entry; the first version had them without a wrapper."""
    return children(entry, "NtryDtls", "TxDtls") or children(entry, "TxDtls")


def _family(code: Any) -> str:
    if code is None:
        return ""
    domain = child(code, "Domn")
    parts = (text(domain, "Cd"), text(domain, "Fmly", "Cd"), text(domain, "Fmly", "SubFmlyCd"))
    return "/".join(part for part in parts if part) or text(code, "Prtry", "Cd")


def _detail(item: Any) -> Detail:
    parties = child(item, "RltdPties")
    info = child(item, "RmtInf")
    returned = child(item, "RtrInf")
    texts = (
        tuple(folded(each.text or "") for each in children(info, "Ustrd"))
        if (info is not None)
        else ()
    )
    return Detail(
        end_to_end_id=text(item, "Refs", "EndToEndId"),
        mandate_id=text(item, "Refs", "MndtId"),
        amount=_detail_amount(item),
        texts=texts,
        debtor=_party(parties, "Dbtr"),
        debtor_iban=_account(child(parties, "DbtrAcct")) if parties is not None else "",
        creditor=_party(parties, "Cdtr"),
        creditor_iban=_account(child(parties, "CdtrAcct")) if parties is not None else "",
        references=_references(item),
        return_reason=text(returned, "Rsn", "Cd") or text(returned, "Rsn", "Prtry"),
        return_text=folded(text(returned, "AddtlInf")),
    )


def _references(item: Any) -> tuple[str, ...]:
    """Return every reference of a transaction, the creditor's structured one among them."""
    found = ((each.text or "").strip() for each in item.iter("{*}Ref"))
    return tuple(reference for reference in found if reference)


def _detail_amount(item: Any) -> Decimal | None:
    """The amount of the transaction; never the instructed one, which may be in another money."""
    written = text(item, "AmtDtls", "TxAmt", "Amt") or text(item, "Amt")
    return _decimal(written) if written else None


def _party(parties: Any, role: str) -> str:
    found = child(parties, role) if parties is not None else None
    return folded(text(found, "Nm") or text(found, "Pty", "Nm"))
