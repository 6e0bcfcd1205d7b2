"""camt.053, .054 and .052, every version: entry by entry, without keeping the file in memory.

The entry is booked, never the sum of its details (FORMATS 2.1). Elements are known by their local
name: banks give the namespace, prefix it or leave it out.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
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
    return _NAMES[element.tag]


def _forget(element: Any) -> None:
    """Free an element that was read and its elder brothers, so that memory does not grow."""
    element.clear(keep_tail=False)
    parent, name = element.getparent(), element.tag
    elder = element.getprevious()
    while elder is not None and elder.tag == name:
        parent.remove(elder)
        elder = element.getprevious()


class _Names(dict[Any, str]):
    """Local names by tag, each worked out once."""

    def __missing__(self, tag: Any) -> str:
        name = self[tag] = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        return name


_NAMES = _Names()


class _Every(str):
    """A fact that may be told several times: its elements are kept, in their order."""

    __slots__ = ()


# What is read of an element: its children by local name, each a fact, or what is read in it.
Plan = dict[str, Any]
_DAY: Plan = {"Dt": "day", "DtTm": "time"}
_ACCOUNT: Plan = {"IBAN": "iban", "Othr": {"Id": "other"}}
_BALANCE: Plan = {
    "Tp": {"CdOrPrtry": {"Cd": "code"}},
    "Amt": "amount",
    "CdtDbtInd": "sign",
    "Dt": _DAY,
}
_REPORT: Plan = {
    "Id": "reference",
    "ElctrncSeqNb": "sequence",
    "LglSeqNb": "legal_sequence",
    "CpyDplctInd": "copy",
    "Acct": {"Id": _ACCOUNT, "Ccy": "currency"},
    "Bal": _Every("balances"),
}
_ENTRY: Plan = {
    "Amt": _Every("amounts"),
    "CdtDbtInd": "sign",
    "RvslInd": "reversal",
    "Sts": _Every("states"),
    "BookgDt": {"Dt": "booked", "DtTm": "booked_time"},
    "ValDt": {"Dt": "valued", "DtTm": "valued_time"},
    "AcctSvcrRef": "bank_ref",
    "BkTxCd": {
        "Domn": {"Cd": "domain", "Fmly": {"Cd": "family", "SubFmlyCd": "subfamily"}},
        "Prtry": {"Cd": "own_code"},
    },
    "AddtlNtryInf": "text",
    "NtryDtls": {"TxDtls": _Every("details")},
    "TxDtls": _Every("bare_details"),  # the first version had no wrapper
}
_DETAIL: Plan = {
    "Refs": {"EndToEndId": "end_to_end", "MndtId": "mandate"},
    "Amt": "amount",
    "AmtDtls": {"TxAmt": {"Amt": "transaction_amount"}},
    "RltdPties": {
        "Dbtr": {"Nm": "debtor", "Pty": {"Nm": "debtor_party"}},
        "DbtrAcct": {"Id": {"IBAN": "debtor_iban", "Othr": {"Id": "debtor_other"}}},
        "Cdtr": {"Nm": "creditor", "Pty": {"Nm": "creditor_party"}},
        "CdtrAcct": {"Id": {"IBAN": "creditor_iban", "Othr": {"Id": "creditor_other"}}},
    },
    "RmtInf": {"Ustrd": _Every("texts")},
    "RtrInf": {"Rsn": {"Cd": "return_code", "Prtry": "return_own"}, "AddtlInf": "return_text"},
}


def facts_of(element: Any, plan: Plan, found: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the facts of a plan in one walk: asking the parser path by path is slow."""
    if found is None:
        found = {}
    for item in element:
        step = plan.get(_NAMES[item.tag])
        if step is None:
            continue
        if type(step) is dict:
            facts_of(item, step, found)
        elif type(step) is _Every:
            found.setdefault(step, []).append(item)
        elif step not in found:
            found[step] = (item.text or "").strip()
    return found


