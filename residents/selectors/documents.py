"""The documents of contracts as lists show them: what they are, where they stand, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.urls import reverse

from caracol.accounts.models import User
from caracol.accounts.policy import may_on
from caracol.documents.enums import DocumentState
from caracol.documents.models import Document, SignedCopy, Upload
from caracol.documents.selectors import UploadRow, upload_row
from residents.models import Amendment, Contract, Notice

# Monthly papers have a list of their own, beside the account.
MONTHLY = ("DUE_NOTICE", "QUITTANCE", "PARTIAL_RECEIPT", "CANCELLATION")
TO_SIGN = ("CONTRACT", "AMENDMENT")
UNMAILED = ("NOTICE_LETTER", "INSURANCE_NOTICE", "WITHDRAWAL")


@dataclass(frozen=True)
class DocumentRow:
    """A document in a list: its state in words, its signed copy, the acts its reader may do."""

    document: Document
    contract: Contract
    state: str
    tone: str
    cancelled_by: Document | None
    signed_on: date | None
    signed_copy: UploadRow | None
    acts: dict[str, str]

    @property
    def title(self) -> str:
        """What the paper calls itself, else its kind."""
        return str(self.document.data.get("title") or self.document.kind_label)


def documents_of(user: User, contracts: Iterable[Contract], back: str) -> list[DocumentRow]:
    """Return the documents of contracts, of their amendments and notices, latest first.

    Only those whose line the user may read. A fixed number of queries.
    """
    by_id = {contract.pk: contract for contract in contracts}
    owners = _subjects(by_id)
    condition = Q(pk__in=[])
    for model, content_type in ContentType.objects.get_for_models(*owners).items():
        condition |= Q(content_type=content_type, object_id__in=list(owners[model]))
    rows = list(
        Document.objects.visible_to(user)
        .filter(condition)
        .exclude(kind__in=MONTHLY)
        .select_related("cancelled_by", "content_type", "issued_by")
        .order_by("-issued_on", "-pk")
    )
    copies = _copies(rows)
    return [
        _row(user, row, by_id[owners[row.content_type.model_class()][row.object_id]], copies, back)
        for row in rows
        if may_on(user, row.definition.read_key, row.territory_id)
    ]


def document_ids(contracts: Iterable[Contract]) -> list[int]:
    """Return every document of contracts, whatever its kind: whose readings are the person's."""
    owners = _subjects({contract.pk: contract for contract in contracts})
    condition = Q(pk__in=[])
    for model, content_type in ContentType.objects.get_for_models(*owners).items():
        condition |= Q(content_type=content_type, object_id__in=list(owners[model]))
    return list(Document.objects.filter(condition).values_list("pk", flat=True))


def upload_ids(documents: Iterable[int]) -> list[int]:
    """Return the signed copies of documents."""
    copies = SignedCopy.objects.filter(document__in=list(documents))
    return list(copies.values_list("upload", flat=True))


def _subjects(contracts: dict[int, Contract]) -> dict[Any, dict[int, int]]:
    """Return, by model, what documents may be about and the contract it belongs to."""
    amendments = Amendment.objects.filter(contract__in=contracts).values_list("pk", "contract")
    notices = Notice.objects.filter(contract__in=contracts).values_list("pk", "contract")
    return {
        Contract: {pk: pk for pk in contracts},
        Amendment: dict(amendments),
        Notice: dict(notices),
    }


def _copies(rows: list[Document]) -> dict[int, SignedCopy]:
    living = SignedCopy.objects.filter(document__in=rows, upload__withdrawn_at=None)
    return {c.document_id: c for c in living.select_related("upload__uploaded_by")}


def _row(
    user: User, document: Document, contract: Contract, copies: dict[int, SignedCopy], back: str
) -> DocumentRow:
    copy = copies.get(document.pk)
    counter = getattr(document, "cancelled_by", None)
    state, tone = _state(document, copy, counter)
    upload: Upload | None = copy.upload if copy else None
    return DocumentRow(
        document=document,
        contract=contract,
        state=state,
        tone=tone,
        cancelled_by=counter,
        signed_on=copy.signed_on if copy else None,
        signed_copy=upload_row(user, upload, back) if upload else None,
        acts=_acts(user, document, copy, counter),
    )


def _state(document: Document, copy: Any, counter: Any) -> tuple[str, str]:
    if counter is not None:
        return f"Annulé par {counter.number}", "neutral"
    if document.state == DocumentState.FAILED:
        return "Mise en page impossible", "danger"
    if document.state == DocumentState.PENDING:
        return "En préparation", "info"
    if document.kind in TO_SIGN:
        return ("Signé", "success") if copy else ("À signer", "warning")
    return "Prêt", "success"


def _acts(user: User, document: Document, copy: Any, counter: Any) -> dict[str, str]:
    """Return the addresses of the acts that the user may do on a living document."""
    if counter is not None or document.cancels_id is not None:
        return {}
    wanted = {"mail": document.kind not in UNMAILED and document.is_ready}
    wanted |= {"signed": document.kind in TO_SIGN and copy is None, "cancel": copy is None}
    return {
        act: reverse(f"residents:document-{act}", args=[document.number])
        for act, fits in wanted.items()
        if fits and may_on(user, f"residents:document-{act}", document.territory_id)
    }
