"""pain.002: what the bank says of the debits and transfers handed to it, before they settle.

Elements are known by their local name, as in camt. A file refused as a whole, or one of its
groups, has no line for each payment: the group's own answer is given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from lxml import etree

from payments.readers.shapes import FileRefused

MOST = 20 * 1024 * 1024
REJECTED = "RJCT"
_OTHERS = {
    "BkToCstmrStmt": "un relevé (camt.053) : déposez-le avec les relevés de la banque",
    "BkToCstmrDbtCdtNtfctn": "un avis (camt.054) : déposez-le avec les relevés de la banque",
    "BkToCstmrAcctRpt": "un relevé provisoire (camt.052) : déposez-le avec les relevés",
    "CstmrDrctDbtInitn": "une remise de prélèvements (pain.008), pas la réponse de la banque",
    "CstmrCdtTrfInitn": "une remise de virements (pain.001), pas la réponse de la banque",
}


@dataclass(frozen=True)
class Answer:
    """One payment, one group or a whole file that the bank refuses.

    `end_to_end_id` is "" for a group (`group`) or a whole file (`message`).
    """

    message: str
    group: str = ""
    end_to_end_id: str = ""
    mandate: str = ""
    amount: Decimal | None = None
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class Status:
    """What a pain.002 says: its own reference, and all that is refused."""

    reference: str
    refused: tuple[Answer, ...]


def read_status(stream: BinaryIO) -> Status:
    """Read a pain.002 of any version. Raises FileRefused for anything else."""
    data = stream.read(MOST + 1)
    if not data.strip():
        raise FileRefused("Ce fichier est vide.")
    if len(data) > MOST:
        raise FileRefused("Ce fichier dépasse 20 Mo : ce n'est pas un compte rendu de la banque.")
    root = _parsed(data)
    report = _child(root, "CstmrPmtStsRpt")
    if report is None:
        raise FileRefused(_what_else(root))
    reference = _text(report, "GrpHdr", "MsgId")
    return Status(reference, tuple(_answers(report)))


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise FileRefused(
            f"Ce fichier n'est pas un compte rendu de la banque (pain.002) : XML illisible à la "
            f"ligne {line}, colonne {column}."
        ) from error
    if root.getroottree().docinfo.doctype:
        raise FileRefused(
            "Ce fichier XML déclare un DOCTYPE, qu'aucune banque n'écrit : il est refusé."
        )
    return root


def _what_else(root: Any) -> str:
    for name, what in _OTHERS.items():
        if any(_name(child).startswith(name) for child in root):
            return f"Ce fichier est {what}."
    return "Ce fichier XML n'est pas un compte rendu de la banque (pain.002)."


def _answers(report: Any) -> Iterator[Answer]:
    original = _child(report, "OrgnlGrpInfAndSts")
    message = _text(original, "OrgnlMsgId")
    groups = list(_children(report, "OrgnlPmtInfAndSts"))
    found = False
    for group in groups:
        for answer in _group(message, group):
            found = True
            yield answer
    if not found and _text(original, "GrpSts") == REJECTED:
        code, said = _reason(original)
        yield Answer(message, code=code, text=said)


def _group(message: str, group: Any) -> Iterator[Answer]:
    name = _text(group, "OrgnlPmtInfId")
    rows = list(_children(group, "TxInfAndSts"))
    whole = _text(group, "PmtInfSts")
    if not rows and whole == REJECTED:
        code, said = _reason(group)
        yield Answer(message, name, code=code, text=said)
    for row in rows:
        # A bank that lists refused payments alone may leave their status out.
        if (_text(row, "TxSts") or REJECTED) != REJECTED:
            continue
        original = _child(row, "OrgnlTxRef")
        code, said = _reason(row)
        yield Answer(
            message,
            name,
            _text(row, "OrgnlEndToEndId"),
            mandate=_text(original, "MndtRltdInf", "MndtId"),
            amount=_amount(_text(original, "Amt", "InstdAmt")),
            code=code,
            text=said,
        )


def _reason(element: Any) -> tuple[str, str]:
    reasons = list(_children(element, "StsRsnInf"))
    codes = [_text(r, "Rsn", "Cd") or _text(r, "Rsn", "Prtry") for r in reasons]
    # A bank may say NARR beside the true reason: the code that says something wins.
    known = [code for code in codes if code and code != "NARR"]
    texts = [_text(reason, "AddtlInf") for reason in reasons]
    return (known or [code for code in codes if code] or [""])[0][:10], " ".join(
        text for text in texts if text
    )[:200]


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element if _name(child) == name) if element is not None else iter(())


def _child(element: Any, name: str) -> Any:
    return next(_children(element, name), None)


def _text(element: Any, *names: str) -> str:
    for name in names:
        element = _child(element, name)
    return (element.text or "").strip() if element is not None else ""