def _balances(report: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return what a report says of itself, and its balances by code."""
    facts = facts_of(report, _REPORT)
    by_code: dict[str, dict[str, Any]] = {}
    for each in facts.get("balances", ()):
        balance = facts_of(each, _BALANCE)
        code = balance.get("code", "")
        if code not in _OPENING or code not in by_code:
            by_code[code] = balance
    return facts, by_code


def _balance(
    by_code: dict[str, dict[str, Any]], codes: tuple[str, ...]
) -> tuple[Decimal | None, date | None]:
    found = next((by_code[code] for code in codes if code in by_code), None)
    if found is None:
        return None, None
    amount = _decimal(found.get("amount", ""))
    if amount is not None and found.get("sign") == "DBIT":
        amount = -amount
    return amount, _day(found.get("day") or found.get("time"))


def _opening(report: Any) -> Opening:
    facts, by_code = _balances(report)
    balance, on = _balance(by_code, _OPENING)
    get = facts.get
    return Opening(
        account=get("iban") or get("other") or "",
        currency=get("currency", ""),
        reference=get("reference", ""),
        sequence=get("sequence") or get("legal_sequence") or "",
        balance=balance,
        on=on,
        is_duplicate=get("copy") == "DUPL",
    )


def _closing(report: Any) -> Closing:
    return Closing(*_balance(_balances(report)[1], _CLOSING))


def _decimal(written: str) -> Decimal | None:
    try:
        found = Decimal(written)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


@lru_cache(maxsize=400)
def _day(written: str | None) -> date | None:
    """Return the day of a date or a moment, as it is written: without moving it across zones."""
    try:
        return date.fromisoformat((written or "")[:10])
    except ValueError:
        return None


def _line(entry: Any, number: int) -> Line:
    get = facts_of(entry, _ENTRY).get
    money = get("amounts", _NO_MONEY)[0]
    amount = _decimal((money.text or "").strip())
    sign = get("sign")
    booked, valued = get("booked") or get("booked_time"), get("valued") or get("valued_time")
    if amount is None or amount < 0 or sign not in {"CRDT", "DBIT"}:
        is_sign = amount is not None and amount >= 0
        what = "de sens (CdtDbtInd)" if is_sign else "de montant lisible, sans signe"
        raise _unreadable(entry, number, what)
    if any(written and _day(written) is None for written in (booked, valued)):
        raise _unreadable(entry, number, "de jour qui existe")
    details = get("details") or get("bare_details") or ()
    return Line(
        amount=amount if sign == "CRDT" else -amount,
        currency=money.get("Ccy", ""),
        booked_on=_day(booked),
        value_on=_day(valued),
        bank_ref=get("bank_ref", ""),
        status=_status(get("states", ())),
        is_reversal=get("reversal") in {"true", "1"},
        family=_family(get),
        text=folded(get("text", "")),
        details=tuple([_detail(item) for item in details]),
        place=f"écriture {number}",
    )


def _unreadable(entry: Any, number: int, what: str) -> FileRefused:
    return FileRefused(
        f"L'écriture {number} (ligne {entry.sourceline}) n'a pas {what}. "
        "Demandez à la banque un nouveau relevé : celui-ci n'est pas importé."
    )


_NO_MONEY = (etree.Element("none"),)


def _status(states: Sequence[Any]) -> str:
    """Return the status of an entry: bare in the first versions, then inside a `Cd`."""
    for state in states[:1]:
        inside = next(state.iterchildren("{*}Cd"), None) if len(state) else state
        return ((inside.text if inside is not None else "") or "").strip() or BOOKED
    return BOOKED


def _family(get: Callable[..., Any]) -> str:
    parts = (get("domain"), get("family"), get("subfamily"))
    return "/".join([part for part in parts if part]) or get("own_code", "")


def _detail(item: Any) -> Detail:
    get = facts_of(item, _DETAIL).get
    # Never the instructed amount, which may be in another money.
    written = get("transaction_amount") or get("amount")
    return Detail(
        end_to_end_id=get("end_to_end", ""),
        mandate_id=get("mandate", ""),
        amount=_decimal(written) if written else None,
        texts=tuple([folded(each.text or "") for each in get("texts", ())]),
        debtor=folded(get("debtor") or get("debtor_party") or ""),
        debtor_iban=get("debtor_iban") or get("debtor_other") or "",
        creditor=folded(get("creditor") or get("creditor_party") or ""),
        creditor_iban=get("creditor_iban") or get("creditor_other") or "",
        references=_references(item),
        return_reason=get("return_code") or get("return_own") or "",
        return_text=folded(get("return_text", "")),
    )


def _references(item: Any) -> tuple[str, ...]:
    """Return every reference of a transaction, the creditor's structured one among them."""
    found = [(each.text or "").strip() for each in item.iter("{*}Ref")]
    return tuple([reference for reference in found if reference])
