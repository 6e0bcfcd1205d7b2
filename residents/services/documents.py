"""Issue the papers of contracts, cancel them, keep their signed copies, send them by e-mail."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import IO, Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from caracol.accounts.models import User
from caracol.audit import history
from caracol.core.errors import Refused
from caracol.core.periods import french_day
from caracol.documents import content, freezing
from caracol.documents.models import Document, SignedCopy
from caracol.documents.services import cancel_document, issue_document
from caracol.documents.services.signing import keep_signed_copy, signature_of
from caracol.notifications.services import queue_mail
from residents import papers
from residents.enums import ContractStatus
from residents.models import Amendment, Contract, ContractHolder
from residents.papers import kinds
from residents.papers.building import Plan, frame, write
from residents.papers.facts import ContractFacts

ISSUED = history.label("residents.document-issued", "Document émis")
CANCELLED = history.label("residents.document-cancelled", "Document annulé")
SIGNED = history.label("residents.document-signed", "Exemplaire signé enregistré")
MAILED = history.label("residents.document-mailed", "Document envoyé par courriel")

# A letter that runs a delay goes by registered letter or by hand, never by e-mail alone.
NEVER_MAILED = frozenset({kinds.NOTICE_LETTER.code, kinds.INSURANCE_NOTICE.code})
MAIL_TEMPLATE = "notifications/letter"


class DocumentRefused(Refused):
    """The document cannot be issued, cancelled or sent as asked."""


@transaction.atomic
def issue_plan(*, plan: Plan, today: date, actor: User) -> Document:
    """Issue the paper of a plan; the same facts give the same document, unchanged.

    A contract or an amendment that changed since takes the place of its unsigned document, which
    a counter-document cancels. Raises Refused.
    """
    paper = write(plan)
    subject = plan.subject
    # One issue at a time for a contract: two clicks give one document.
    Contract.objects.select_for_update(no_key=True, of=("self",)).get(pk=plan.contract.pk)
    earlier = _documents_about(subject).filter(kind=plan.kind.code)
    key = _key(plan, paper, cancelled=earlier.filter(cancelled_by__isnull=False).count())
    with history.act(ISSUED, actor=actor):
        if plan.kind.code in kinds.SIGNED:
            _replace_earlier(earlier.exclude(key=key).living(), plan, today=today, actor=actor)
        return issue_document(
            kind=plan.kind.code,
            key=key,
            subject=subject,
            data=paper,
            issued_on=today,
            actor=actor,
            territory=plan.contract.territory,
        )


def issue_deposit_letter(
    *, contract: Contract, facts: Mapping[str, str], today: date, actor: User
) -> Document:
    """Issue the settlement of a deposit. `facts`: the amounts, by their names in the texts.

    "dépôt.versé", "dépôt.retenu", "dépôt.rendu", "dépôt.à rendre avant le", and where there are
    any "dépôt.retenues" (one a line) and "dépôt.majoration".
    """
    plan = papers.deposit_plan(contract, today, facts)
    return issue_plan(plan=plan, today=today, actor=actor)


def _replace_earlier(earlier: Any, plan: Plan, *, today: date, actor: User) -> None:
    for document in earlier:
        if signature_of(document) is not None:
            raise DocumentRefused(
                f"{document.number} est signé : il ne se remplace pas. Ce qui change après la "
                "signature se dit par un avenant."
            )
        reason = "Remplacé par un document à jour"
        _cancel(document, plan.contract, reason=reason, today=today, actor=actor)


@transaction.atomic
def cancel_paper(*, document: Document, reason: str, today: date, actor: User) -> Document:
    """Cancel a document by a numbered counter-document, for a reason.

    Raises DocumentRefused: signed, cancelled already, or itself a cancellation.
    """
    if document.cancels_id is not None or document.kind == kinds.WITHDRAWAL.code:
        raise DocumentRefused("Une annulation ne s'annule pas : émettez un nouveau document.")
    if Document.objects.filter(cancels=document).exists():
        raise DocumentRefused(f"{document.number} est déjà annulé.")
    if signature_of(document) is not None:
        raise DocumentRefused(
            f"{document.number} est signé. S'il a été signé par erreur, retirez d'abord "
            "l'exemplaire signé, avec votre motif."
        )
    with history.act(CANCELLED, actor=actor, reason=reason):
        contract = contract_of(document)
        return _cancel(document, contract, reason=reason, today=today, actor=actor)


def _cancel(
    document: Document, contract: Contract, *, reason: str, today: date, actor: User
) -> Document:
    facts = ContractFacts(contract, on=today, bound_on=today, as_signed=False)
    said = (
        f"Le document {document.number} ({document.kind_label.lower()}), établi le "
        f"{french_day(document.issued_on)}, est annulé.",
        f"Motif : {reason.rstrip('.')}.",
        "Il ne produit plus d'effet. Son numéro ne resservira pas. Le présent document est à "
        "joindre au document annulé.",
    )
    data = content.TextPaper(
        **frame(facts),
        title="Annulation",
        subtitle=f"Document {document.number}",
        text=content.TextRef(code="WITHDRAWAL", variant="", version=1),
        blocks=tuple({"kind": "p", "runs": [{"text": line, "strong": False}]} for line in said),
    )
    return cancel_document(
        document=document, data=data, issued_on=today, actor=actor, kind=kinds.WITHDRAWAL.code
    )


@transaction.atomic
def attach_signed_copy(
    *, document: Document, file: IO[bytes], signed_on: date, today: date, actor: User
) -> SignedCopy:
    """Keep the scan of a signed contract or amendment; what it is about is dated by it.

    A draft stays a draft: to sign a contract is an act of its own, with its checks.
    """
    if document.kind not in kinds.SIGNED:
        raise DocumentRefused("Ce document ne se signe pas à deux.")
    with history.act(SIGNED, actor=actor):
        copy = keep_signed_copy(
            document=document, file=file, signed_on=signed_on, today=today, actor=actor
        )
        _date_subject(document, signed_on)
    return copy


def _date_subject(document: Document, signed_on: date) -> None:
    """Write the day of signature where nobody wrote it."""
    subject = document.subject
    if isinstance(subject, Contract):
        known = Contract.objects.filter(pk=subject.pk, signed_on=None)
        known.exclude(status=ContractStatus.DRAFT).update(signed_on=signed_on)
    elif isinstance(subject, Amendment):
        Amendment.objects.filter(pk=subject.pk, signed_on=None).update(signed_on=signed_on)


@transaction.atomic
def mail_paper(*, document: Document, actor: User) -> int:
    """Send a document to the holders who accept e-mail; return how many. Again = none.

    Raises DocumentRefused: a letter that must be registered, nobody who accepts.
    """
    if document.kind in NEVER_MAILED:
        raise DocumentRefused(
            "Cette lettre fait courir un délai : elle part en recommandé, par commissaire de "
            "justice ou en main propre, pas par courriel."
        )
    contract = contract_of(document)
    people = mailable(contract)
    if not people:
        raise DocumentRefused(
            "Aucun titulaire n'accepte ses documents par courriel : imprimez-le, ou notez son "
            "accord et son adresse sur sa fiche."
        )
    kind = document.kind_label.lower()
    lines = (
        f"Vous trouverez en pièce jointe votre document : {kind}.",
        "Gardez-le : il peut vous être demandé.",
        "Une question ? Répondez à ce message ou appelez-nous.",
    )
    with history.act(MAILED, actor=actor):
        for person in people:
            queue_mail(
                dedup_key=f"paper:{document.pk}:{person.pk}",
                to=person.email,
                subject="Votre document",
                template=MAIL_TEMPLATE,
                context={
                    "greeting": "Bonjour,",
                    "paragraphs": lines,
                    "papers": [document.file_name],
                },
                documents=[document.pk],
                requested_by=actor,
                territory=document.territory,
            )
    return len(people)


def mailable(contract: Contract) -> list[Any]:
    """Return the holders who accept their documents by e-mail and have an address."""
    holders = ContractHolder.objects.filter(contract=contract).select_related("person")
    return [h.person for h in holders if h.person.email_consent and h.person.email]


def contract_of(document: Document) -> Contract:
    """Return the contract a document is about, directly or through an amendment or a notice."""
    subject: Any = document.subject
    return subject if isinstance(subject, Contract) else subject.contract


def _documents_about(subject: Any) -> Any:
    content_type = ContentType.objects.get_for_model(subject)
    return Document.objects.filter(content_type=content_type, object_id=subject.pk)


def _key(plan: Plan, paper: content.TextPaper, *, cancelled: int) -> str:
    text = json.dumps(freezing.freeze(paper), sort_keys=True, ensure_ascii=False)
    says = hashlib.sha256(text.encode()).hexdigest()[:16]
    about = f"{plan.subject._meta.model_name}:{plan.subject.pk}"
    return f"{plan.text}:{about}:{says}:{cancelled}"
